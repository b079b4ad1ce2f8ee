using Reeve.Core.Changes;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Testing.Stores;

/// <content>The inbox. All that use the store are one node.</content>
public sealed partial class MemoryStore : IInboxStore
{
    /// <summary>The node stopped without giving anything back, and its slots were taken: what it had is nobody's.</summary>
    public void StopUncleanly()
    {
        lock (changing)
        {
            foreach (InboxRow row in inbox.Values.Where(row => row.IsOwned))
            {
                (row.IsOwned, row.AfterStop) = (false, true);
            }
        }
    }

    /// <summary>Every row, whosever it is.</summary>
    public IReadOnlyList<InboxPass> Unfinished()
    {
        lock (changing)
        {
            return [.. Rows(static _ => true)];
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<InboxPass>>(
                [.. Rows(row => !row.IsOwned && (after is not { } behind || Bytes(row.Item.Tenant.Value, behind.Value) > 0) && !except.Contains(row.Item.Pass)).Take(limit)]);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            List<InboxPass> claimed = [];
            foreach (InboxPass pass in passes)
            {
                if (inbox.TryGetValue((pass.TenantId, pass.PassId), out InboxRow? row) && !row.IsOwned && row.Attempts == pass.Attempts)
                {
                    row.IsOwned = true;
                    row.Attempts++;
                    claimed.Add(Shown(row));
                }
            }

            return Task.FromResult<IReadOnlyList<InboxPass>>(claimed);
        }
    }

    /// <inheritdoc/>
    public Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            foreach ((TenantId, PassId) pass in passes)
            {
                if (inbox.TryGetValue(pass, out InboxRow? row) && row.IsOwned)
                {
                    row.IsOwned = false;
                    row.Attempts = Math.Max(row.Attempts - 1, 0);
                }
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            inbox.Remove((tenant, pass));
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return Task.FromResult<IReadOnlyList<(TenantId Tenant, PassId Pass)>>([.. Rows(static row => row.IsOwned).Take(limit).Select(pass => (pass.TenantId, pass.PassId))]);
        }
    }

    private IEnumerable<InboxPass> Rows(Func<InboxRow, bool> which) => inbox.Values.Where(which)
        .OrderBy(row => row.Item.Tenant.Value, StringComparer.Ordinal).ThenBy(row => row.Item.Pass.Value).Select(Shown);

    private InboxPass Shown(InboxRow row) =>
        new(row.Item.Tenant, row.Item.Pass, row.Item.Key, row.Item.Run, row.Attempts, row.AfterStop, clock.GetUtcNow() - row.ReceivedAt);

    private sealed class InboxRow(ExceptionChange.Enqueue item, DateTimeOffset receivedAt)
    {
        public ExceptionChange.Enqueue Item => item;

        public DateTimeOffset ReceivedAt => receivedAt;

        // Received is one attempt, by the node that received it.
        public int Attempts { get; set; } = 1;

        public bool IsOwned { get; set; } = true;

        public bool AfterStop { get; set; }
    }
}
