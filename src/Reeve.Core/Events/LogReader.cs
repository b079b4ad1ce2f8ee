using Reeve.Core.Errors;
using Reeve.Core.Ports;

namespace Reeve.Core.Events;

/// <summary>
/// Follows the log of all tenants from a position that outlives the process: every event at least once, no effect before its cause.
/// What is done with a page must be idempotent by event id: a page that was read and not advanced over is read again. Not thread-safe.
/// </summary>
/// <param name="store">The log.</param>
/// <param name="name">The reader's name, permanent.</param>
public sealed class LogReader(IReaderStore store, string name)
{
    private ReaderPosition? position;

    /// <summary>The reader's name.</summary>
    public string Name => name;

    /// <summary>The next page behind the position, in the order things happened; without commits when there is nothing new.</summary>
    /// <param name="limit">About how many events.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ReeveException">REC-002, REC-003, STORE-….</exception>
    public async Task<LogPage> NextAsync(int limit, CancellationToken cancellationToken)
    {
        position ??= await store.FindAsync(name, cancellationToken);
        return LogOrder.Arrange(position, await store.FetchAsync(position, limit, cancellationToken));
    }

    /// <summary>Says that a page is done with: it will not come again.</summary>
    /// <exception cref="ReeveException">REC-004 when another process moved this reader; the next page then begins where that one stands. STORE-….</exception>
    public async Task AdvanceAsync(LogPage page, CancellationToken cancellationToken)
    {
        position ??= await store.FindAsync(name, cancellationToken);
        if (page.Next.Equals(position))
        {
            return;
        }

        if (!await store.AdvanceAsync(name, position, page.Next, cancellationToken))
        {
            position = null;
            throw new ReeveException(new ReeveError(ErrorCatalogue.Record.ReaderMoved, "Its position is not the one that was read.", name));
        }

        position = page.Next;
    }
}

/// <summary>
/// Follows the log from its end at the start, and forgets where it was when the process ends: for what a process keeps in memory
/// and must drop when the log says it changed. Not thread-safe.
/// </summary>
/// <param name="store">The log.</param>
public sealed class LogTail(IReaderStore store)
{
    private ReaderPosition? position;

    /// <summary>Begins at the end of the log, now: whatever is read from the store afterwards is at least as new.</summary>
    public async Task StartAsync(CancellationToken cancellationToken) => position = await store.HeadAsync(cancellationToken);

    /// <summary>What is new since the last call, in the order it happened; without commits when nothing is.</summary>
    /// <param name="limit">About how many events; ask again at once while the page is cut.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <exception cref="ReeveException">REC-002, REC-003: call <see cref="StartAsync"/> and forget what was kept. STORE-….</exception>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public async Task<LogPage> NextAsync(int limit, CancellationToken cancellationToken)
    {
        ReaderPosition from = position ?? throw new InvalidOperationException("The tail was not started.");
        LogPage page = LogOrder.Arrange(from, await store.FetchAsync(from, limit, cancellationToken));
        position = page.Next;
        return page;
    }
}
