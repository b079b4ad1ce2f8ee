using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;

namespace Reeve.Engine.Simulation;

/// <summary>Runs a domain pack's own test suites (EX-PACK-11): every case through the whole pipeline, calling nothing. Thread-safe.</summary>
public sealed class PackTests(ExceptionPipeline pipeline, TimeProvider clock)
{
    /// <summary>Runs every case.</summary>
    /// <param name="policy">The domain pack under test, bound to a policy.</param>
    /// <param name="run">The run; its time is the time of every case.</param>
    /// <param name="cancellationToken">Stops between cases.</param>
    public async Task<PackTestReport> RunAsync(BoundPolicy policy, RunContext run, CancellationToken cancellationToken)
    {
        long started = clock.GetTimestamp();
        List<CaseReport> cases = [];
        HashSet<string> types = new(StringComparer.Ordinal);
        HashSet<string> playbooks = new(StringComparer.Ordinal);
        foreach (TestSuite suite in policy.Domain.TestSuites)
        {
            foreach (TestCase test in suite.Cases)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ExceptionResult result = await RunCaseAsync(test, policy, run, types, playbooks, cancellationToken);
                cases.Add(new CaseReport(suite.SuiteId, test.CaseId, Expectations.Check(test, result), result));
            }
        }

        return new PackTestReport
        {
            Cases = cases,
            Duration = clock.GetElapsedTime(started),
            Types = Share(policy.Domain.ExceptionTypes.Select(type => type.Name.Value), types),
            Playbooks = Share(policy.Playbooks.Where(playbook => policy.ApprovedProcesses.Contains(playbook.Id.Value)).Select(playbook => playbook.Id.Value), playbooks),
        };
    }

    // An input that is a list is a sequence of arrivals, of which the last is judged: so a repeated delivery can be tested.
    private async Task<ExceptionResult> RunCaseAsync(
        TestCase test, BoundPolicy policy, RunContext run, HashSet<string> types, HashSet<string> playbooks, CancellationToken cancellationToken)
    {
        ExceptionResult? last = null;
        byte[] input = Encoding.UTF8.GetBytes(JsonText.ToText(test.Input));
        await foreach (PassOutcome outcome in pipeline.RunAsync(Items(BatchReader.Split(input)), policy, run, cancellationToken))
        {
            last = outcome.Result;
            if (last.Exception?.ExceptionType is { } type)
            {
                types.Add(type.Value);
            }

            if (Expectations.Playbook(last) is { } playbook)
            {
                playbooks.Add(playbook.Value);
            }
        }

        return last ?? new ExceptionResult();
    }

    private static async IAsyncEnumerable<RawItem> Items(IEnumerable<RawItem> items)
    {
        foreach (RawItem item in items)
        {
            yield return item;
        }

        await Task.CompletedTask;
    }

    private static Coverage Share(IEnumerable<string> all, HashSet<string> seen)
    {
        List<string> missed = [];
        int total = 0;
        foreach (string name in all)
        {
            total++;
            if (!seen.Contains(name))
            {
                missed.Add(name);
            }
        }

        return new Coverage(total, missed);
    }
}

/// <summary>What the suites of a pack came to.</summary>
public sealed record PackTestReport
{
    /// <summary>One per case, in the order of the pack.</summary>
    public required IReadOnlyList<CaseReport> Cases { get; init; }

    /// <summary>How long all cases took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many of the pack's types some case reached.</summary>
    public required Coverage Types { get; init; }

    /// <summary>How many of the approved playbooks some case selected.</summary>
    public required Coverage Playbooks { get; init; }

    /// <summary>Cases that passed.</summary>
    public int Passed => Cases.Count(test => test.Failures.Count == 0);

    /// <summary>Cases that failed.</summary>
    public int Failed => Cases.Count - Passed;
}

/// <summary>One case: what was expected, and what came out.</summary>
/// <param name="SuiteId">The suite.</param>
/// <param name="CaseId">The case.</param>
/// <param name="Checks">One per expectation, in the order of the pack.</param>
/// <param name="Result">What came out.</param>
public sealed record CaseReport(string SuiteId, string CaseId, IReadOnlyList<CaseCheck> Checks, ExceptionResult Result)
{
    /// <summary>The expectations that were not met; empty for a case that passed.</summary>
    public IReadOnlyList<CaseCheck> Failures { get; } = [.. Checks.Where(check => !check.Met)];
}

/// <summary>One expectation, what came out, and whether that meets it.</summary>
public sealed record CaseCheck(string Field, string Expected, string Actual, bool Met);

/// <summary>How many of a number of things were reached, and which were not.</summary>
public sealed record Coverage(int Total, IReadOnlyList<string> Missed)
{
    /// <summary>0 to 1; 1 when there is nothing to reach.</summary>
    public double Share => Total == 0 ? 1 : (Total - Missed.Count) / (double)Total;
}
