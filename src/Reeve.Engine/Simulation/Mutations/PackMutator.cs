using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation.Elements;

namespace Reeve.Engine.Simulation.Mutations;

/// <summary>
/// Finds out whether the tests of a bound pair would notice a missing rule or guardrail: takes each one out, alone, and runs the
/// cases until one fails. All are tried, so that two runs agree. Thread-safe.
/// </summary>
public sealed class PackMutator(IRuntime runtime, PackTests tests)
{
    /// <summary>Tries every rule and guardrail in force.</summary>
    /// <param name="policy">The packs.</param>
    /// <param name="run">The run; its time is the time of every case whose suite gives none.</param>
    /// <param name="workers">How many are tried at once.</param>
    /// <param name="told">Hears how many were tried of how many; on any thread.</param>
    /// <param name="cancellationToken">Stops between cases.</param>
    public async Task<MutationReport> RunAsync(BoundPolicy policy, RunContext run, int workers, Action<int, int> told, CancellationToken cancellationToken)
    {
        long started = runtime.Clock.GetTimestamp();
        PackTestReport unchanged = await tests.RunAsync(policy, run, cancellationToken);
        PackElement[] elements = unchanged.Failed > 0 ? [] : [.. Tried(policy)];
        Mutant[] mutants = new Mutant[elements.Length];
        Value domain = Value.Of(policy.Domain.Source.Read());
        Value tenant = Value.Of(policy.Policy.Source.Read());
        int done = 0;
        await runtime.ForEachAsync(elements.Length, workers, TryAsync, cancellationToken);
        return new MutationReport { Unchanged = unchanged, Mutants = mutants, Duration = runtime.Clock.GetElapsedTime(started) };

        async ValueTask TryAsync(int i, CancellationToken token)
        {
            PackReading<BoundPolicy> without = elements[i].Document == PackKind.Domain
                ? Rebind(DomainPackReader.Read(Written(Removal.Without(domain, elements[i]))), policy.Policy)
                : Rebind(policy.Domain, TenantPolicyReader.Read(Written(Removal.Without(tenant, elements[i]))));
            mutants[i] = without.Pack is { } bound
                ? await JudgeAsync(elements[i], bound, unchanged, run, token)
                : new Mutant(elements[i], MutantOutcome.Refused) { Error = without.Errors[0] };
            told(Interlocked.Increment(ref done), elements.Length);
        }
    }

    // Rules and guardrails, once each. What both packs give would still be there, so its removal proves nothing.
    private static IEnumerable<PackElement> Tried(BoundPolicy policy)
    {
        ElementsInForce elements = new(policy);
        return elements.All.Where(element => element.Kind is ElementKind.Rule or ElementKind.Guardrail && !elements.IsGivenTwice(element))
            .Concat(LooseningKeys.Of(policy));
    }

    private async Task<Mutant> JudgeAsync(PackElement element, BoundPolicy without, PackTestReport unchanged, RunContext run, CancellationToken cancellationToken)
    {
        // The suites are as they were, so a case has its place; first come those that rested on the element.
        (string Suite, TestCase Test)[] cases = [.. without.TestSuites.SelectMany(suite => suite.Cases.Select(test => (suite.SuiteId, test)))];
        ExceptionPipeline pipeline = tests.Pipeline(run, []);
        foreach (int i in Enumerable.Range(0, cases.Length).OrderByDescending(i => unchanged.Cases[i].Elements.Contains(element)))
        {
            PassOutcome? judged = await PackTests.JudgedAsync(pipeline, cases[i].Test, without, run, cancellationToken);
            if (Expectations.Check(cases[i].Test, judged?.Result, without).Any(check => !check.Met))
            {
                return new Mutant(element, MutantOutcome.Caught) { Case = $"{cases[i].Suite}/{cases[i].Test.CaseId}" };
            }
        }

        return new Mutant(element, MutantOutcome.Survived);
    }

    private static PackReading<BoundPolicy> Rebind(PackReading<DomainPack> domain, TenantPolicy policy) =>
        domain.Pack is { } pack ? PolicyBinder.Bind(pack, policy) : new PackReading<BoundPolicy>(null, domain.Errors, []);

    private static PackReading<BoundPolicy> Rebind(DomainPack domain, PackReading<TenantPolicy> policy) =>
        policy.Pack is { } pack ? PolicyBinder.Bind(domain, pack) : new PackReading<BoundPolicy>(null, policy.Errors, []);

    // Errors point into a document that stands nowhere, so nobody looks for their lines.
    private static Document Written(in Value root) => new("", root, static _ => { });
}
