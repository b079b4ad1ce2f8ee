using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline;

/// <summary>An item of a run once its identity is settled.</summary>
/// <param name="Arrival">What is to be decided; null when nothing is.</param>
/// <param name="Errors">Why it was refused; empty when it was not.</param>
/// <param name="Identity">Which earlier item it repeats or closes; null when none.</param>
internal sealed record SettledItem(Arrival? Arrival, IReadOnlyList<ReeveError> Errors, IdentityOutcome? Identity);

/// <summary>Who is who in one run: settles items before they are decided, and answers for those that are not. Not thread-safe.</summary>
internal sealed class RunIdentity(BoundPolicy policy)
{
    private readonly BatchIdentity identity = new(policy);

    // The id and status of every item so far, for those that repeat it later.
    private readonly List<(ExceptionId? Id, ResolutionStatus? Status)> answered = [];

    internal IReadOnlyList<SettledItem> Settle(IReadOnlyList<IntakeOutcome> chunk)
    {
        List<(Arrival, int)> arrivals = [];
        for (int i = 0; i < chunk.Count; i++)
        {
            if (chunk[i] is IntakeOutcome.Accepted accepted)
            {
                arrivals.Add((accepted.Arrival, answered.Count + i));
            }
        }

        using IEnumerator<IdentityOutcome> outcomes = identity.Settle(arrivals).GetEnumerator();
        List<SettledItem> settled = new(chunk.Count);
        foreach (IntakeOutcome outcome in chunk)
        {
            settled.Add(outcome switch
            {
                IntakeOutcome.Accepted accepted when outcomes.MoveNext() => Settle(accepted.Arrival, outcomes.Current),
                IntakeOutcome.Refused refused => new SettledItem(null, refused.Errors, null),
                _ => throw new InvalidOperationException("An outcome of Intake without identity."),
            });
        }

        return settled;
    }

    /// <summary>Completes the outcomes of a chunk by those of items that made nothing.</summary>
    internal IReadOnlyList<PassOutcome> Answer(IReadOnlyList<SettledItem> chunk, IReadOnlyList<PassOutcome?> decided)
    {
        int start = answered.Count;
        foreach (PassOutcome? outcome in decided)
        {
            answered.Add((outcome?.Result.ExceptionId, outcome?.Result.Status));
        }

        List<PassOutcome> outcomes = new(chunk.Count);
        for (int i = 0; i < chunk.Count; i++)
        {
            outcomes.Add(decided[i] ?? new PassOutcome(Answer(chunk, start, i), static () => []));
        }

        return outcomes;
    }

    private static SettledItem Settle(Arrival arrival, IdentityOutcome identity) => identity switch
    {
        IdentityOutcome.New => new SettledItem(arrival, [], null),
        IdentityOutcome.Worse worse => new SettledItem(
            arrival with { Record = arrival.Record with { ExceptionId = worse.ExceptionId }, IdGiven = worse.IdGiven }, [], null),
        IdentityOutcome.Refused refused => new SettledItem(null, [refused.Error], null),
        _ => new SettledItem(null, [], identity),
    };

    private ExceptionResult Answer(IReadOnlyList<SettledItem> chunk, int start, int i)
    {
        switch (chunk[i].Identity)
        {
            case IdentityOutcome.Repeats repeats:
                (ExceptionId? id, ResolutionStatus? status) = Find(chunk, start, repeats.Index);
                answered[start + i] = (id, repeats.IsClosed ? ResolutionStatus.Resolved : status);
                return Made(start + i, $"intake: {repeats.Reason} See item {repeats.Index}.");
            case IdentityOutcome.Closes closes:
                answered[start + i] = (Find(chunk, start, closes.Index).Id, ResolutionStatus.Resolved);
                return Made(start + i, $"intake: The source closed the problem of item {closes.Index}; closedBy: source.");
            default:
                return new ExceptionResult { Errors = chunk[i].Errors };
        }
    }

    // What is repeated may stand later in the input, and may itself be a repeat: the earliest by time leads, not by place.
    private (ExceptionId? Id, ResolutionStatus? Status) Find(IReadOnlyList<SettledItem> chunk, int start, int index)
    {
        if (answered[index].Id is null && index >= start)
        {
            Answer(chunk, start, index - start);
        }

        return answered[index];
    }

    private ExceptionResult Made(int index, string evidence) => new()
    {
        ExceptionId = answered[index].Id,
        Status = answered[index].Status,
        Evidence = [evidence],
        IsRepeat = true,
    };
}
