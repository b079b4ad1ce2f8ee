using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Intake;

namespace Reeve.Engine.Pipeline.Identities;

/// <summary>An item of a run once its identity is settled. Not thread-safe; items of one round may be used beside each other.</summary>
public sealed class SettledItem
{
    /// <summary>Its place in the run.</summary>
    public required int Index { get; init; }

    /// <summary>What arrived; null when it was refused.</summary>
    public Arrival? Arrival { get; init; }

    /// <summary>Why it was refused; empty when it was not.</summary>
    public IReadOnlyList<ReeveError> Errors { get; init; } = [];

    /// <summary>What it is to those before it; null when it was refused.</summary>
    public IdentityOutcome? Identity { get; init; }

    internal SharedCase? Shared { get; set; }

    /// <summary>Whether the pass before this one, of the same exception, is decided, once that is known; null when it was decided before its result was.</summary>
    public Task<bool>? PassBefore => Identity is IdentityOutcome.Follows ? Shared?.Undecided : null;

    /// <summary>
    /// What is to be decided: the arrival under the identity of the exception it is about. Null when there is nothing to decide: it
    /// was refused, it repeats another, or what it follows was refused.
    /// </summary>
    public Arrival? ToDecide() => Identity switch
    {
        IdentityOutcome.New => Arrival,
        IdentityOutcome.Follows when Shared is { Leader: { } leader } => Arrival! with // not null: it was not refused
        {
            Record = Arrival.Record with { ExceptionId = leader.Id },
            Key = leader.Key,
            IdGiven = leader.IdGiven,
            GivenId = leader.GivenId,
            Follows = true,
        },
        _ => null,
    };

    /// <summary>Notes that it was decided: under which identity, and where the exception stands now.</summary>
    public void Decided(Arrival decided, ResolutionStatus status)
    {
        SharedCase shared = Shared!; // not null: it was decided
        if (Identity is IdentityOutcome.Follows follows)
        {
            shared.Changes.Add((follows.Turn, Index, status));
        }
        else
        {
            (shared.Leader, shared.Status) = (new SharedIdentity(decided.Record.ExceptionId, decided.Key, decided.IdGiven, decided.GivenId), status);
        }
    }

    /// <summary>Notes that it was received and will be decided later; what follows it waits for that.</summary>
    /// <param name="arrival">As what it was received.</param>
    /// <param name="status">Where the exception stands meanwhile.</param>
    /// <param name="decided">Whether it is decided, once that is known.</param>
    public void Received(Arrival arrival, ResolutionStatus status, Task<bool> decided)
    {
        Decided(arrival, status);
        Shared!.Undecided = decided; // not null: it was to be decided
    }

    /// <summary>Notes that it repeats what an earlier run or call made, so that nothing is decided.</summary>
    /// <param name="row">What it repeats.</param>
    /// <param name="reason">One sentence.</param>
    public void Repeats(ExceptionRow row, string reason)
    {
        if (Identity is IdentityOutcome.New)
        {
            bool idGiven = !string.Equals(row.Record.ExceptionId.Value, row.Key.ToString());
            SharedCase shared = Shared!; // not null: it was to be decided
            (shared.Leader, shared.Status, shared.Reason) = (new SharedIdentity(row.Record.ExceptionId, row.Key, idGiven, null), row.Record.ResolutionStatus, reason);
        }
    }

    /// <summary>Notes that it made, or repeats, an exception that stands, so that nothing is decided and what follows it finds that.</summary>
    public void Stands(ExceptionId id, ExceptionKey key, ResolutionStatus status)
    {
        if (Identity is IdentityOutcome.New)
        {
            bool idGiven = !string.Equals(id.Value, key.ToString());
            SharedCase shared = Shared!; // not null: it was to be decided
            (shared.Leader, shared.Status, shared.Reason) = (new SharedIdentity(id, key, idGiven, null), status, "It came before in the same import.");
        }
    }

    /// <summary>Notes that it was refused after all, and so is everything that repeats or follows it.</summary>
    public void Refused(ReeveError error) => Shared!.Errors = [error]; // not null: it was to be decided

    /// <summary>The answer for the item; complete once all rounds of its chunk are decided.</summary>
    /// <param name="decided">Its own result: what its pass decided, or why it was refused; null when there was no pass.</param>
    public ExceptionResult Answer(ExceptionResult? decided)
    {
        if (Shared is not { Errors.Count: 0 } shared)
        {
            return new ExceptionResult { Errors = Shared?.Errors ?? Errors };
        }

        return Identity switch
        {
            IdentityOutcome.Follows when decided is { Status: null } refused => refused,
            IdentityOutcome.Repeats repeats => Made(shared, shared.StatusAt(repeats.Turn, Index), $"intake: {repeats.Reason} See item {repeats.Index}."),
            IdentityOutcome.Closes closes => Made(shared, shared.StatusAfter(closes.Turn), $"intake: The source closed the problem of item {closes.Index}; closedBy: source.") with { Pass = decided?.Decided },
            IdentityOutcome.Reopens reopens => Made(shared, shared.StatusAfter(reopens.Turn), $"intake: The problem is open again within its window. See item {reopens.Index}.") with { Pass = decided?.Decided },
            _ => decided ?? Made(shared, shared.Status, $"intake: {shared.Reason}"),
        };
    }

    private static ExceptionResult Made(SharedCase shared, ResolutionStatus? status, string evidence) => new()
    {
        ExceptionId = shared.Leader?.Id,
        Status = status,
        Evidence = [evidence],
        IsRepeat = true,
    };
}

/// <summary>One exception of a run, shared by the item that made it and those that repeat or change it.</summary>
internal sealed class SharedCase
{
    /// <summary>As what it was decided; null until it is. No more than that: a run may be long.</summary>
    internal SharedIdentity? Leader { get; set; }

    /// <summary>Whether its latest pass is decided, where that was received first; null when it was decided.</summary>
    internal Task<bool>? Undecided { get; set; }

    /// <summary>Where it stood when it was made.</summary>
    internal ResolutionStatus? Status { get; set; }

    /// <summary>Why nothing was decided for it.</summary>
    internal string Reason { get; set; } = "The same delivery arrived before.";

    /// <summary>Why its first item was refused after all; empty when it was not.</summary>
    internal IReadOnlyList<ReeveError> Errors { get; set; } = [];

    /// <summary>Where it stood after each change, in their order.</summary>
    internal List<(int Turn, int Index, ResolutionStatus Status)> Changes { get; } = [];

    internal ResolutionStatus? StatusAfter(int turn) => LastOf(change => change.Turn <= turn);

    /// <summary>Where it stood for a repeat: one of the problem has its turn; one of the delivery comes after what stands before it.</summary>
    internal ResolutionStatus? StatusAt(int? turn, int index) => LastOf(change => turn is { } own ? change.Turn < own : change.Index < index);

    private ResolutionStatus? LastOf(Predicate<(int Turn, int Index, ResolutionStatus Status)> counts)
    {
        int at = Changes.FindLastIndex(counts);
        return at < 0 ? Status : Changes[at].Status;
    }
}

/// <summary>By what an exception is known.</summary>
internal sealed record SharedIdentity(ExceptionId Id, ExceptionKey Key, bool IdGiven, ExceptionId? GivenId);
