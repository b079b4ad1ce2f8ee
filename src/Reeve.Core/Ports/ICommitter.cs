using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Core.Ports;

/// <summary>
/// The only way to write. All changes of one outcome are applied in one transaction or none is; when the call returns
/// <see cref="CommitOutcome.Committed"/>, they are durable. Thread-safe.
/// </summary>
public interface ICommitter
{
    /// <summary>
    /// Commits what a pipeline decided, in one transaction with other outcomes that wait at the same time. Outcomes that
    /// share an exception, a delivery, a pass or a run are committed in the order in which they were handed over; others in any.
    /// </summary>
    /// <param name="changes">The changes of one outcome; not empty, and all of one tenant.</param>
    /// <param name="cancellationToken">Gives up waiting; what was handed over may still be committed.</param>
    /// <exception cref="ReeveException">
    /// REC-006 when nobody knows whether the changes are in; STORE-004 and others of the area when the store cannot be written, and
    /// REC-007 when the committer was closed: none of the changes is in.
    /// </exception>
    Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken);

    /// <summary>Commits what a person did, in a transaction of its own whose statements see one tenant only; what is done in one tenant keeps its order.</summary>
    /// <param name="tenant">The tenant of every change.</param>
    /// <param name="changes">The changes of one outcome; not empty.</param>
    /// <param name="cancellationToken">Gives up waiting; what was handed over may still be committed.</param>
    /// <exception cref="ReeveException">As <see cref="CommitAsync"/>.</exception>
    Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken);
}

/// <summary>What became of an outcome that was handed over; a closed set.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>All of it is durable, as commit <paramref name="N"/> of slot <paramref name="Slot"/>.</summary>
    public sealed record Committed(int Slot, long N) : CommitOutcome;

    /// <summary>Something that was to be added is there already; nothing was written.</summary>
    /// <param name="Exception">The exception that has the delivery; null when it is not a delivery that was there.</param>
    public sealed record AlreadyThere(ExceptionId? Exception) : CommitOutcome;

    /// <summary>What became of an item of an import is on record already; nothing was written. It comes before other conflicts: what it made is there, too.</summary>
    public sealed record ItemThere : CommitOutcome;

    /// <summary>A row that was to be changed is not in the state the change leaves, or is gone; nothing was written.</summary>
    public sealed record MovedOn : CommitOutcome;
}
