using Microsoft.Extensions.Logging;
using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Simulation;

/// <summary>
/// Decides the same exceptions under two pairs of packs, the one in force and a candidate, and says what would change (EX-PACK-13).
/// Nothing is called, nothing is put on record, and memory and model take no part. Thread-safe.
/// </summary>
public sealed class PackTrial(IRuntime runtime, ILogger logger)
{
    // Two documents of one exception differ in the packs they name; what else differs is what was decided.
    private const string AnyPack = "";

    /// <summary>Decides each item under both.</summary>
    /// <param name="active">What is in force.</param>
    /// <param name="candidate">What might be.</param>
    /// <param name="items">The exceptions; read twice.</param>
    /// <param name="now">The time at which everything is judged.</param>
    /// <param name="cancellationToken">Stops between exceptions.</param>
    public async Task<TrialReport> RunAsync(
        BoundPolicy active, BoundPolicy candidate, IReadOnlyList<RawItem> items, DateTimeOffset now, CancellationToken cancellationToken)
    {
        List<ExceptionResult> before = await DecideAsync(active, items, now, cancellationToken);
        List<ExceptionResult> after = await DecideAsync(candidate, items, now, cancellationToken);

        // One item may be several exceptions, where the pack's mapping says so; then places no longer say what belongs together.
        if (before.Count != after.Count)
        {
            return new TrialReport(before.Count, after.Count, []);
        }

        List<TrialDifference> differences = [];
        for (int i = 0; i < before.Count; i++)
        {
            IReadOnlyList<TrialField> fields = Compare(before[i], after[i]);
            if (fields.Count > 0)
            {
                differences.Add(new TrialDifference(i + 1, (after[i].ExceptionId ?? before[i].ExceptionId)?.Value, fields));
            }
        }

        return new TrialReport(before.Count, after.Count, differences);
    }

    private async Task<List<ExceptionResult>> DecideAsync(BoundPolicy policy, IReadOnlyList<RawItem> items, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The same ids for both, so that they are no difference.
        SeededIds ids = new($"{policy.TenantId}\n{now:O}");
        RunContext run = new(new RunId(ids.Next(now)), now);
        List<ExceptionResult> results = new(items.Count);
        await foreach (PassOutcome outcome in new ExceptionPipeline(runtime, ids, new PipelineOptions(), logger).RunAsync(Each(items), policy, run, cancellationToken))
        {
            results.Add(outcome.Result);
        }

        return results;
    }

    private static async IAsyncEnumerable<RawItem> Each(IReadOnlyList<RawItem> items)
    {
        foreach (RawItem item in items)
        {
            yield return item;
        }

        await Task.CompletedTask;
    }

    private static IReadOnlyList<TrialField> Compare(ExceptionResult before, ExceptionResult after)
    {
        List<TrialField> fields = [];
        Add("status", Named(before.Status), Named(after.Status));
        Add("exceptionType", before.Exception?.ExceptionType?.Value, after.Exception?.ExceptionType?.Value);
        Add("severity", Named(before.Exception?.Severity), Named(after.Exception?.Severity));
        Add("policyDecision", before.Of(Stage.Policy)?.Decision, after.Of(Stage.Policy)?.Decision);
        Add("actionability", Named(Policy(before)?.Actionability), Named(Policy(after)?.Actionability));
        Add("playbook", Policy(before)?.SelectedPlaybookId?.Value, Policy(after)?.SelectedPlaybookId?.Value);
        Add("resolution", before.Of(Stage.Resolution)?.Decision, after.Of(Stage.Resolution)?.Decision);
        Add("projectedStatus", Named(Resolution(before)?.ProjectedStatus), Named(Resolution(after)?.ProjectedStatus));
        Add("refusedWith", before.Errors is [{ } first, ..] ? first.Code : null, after.Errors is [{ } other, ..] ? other.Code : null);
        if (fields.Count == 0
            && !DecisionDocument.Render(before, AnyPack, AnyPack).AsSpan().SequenceEqual(DecisionDocument.Render(after, AnyPack, AnyPack)))
        {
            // The outcome is the same; a reason, a rule or an argument of the plan is not.
            fields.Add(new TrialField("details", "as now", "otherwise"));
        }

        return fields;

        void Add(string name, string? now, string? then)
        {
            if (!string.Equals(now, then, StringComparison.Ordinal))
            {
                fields.Add(new TrialField(name, now, then));
            }
        }
    }

    private static string? Named<T>(T? value)
        where T : struct, Enum => value is { } known ? Wire.Name(known) : null;

    private static StageDetails.Policy? Policy(ExceptionResult result) => result.Of(Stage.Policy)?.Details as StageDetails.Policy;

    private static StageDetails.Resolution? Resolution(ExceptionResult result) => result.Of(Stage.Resolution)?.Details as StageDetails.Resolution;
}

/// <summary>What a candidate would change.</summary>
/// <param name="Active">How many results there are under what is in force.</param>
/// <param name="Candidate">How many under the candidate; where it differs, its intake makes other exceptions of the input, and nothing is compared.</param>
/// <param name="Differences">The exceptions that would be decided otherwise, in their order.</param>
public sealed record TrialReport(int Active, int Candidate, IReadOnlyList<TrialDifference> Differences)
{
    /// <summary>Whether anything would change.</summary>
    public bool IsSame => Active == Candidate && Differences.Count == 0;
}

/// <summary>An exception that would be decided otherwise.</summary>
/// <param name="Item">Its place, from 1.</param>
/// <param name="ExceptionId">Its id; null when both refuse it.</param>
/// <param name="Fields">What would differ.</param>
public sealed record TrialDifference(int Item, string? ExceptionId, IReadOnlyList<TrialField> Fields);

/// <summary>A field that would differ.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Active">What it is under what is in force; null: absent.</param>
/// <param name="Candidate">What it would be; null: absent.</param>
public readonly record struct TrialField(string Name, string? Active, string? Candidate);
