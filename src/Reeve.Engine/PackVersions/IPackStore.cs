using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>Versions of packs, read. Thread-safe.</summary>
public interface IPackStore
{
    /// <summary>Every version of a tenant, newest first by when it was stored.</summary>
    Task<IReadOnlyList<StoredPack>> ListAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The active versions of a tenant, by domain, the domain pack before the policy.</summary>
    Task<IReadOnlyList<StoredPack>> ActiveAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>A version with its content; null when the tenant has none of that name.</summary>
    Task<PackContent?> FindAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken);

    /// <summary>The version of a content; null when the tenant has none. A policy that names no domain may be stored for several.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="kind">Domain pack or policy.</param>
    /// <param name="domain">The domain; null for any.</param>
    /// <param name="contentHash">The content hash.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<PackContent?> ByHashAsync(TenantId tenant, PackKindStored kind, DomainName? domain, string contentHash, CancellationToken cancellationToken);

    /// <summary>What happened to versions, newest first.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="filter">Of which.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<PackHistoryEntry>> HistoryAsync(TenantId tenant, PackHistoryFilter filter, CancellationToken cancellationToken);

    /// <summary>How often each content was used, in no promised order; one that was not used is not among them.</summary>
    Task<IReadOnlyList<PackUsage>> UsageAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The version of a domain that was stored last; null when there is none.</summary>
    Task<PackContent?> LatestAsync(TenantId tenant, PackKindStored kind, DomainName domain, CancellationToken cancellationToken);
}

/// <summary>Which pack it is.</summary>
public enum PackKindStored
{
    /// <summary>DOMAIN.</summary>
    Domain,

    /// <summary>POLICY.</summary>
    Policy,
}

/// <summary>A version of a pack, named. A policy's domain is the one it was bound to.</summary>
public readonly record struct PackVersionKey(PackKindStored Kind, DomainName Domain, string Version)
{
    /// <summary>As references write it: <c>DOMAIN@VERSION</c>.</summary>
    public override string ToString() => $"{Domain}@{Version}";
}

/// <summary>A stored version.</summary>
public sealed record StoredPack
{
    /// <summary>Its name.</summary>
    public required PackVersionKey Key { get; init; }

    /// <summary>Its content hash.</summary>
    public required string ContentHash { get; init; }

    /// <summary>When it was stored, UTC, microseconds.</summary>
    public required DateTimeOffset StoredAt { get; init; }

    /// <summary>By whom: a principal's id.</summary>
    public required string StoredBy { get; init; }

    /// <summary>Whether it is the active one.</summary>
    public required bool IsActive { get; init; }
}

/// <summary>A stored version with its content.</summary>
/// <param name="Pack">The version.</param>
/// <param name="Json">Its compact JSON, members in the order of the source.</param>
public sealed record PackContent(StoredPack Pack, ReadOnlyMemory<byte> Json);

/// <summary>What is changed of versions.</summary>
public abstract record PackChange : Change
{
    private PackChange()
    {
    }

    /// <summary>A version that was not there; one of that name is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>), whatever its content.</summary>
    public sealed record Stored(TenantId Tenant, PackContent Content) : PackChange
    {
        /// <summary>The version it is compared with; null for a first one.</summary>
        public string? Previous { get; init; }

        /// <summary>What differs from it, as JSON; null for a first one.</summary>
        public ReadOnlyMemory<byte>? Difference { get; init; }

        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>A version that becomes the active one.</summary>
    /// <param name="Tenant">The tenant.</param>
    /// <param name="Key">The version.</param>
    /// <param name="From">The version that was active; another one is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>). Null: none was, and one that is there is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</param>
    /// <param name="At">When, UTC, microseconds.</param>
    /// <param name="By">By whom: a principal's id.</param>
    public sealed record Activated(TenantId Tenant, PackVersionKey Key, string? From, DateTimeOffset At, string By) : PackChange
    {
        /// <inheritdoc/>
        public override Signals Signals => Signals.Packs;

        /// <summary>Whether it goes back to what was there before.</summary>
        public bool IsRollback { get; init; }

        /// <summary>What differs from what was active, as JSON; null when nothing was.</summary>
        public ReadOnlyMemory<byte>? Difference { get; init; }

        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>Changes nothing: a version that must still be the active one; else it is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    public sealed record StillActive(TenantId Tenant, PackVersionKey Key) : PackChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }

    /// <summary>Changes nothing: the domain, whose domain pack is activated with it, still has no active policy; else it is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    public sealed record StillWithoutPolicy(TenantId Tenant, DomainName Domain) : PackChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
