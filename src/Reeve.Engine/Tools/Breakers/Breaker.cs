using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Breakers;

/// <summary>Where a breaker stands. The names are in events, so they stay.</summary>
public enum BreakerState
{
    /// <summary>CLOSED: calls go through.</summary>
    Closed,

    /// <summary>OPEN: none does.</summary>
    Open,

    /// <summary>HALF_OPEN: one at a time probes.</summary>
    HalfOpen,
}

/// <summary>Which breaker: one per tenant, domain and tool.</summary>
public readonly record struct BreakerKey(TenantId TenantId, DomainName Domain, ToolName Tool);

/// <summary>A breaker that is not closed, as it is stored; closed ones have no row.</summary>
/// <param name="Key">Which.</param>
/// <param name="State">OPEN or HALF_OPEN.</param>
/// <param name="OpenedAt">When it last opened, UTC, microseconds.</param>
public sealed record Breaker(BreakerKey Key, BreakerState State, DateTimeOffset OpenedAt);

/// <summary>A breaker changes, or closes. Committed alone (<see cref="Core.Ports.ICommitter.CommitAloneAsync"/>) with its event (<see cref="BreakerEvents"/>); the last one counts.</summary>
/// <param name="Key">Which.</param>
/// <param name="To">As it is now; null when it closed.</param>
public sealed record BreakerChange(BreakerKey Key, Breaker? To) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Key.TenantId;

    /// <inheritdoc/>
    public override Signals Signals => Signals.Breakers;
}

/// <summary>Breakers, read. Thread-safe.</summary>
public interface IBreakerStore
{
    /// <summary>Every breaker of a tenant that is not closed.</summary>
    Task<IReadOnlyList<Breaker>> ListAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Every breaker of all tenants that is not closed: few, so nodes hold them all.</summary>
    Task<IReadOnlyList<Breaker>> ListAllAsync(CancellationToken cancellationToken);
}
