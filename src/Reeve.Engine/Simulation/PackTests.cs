using System.Text;
using Microsoft.Extensions.Logging;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation;

/// <summary>
/// Runs the test suites of a bound pair (EX-PACK-11): every case by itself through the whole pipeline, without memory or model,
/// calling nothing. Thread-safe.
/// </summary>
public sealed class PackTests(IRuntime runtime, ILogger logger)
{
    /// <summary>Runs every case.</summary>
    /// <param name="policy">The domain pack under test, bound to a policy; the cases are those of both.</param>
    /// <param name="run">The run; its time is the time of every case whose suite gives none.</param>
    /// <param name="cancellationToken">Stops between cases.</param>
    public async Task<PackTestReport> RunAsync(BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        long started = runtime.Clock.GetTimestamp();
        ElementsInForce elements = new(policy);
        ElementWatch watch = new(elements);
        ExceptionPipeline pipeline = Pipeline(run, [watch]);
        List<CaseReport> cases = [];
        HashSet<PackElement> covered = [];
        foreach (TestSuite suite in policy.TestSuites)
        {
            foreach (TestCase test in suite.Cases)
            {
                PassOutcome? judged = test.Fault is null ? await JudgedAsync(pipeline, test, policy, run, cancellationToken) : null;
                IReadOnlyList<PackElement> tookPart = judged is null ? [] : watch.Take(judged);
                CaseReport report = new(suite.SuiteId, test.CaseId, Expectations.Check(test, judged?.Result, policy), judged?.Result ?? new())
                {
                    Elements = test.ExpectsSomething ? [.. tookPart, .. ExpectedElements.Of(test, elements)] : [],
                };
                cases.Add(report);
                if (report.Failures.Count == 0)
                {
                    covered.UnionWith(report.Elements);
                }
            }
        }

        return new PackTestReport
        {
            TenantId = policy.TenantId,
            Cases = cases,
            Duration = runtime.Clock.GetElapsedTime(started),
            Types = Share(ElementKind.Type),
            Playbooks = Share(ElementKind.Playbook),
            Rules = Share(ElementKind.Rule),
            Guardrails = Share(ElementKind.Guardrail),
        };

        Coverage Share(ElementKind kind) => new(
            elements.All.Count(element => element.Kind == kind), [.. elements.All.Where(element => element.Kind == kind && !covered.Contains(element))]);
    }

    /// <summary>A pipeline for the cases of one run; ids repeat from run to run.</summary>
    internal ExceptionPipeline Pipeline(RunContext run, IReadOnlyList<IPipelineHook> hooks) =>
        new(runtime, new SeededIds(run.Id.ToString()), new PipelineOptions(), logger, hooks);

    /// <summary>What came of a case: an input that is a list is a sequence of arrivals, of which the last is judged, so that a repeated delivery can be tested.</summary>
    internal static async Task<PassOutcome?> JudgedAsync(
        ExceptionPipeline pipeline, TestCase test, BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PassOutcome? last = null;
        byte[] input = Encoding.UTF8.GetBytes(JsonText.ToText(test.Input));
        RunContext at = test.AsOf is { } time ? run with { Now = time } : run;
        await foreach (PassOutcome outcome in pipeline.RunAsync(Items(BatchReader.Split(input)), policy, at, cancellationToken))
        {
            last = outcome;
        }

        return last;
    }

    private static async IAsyncEnumerable<RawItem> Items(IEnumerable<RawItem> items)
    {
        foreach (RawItem item in items)
        {
            yield return item;
        }

        await Task.CompletedTask;
    }
}
