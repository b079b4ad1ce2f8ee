using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Governance.Tenants;

/// <summary>Tenants, read. Thread-safe.</summary>
public interface ITenantStore
{
    /// <summary>A tenant; null when there is none.</summary>
    Task<Tenant?> FindAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>Every tenant, by id in byte order.</summary>
    Task<IReadOnlyList<Tenant>> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A tenant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Mode">How far its automation goes.</param>
/// <param name="CreatedAt">When, UTC, microseconds.</param>
/// <param name="CreatedBy">By whom: a principal's id.</param>
public sealed record Tenant(TenantId Id, string Name, AutomationMode Mode, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>A tenant that was not there; one of that id is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</summary>
public sealed record TenantAdded(Tenant Tenant) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Tenant.Id;

    /// <inheritdoc/>
    public override Signals Signals => Signals.Tenants;
}

/// <summary>How far a tenant's automation goes, changed; a tenant that is not in the mode it leaves is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="From">The mode it leaves.</param>
/// <param name="To">The mode it takes.</param>
public sealed record TenantModeSet(TenantId Tenant, AutomationMode From, AutomationMode To) : Change
{
    /// <inheritdoc/>
    public override TenantId TenantId => Tenant;

    /// <inheritdoc/>
    public override Signals Signals => Signals.Tenants;
}
