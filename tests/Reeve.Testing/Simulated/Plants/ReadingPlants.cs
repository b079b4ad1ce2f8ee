using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Testing.Simulated.Plants;

/// <summary>A reader trusts clocks.</summary>
internal sealed class ReadByTime() : Plant("read-by-time", "Gives out commits by the time in their rows.")
{
    internal override LogPage Arrange(LogPage page) => page with { Commits = [.. page.Commits.OrderBy(commit => commit.At).ThenBy(commit => commit.Slot)] };
}

/// <summary>A node that stops lets go of what it has in memory as if that were decided.</summary>
internal sealed class DroppingDrain() : Plant("dropping-drain", "Drops what was received and waits to be decided when a node is stopped.")
{
    internal override TimeSpan DrainsWithin => TimeSpan.Zero;

    internal override IInboxStore Inbox(IInboxStore real, Func<bool> isDraining) => new Dropping(real, isDraining);

    private sealed class Dropping(IInboxStore real, Func<bool> isDraining) : IInboxStore
    {
        public async Task SetFreeAsync(IReadOnlyList<(TenantId Tenant, PassId Pass)> passes, CancellationToken cancellationToken)
        {
            if (!isDraining())
            {
                await real.SetFreeAsync(passes, cancellationToken);
                return;
            }

            foreach ((TenantId tenant, PassId pass) in passes)
            {
                await real.RemoveAsync(tenant, pass, cancellationToken);
            }
        }

        public Task<IReadOnlyList<InboxPass>> FreeAsync(TenantId? after, IReadOnlyCollection<PassId> except, int limit, CancellationToken cancellationToken) =>
            real.FreeAsync(after, except, limit, cancellationToken);

        public Task<IReadOnlyList<InboxPass>> ClaimAsync(IReadOnlyList<InboxPass> passes, CancellationToken cancellationToken) => real.ClaimAsync(passes, cancellationToken);

        public Task RemoveAsync(TenantId tenant, PassId pass, CancellationToken cancellationToken) => real.RemoveAsync(tenant, pass, cancellationToken);

        public Task<IReadOnlyList<(TenantId Tenant, PassId Pass)>> OwnedAsync(int limit, CancellationToken cancellationToken) => real.OwnedAsync(limit, cancellationToken);
    }
}
