using Microsoft.Extensions.Logging;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;
using Reeve.Engine.Simulation;
using Reeve.Engine.Simulation.Mutations;

namespace Reeve.Commands.PackResults;

/// <summary>What came of all samples, and of the tests, under one policy.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Results">One per sample, in their order.</param>
/// <param name="Mutations">The tests of both packs, with everything in its place and with each rule and guardrail taken out.</param>
internal sealed record PolicyResults(BoundPolicy Policy, IReadOnlyList<ExceptionResult> Results, MutationReport Mutations)
{
    /// <summary>Runs samples and tests under a policy; nothing is called or kept.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="path">Where the samples are.</param>
    /// <param name="shown">What messages call that file.</param>
    /// <param name="now">The time at which everything is judged, but for suites with a time of their own.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="logger">Takes what goes wrong on the way.</param>
    /// <param name="tell">Is told how many rules and guardrails of how many were taken out.</param>
    /// <param name="cancellationToken">Stops between samples.</param>
    /// <exception cref="ReeveException">The samples cannot be read.</exception>
    internal static async Task<PolicyResults> OfAsync(
        BoundPolicy policy, string path, string shown, DateTimeOffset now, TimeProvider clock, ILogger logger, Action<int, int> tell, CancellationToken cancellationToken)
    {
        ThreadRuntime runtime = new(clock);
        SeededIds ids = new($"{policy.TenantId}\n{now:O}");
        RunContext run = new(new RunId(ids.Next(now)), now);
        List<ExceptionResult> results = [];
        ExceptionPipeline pipeline = new(runtime, ids, new PipelineOptions(), logger);
        await foreach (PassOutcome outcome in pipeline.RunAsync(SampleFile.ReadAsync(path, shown, cancellationToken), policy, run, cancellationToken))
        {
            results.Add(outcome.Result);
        }

        PackMutator mutator = new(runtime, new PackTests(runtime, logger));
        return new PolicyResults(policy, results, await mutator.RunAsync(policy, run, Environment.ProcessorCount, tell, cancellationToken));
    }

    /// <summary>The tests with everything in its place.</summary>
    internal PackTestReport Tests => Mutations.Unchanged;

    /// <summary>Decided anew: neither refused nor one more delivery of an earlier one.</summary>
    internal IReadOnlyList<ExceptionResult> Decided { get; } = [.. Results.Where(result => result is { Status: not null, IsRepeat: false })];

    internal int Refused => Results.Count(result => result.Status is null);

    internal int Repeated => Results.Count(result => result.IsRepeat);

    /// <summary>The plan runs without anybody and comes to its end.</summary>
    internal int ResolvedAlone => Decided.Count(result => result.Status == ResolutionStatus.InProgress && Reaches(result) == ResolutionStatus.Resolved);

    /// <summary>The plan begins without anybody, and a person ends it.</summary>
    internal int EndedByPeople => Decided.Count(result => result.Status == ResolutionStatus.InProgress && Playbook(result) is not null && Reaches(result) != ResolutionStatus.Resolved);

    /// <summary>Planned, and waiting for an approval.</summary>
    internal int Asked => Decided.Count(result => result.Status == ResolutionStatus.PendingApproval);

    /// <summary>For information only.</summary>
    internal int NeedNothing => Decided.Count(result => Details(result)?.Actionability == Actionability.NonActionableInfoOnly || result.Status == ResolutionStatus.Resolved);

    /// <summary>Left to people: escalated, blocked, or without an approved playbook.</summary>
    internal int LeftToPeople => Decided.Count - ResolvedAlone - EndedByPeople - Asked - NeedNothing;

    /// <summary>Decided ones for which the tenant has an approved process, in whole percent.</summary>
    internal int ApprovedPercent => Decided.Count == 0 ? 0 : Decided.Count(result => Details(result)?.Actionability == Actionability.ActionableApprovedProcess) * 100 / Decided.Count;

    internal static PlaybookId? Playbook(ExceptionResult result) => Details(result)?.SelectedPlaybookId;

    internal static ResolutionStatus? Reaches(ExceptionResult result) => (result.Of(Stage.Resolution)?.Details as StageDetails.Resolution)?.ProjectedStatus;

    private static StageDetails.Policy? Details(ExceptionResult result) => result.Of(Stage.Policy)?.Details as StageDetails.Policy;
}
