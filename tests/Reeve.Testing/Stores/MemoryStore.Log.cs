using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Stores;

/// <content>The log, read.</content>
public sealed partial class MemoryStore : IEventLog, IAuditSource, IReaderStore
{
    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedEvent> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) =>
        EventsOf(item => item.TenantId == tenant && item.ExceptionKey == exception, item => (0, item.RowVersion ?? long.MaxValue), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedEvent> OfRunAsync(TenantId tenant, RunId run, CancellationToken cancellationToken)
    {
        Dictionary<PassId, long> passes = [];
        return EventsOf(
            item => item.TenantId == tenant && item.RunId == run,
            item => (item.PassId is not { } pass ? 0 : passes.TryGetValue(pass, out long known) ? known : passes[pass] = passes.Count + 1, item.RowVersion ?? long.MaxValue),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LoggedEvent> OfChainAsync(TenantId tenant, int slot, EventPosition? after, CancellationToken cancellationToken) =>
        EventsOf(
            item => item.TenantId == tenant && item.Position.Slot == slot && (after is not { } from || item.Position.CompareTo(from) > 0),
            _ => (0, 0), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<int>> SlotsAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<int>>([.. log.Where(item => item.TenantId == tenant).Select(item => item.Position.Slot).Distinct().Order()]);
        }
    }

    /// <summary>Replaces events in place, for what tampering and erasure do; null removes.</summary>
    public void Rewrite(Func<LoggedEvent, LoggedEvent?> change)
    {
        lock (changing)
        {
            LoggedEvent[] before = [.. log];
            log.Clear();
            log.AddRange(before.Select(change).OfType<LoggedEvent>());
        }
    }

    /// <inheritdoc/>
    public TimeSpan LongestCommit => TimeSpan.Zero;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ChainStart>> StartsAsync(TenantId? tenant, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ChainStart>>([]);

    /// <inheritdoc/>
    public Task<IReadOnlyList<(TenantId Tenant, int Slot)>> ChainsAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<(TenantId Tenant, int Slot)>>(
                [.. log.Where(item => tenant is not { } only || item.TenantId == only)
                    .Select(item => (item.TenantId, item.Position.Slot)).Distinct().Order(Chains)]);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditRow> RowsAsync(TenantId tenant, int slot, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (LoggedEvent item in OfChainAsync(tenant, slot, null, cancellationToken))
        {
            yield return new AuditRow(item, item.Position, null);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<CommitNote> CommitsAsync(TenantId? tenant, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Commit[] known;
        lock (changing)
        {
            known = [.. commits.OrderBy(commit => commit.Slot).ThenBy(commit => commit.N)];
        }

        await Task.CompletedTask;
        foreach (Commit commit in known)
        {
            if (commit.Tenants.Count == 0 && tenant is null)
            {
                yield return new CommitNote(null, commit.Slot, commit.N, commit.At, 0);
            }

            foreach ((string of, int events) in commit.Tenants.Where(item => tenant is not { } only || item.Key == only.Value))
            {
                yield return new CommitNote(new TenantId(of), commit.Slot, commit.N, commit.At, events);
            }
        }
    }

    /// <inheritdoc/>
    public Task<ReaderPosition> FindAsync(string name, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(readers.GetValueOrDefault(name) ?? ReaderPosition.Start);
        }
    }

    /// <inheritdoc/>
    public Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult(Head());
        }
    }

    /// <inheritdoc/>
    public Task<LogPage> FetchAsync(ReaderPosition after, int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            ReaderPosition head = Head();
            if (!head.Covers(after))
            {
                return Task.FromException<LogPage>(new ReeveException(new ReeveError(ErrorCatalogue.Record.PositionAhead, $"The log ends at {head}.", after.ToString())));
            }

            ReaderPosition next = after;
            foreach ((int slot, _) in head.Slots)
            {
                int taken = 0;
                foreach (Commit commit in commits.Where(commit => commit.Slot == slot && commit.N > after[slot]))
                {
                    if (taken >= Math.Max(1, limit / head.Slots.Count))
                    {
                        break;
                    }

                    taken += Math.Max(1, commit.Tenants.Values.Sum());
                    next = next.With(slot, commit.N);
                }
            }

            LogCommit[] page = [.. commits.Where(commit => commit.N > after[commit.Slot] && commit.N <= next[commit.Slot])
                .OrderBy(commit => commit.Slot).ThenBy(commit => commit.N)
                .Select(commit => PageCommit(commit, next))];
            return Task.FromResult(new LogPage(page, next, !next.Equals(head)));
        }
    }

    /// <inheritdoc/>
    public Task<bool> AdvanceAsync(string name, ReaderPosition from, ReaderPosition to, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(to.Covers(from), false);
        lock (changing)
        {
            bool stands = (readers.GetValueOrDefault(name) ?? ReaderPosition.Start).Equals(from);
            if (stands)
            {
                readers[name] = to;
            }

            return Task.FromResult(stands);
        }
    }

    private LogCommit PageCommit(Commit commit, ReaderPosition end)
    {
        LoggedEvent[] events = [.. log.Where(item => item.Position.Slot == commit.Slot && item.Position.N == commit.N)
            .OrderBy(item => item.TenantId.Value, StringComparer.Ordinal).ThenBy(item => item.Position.Ordinal)];
        bool waits = events.Any(item => log.Any(other =>
            other.TenantId == item.TenantId && other.ExceptionKey == item.ExceptionKey && item.ExceptionKey is not null
            && other.RowVersion < item.RowVersion && other.Position.N > end[other.Position.Slot]
            && other.Type != EventType.ToolCallIntended && other.Type != EventType.ToolCallSettled && other.Type != EventType.ToolCallRefused));
        return new LogCommit(commit.Slot, commit.N, commit.At, events, waits);
    }

    private ReaderPosition Head() =>
        commits.GroupBy(commit => commit.Slot).Aggregate(ReaderPosition.Start, (head, slot) => head.With(slot.Key, slot.Max(commit => commit.N)));

    private async IAsyncEnumerable<LoggedEvent> EventsOf(
        Func<LoggedEvent, bool> where, Func<LoggedEvent, (long, long)> order,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        LoggedEvent[] found;
        lock (changing)
        {
            found = [.. log.Where(where).Select(item => (Item: item, Order: order(item)))
                .OrderBy(item => item.Order).ThenBy(item => item.Item.RecordedAt).ThenBy(item => item.Item.Position).Select(item => item.Item)];
        }

        await Task.CompletedTask;
        foreach (LoggedEvent item in found)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private static readonly IComparer<(TenantId Tenant, int Slot)> Chains = Comparer<(TenantId Tenant, int Slot)>.Create((left, right) =>
        Bytes(left.Tenant.Value, right.Tenant.Value) is not 0 and int tenants ? tenants : left.Slot.CompareTo(right.Slot));
}
