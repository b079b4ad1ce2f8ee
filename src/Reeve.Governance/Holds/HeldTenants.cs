using System.Collections.Frozen;
using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Governance.Holds;

/// <summary>Who is on hold, in memory. Thread-safe.</summary>
internal sealed class HeldTenants
{
    private readonly SharedReading<FrozenSet<TenantId>> scopes;

    internal HeldTenants(IHoldStore store, SignalBoard board, TimeProvider clock) => scopes = new SharedReading<FrozenSet<TenantId>>(
        async token => (await store.ListAsync(token)).Select(static hold => hold.Scope).ToFrozenSet(), board, Signals.Hold, clock);

    /// <summary>Whether a tenant is on hold; true when it cannot be read, or not in time.</summary>
    internal ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken) =>
        scopes.Known is { } known ? ValueTask.FromResult(Holds(known, tenant)) : AskAsync(tenant, cancellationToken);

    private async ValueTask<bool> AskAsync(TenantId tenant, CancellationToken cancellationToken) => await scopes.AskAsync(cancellationToken) is not { } found || Holds(found, tenant);

    private static bool Holds(FrozenSet<TenantId> held, TenantId tenant) => held.Count > 0 && (held.Contains(TenantId.Platform) || held.Contains(tenant));
}
