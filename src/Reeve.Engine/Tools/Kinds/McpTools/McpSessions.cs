using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>Which connection serves a call: never one of another tenant, nor one that proves itself differently or may reach other places.</summary>
/// <param name="TenantId">For whom.</param>
/// <param name="Server">The server, as targets show it.</param>
/// <param name="Terms">How it is proven to and what may be private, in one text.</param>
internal sealed record McpServerKey(TenantId TenantId, string Server, string Terms);

/// <summary>
/// The servers that are connected: each started when a call first needs it, kept while it is used, closed after it was idle. At most so many per tenant and in all; the longest idle makes room, and
/// where none is idle the call has to wait. Thread-safe; disposing closes all.
/// </summary>
internal sealed class McpSessions(McpOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly Lock changing = new();
    private readonly List<Entry> entries = [];
    private readonly CancellationTokenSource closing = new();
    private Task? sweeping;

    /// <summary>A connection, for the time of one call.</summary>
    /// <param name="key">Which.</param>
    /// <param name="connect">Makes one.</param>
    /// <param name="cancellationToken">Gives up waiting; a start that others may wait for goes on.</param>
    /// <exception cref="ReeveException">TOOL-022 when there is no room; else what connecting throws.</exception>
    internal async ValueTask<Lease> TakeAsync(McpServerKey key, Func<CancellationToken, Task<McpSession>> connect, CancellationToken cancellationToken)
    {
        Entry entry;
        List<Entry> gone = [];
        try
        {
            lock (changing)
            {
                ObjectDisposedException.ThrowIf(closing.IsCancellationRequested, this);
                RemoveEnded(gone);
                if (entries.Find(known => known.Key == key) is { } found)
                {
                    entry = found;
                }
                else
                {
                    MakeRoom(key.TenantId, gone);
                    entry = new Entry(key);
                    entries.Add(entry);
                    entry.Starting = StartAsync(entry, connect);
                    sweeping ??= SweepAsync();
                }

                entry.Users++;
            }
        }
        finally
        {
            await CloseAsync(gone);
        }

        try
        {
            return new Lease(this, entry, await entry.Starting.WaitAsync(cancellationToken));
        }
        catch
        {
            await GiveAsync(entry);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Entry> all;
        lock (changing)
        {
            if (closing.IsCancellationRequested)
            {
                return;
            }

            closing.Cancel();
            all = [.. entries];
            entries.Clear();
        }

        await CloseAsync(all);
        if (sweeping is not null)
        {
            await sweeping;
        }

        closing.Dispose();
    }

    private static async Task CloseAsync(IReadOnlyList<Entry> gone)
    {
        foreach (Entry entry in gone)
        {
            McpSession session;
            try
            {
                session = await entry.Starting;
            }
            catch (Exception)
            {
                // It never was; whoever wanted it was told.
                continue;
            }

            await session.DisposeAsync();
        }
    }

    private async Task<McpSession> StartAsync(Entry entry, Func<CancellationToken, Task<McpSession>> connect)
    {
        // Whoever asked holds the lock until something is waited for.
        await Task.Yield();
        using CancellationTokenSource late = new(options.StartTime, clock);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, closing.Token);
        try
        {
            return await connect(stop.Token);
        }
        catch (Exception fault)
        {
            Forget(entry);
            throw new ReeveException(
                McpTool.Own(fault) ?? new ReeveError(ErrorCatalogue.Tools.NotReached, late.IsCancellationRequested ? "The MCP server did not start in time." : "The MCP server does not start, or does not speak MCP."), fault);
        }
    }

    // Whoever still uses one closes it at the end.
    private void RemoveEnded(List<Entry> gone)
    {
        foreach (Entry ended in entries.FindAll(static entry => entry.IsOver))
        {
            entries.Remove(ended);
            ended.IsRemoved = true;
            if (ended.Users == 0)
            {
                gone.Add(ended);
            }
        }
    }

    private void MakeRoom(TenantId tenant, List<Entry> gone)
    {
        Entry[] own = [.. entries.Where(entry => entry.Key.TenantId == tenant)];
        bool isTenantFull = own.Length >= options.ServersPerTenant;
        if (!isTenantFull && entries.Count < options.Servers)
        {
            return;
        }

        Entry longest = (isTenantFull ? own : [.. entries]).Where(static entry => entry.Users == 0).MinBy(static entry => entry.UsedAt)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.Busy, isTenantFull ? "The tenant uses as many MCP servers as it may." : "This node uses as many MCP servers as it may."));
        entries.Remove(longest);
        longest.IsRemoved = true;
        gone.Add(longest);
    }

    private void Forget(Entry entry)
    {
        lock (changing)
        {
            entries.Remove(entry);
            entry.IsRemoved = true;
        }
    }

    private async ValueTask GiveAsync(Entry entry)
    {
        bool isLast;
        lock (changing)
        {
            entry.Users--;
            entry.UsedAt = clock.GetTimestamp();
            isLast = entry.Users == 0 && entry.IsRemoved;
        }

        if (isLast)
        {
            await CloseAsync([entry]);
        }
    }

    // The only thing that happens by time: servers that nobody needs are closed, also when nobody calls any more.
    private async Task SweepAsync()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await Task.Delay(options.IdleTime / 4, clock, closing.Token);
                List<Entry> idle;
                lock (changing)
                {
                    idle = entries.FindAll(entry => entry.Users == 0 && (entry.IsOver || clock.GetElapsedTime(entry.UsedAt) >= options.IdleTime));
                    entries.RemoveAll(idle.Contains);
                }

                await CloseAsync(idle);
            }
        }
        catch (OperationCanceledException)
        {
            // All are closed by whoever said so.
        }
    }

    /// <summary>A connection in use. Disposing gives it back; one that is to be used no more is closed when its last user is done.</summary>
    internal sealed class Lease(McpSessions sessions, Entry entry, McpSession session) : IAsyncDisposable
    {
        internal McpSession Session => session;

        /// <summary>Has nobody take it again.</summary>
        internal void Discard() => sessions.Forget(entry);

        public ValueTask DisposeAsync() => sessions.GiveAsync(entry);
    }

    /// <summary>A server that is connected or about to be. Changed under the lock alone.</summary>
    internal sealed class Entry(McpServerKey key)
    {
        internal McpServerKey Key => key;

        internal Task<McpSession> Starting { get; set; } = null!; // set where it is made, before anybody sees it

        internal int Users { get; set; }

        internal long UsedAt { get; set; }

        internal bool IsRemoved { get; set; }

        internal bool IsOver => Starting.IsFaulted || Starting.IsCanceled || (Starting.IsCompletedSuccessfully && Starting.GetAwaiter().GetResult().IsOver);
    }
}
