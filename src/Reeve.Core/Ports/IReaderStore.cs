using Reeve.Core.Errors;
using Reeve.Core.Events;

namespace Reeve.Core.Ports;

/// <summary>The log of all tenants as readers follow it, and how far each has come. Used through <see cref="LogReader"/> and <see cref="LogTail"/>. Thread-safe.</summary>
public interface IReaderStore
{
    /// <summary>How far a reader has come; <see cref="ReaderPosition.Start"/> when it never advanced.</summary>
    Task<ReaderPosition> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>The end of the log.</summary>
    Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// What lies behind a position, of all slots in one snapshot, so that no effect is seen without its cause. At least one whole commit
    /// of every slot that has any; of each slot whole commits from the position on, without a gap.
    /// </summary>
    /// <param name="after">The position.</param>
    /// <param name="limit">About how many events; more when commits are larger.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ReeveException">REC-002 when the position lies beyond the end of a slot, REC-003 when what follows it is no longer listed.</exception>
    Task<LogPage> FetchAsync(ReaderPosition after, int limit, CancellationToken cancellationToken);

    /// <summary>Moves a reader on. A process that has lost its slot moves none.</summary>
    /// <param name="name">The reader.</param>
    /// <param name="from">Where it stands.</param>
    /// <param name="to">Where it shall stand; it covers <paramref name="from"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when it stands elsewhere: another process moved it.</returns>
    /// <exception cref="ReeveException">STORE-… when the store cannot be written or this process lost its slot.</exception>
    Task<bool> AdvanceAsync(string name, ReaderPosition from, ReaderPosition to, CancellationToken cancellationToken);
}

/// <summary>A piece of the log; commits are whole.</summary>
/// <param name="Commits">The commits, by slot, then n; <see cref="LogReader"/> puts them into the order in which they happened.</param>
/// <param name="Next">The position behind them.</param>
/// <param name="IsCut">Whether the log had more at that moment.</param>
public sealed record LogPage(IReadOnlyList<LogCommit> Commits, ReaderPosition Next, bool IsCut)
{
    /// <summary>The events of all commits, in the order of <see cref="Commits"/>.</summary>
    public IEnumerable<LoggedEvent> Events => Commits.SelectMany(commit => commit.Events);
}

/// <summary>One commit.</summary>
/// <param name="Slot">The writing slot.</param>
/// <param name="N">Its number there.</param>
/// <param name="At">When, by the database's clock.</param>
/// <param name="Events">Its events, by tenant, then place; none for a take-over.</param>
/// <param name="Waits">Whether an event of it follows, within its exception, one that lies behind the end of this page.</param>
public sealed record LogCommit(int Slot, long N, DateTimeOffset At, IReadOnlyList<LoggedEvent> Events, bool Waits);
