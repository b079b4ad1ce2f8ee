using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Governance.Encryption;

/// <summary>Sealed values, read. Thread-safe.</summary>
public interface ISealedStore
{
    /// <summary>An envelope; null when there is none of that name.</summary>
    Task<SealedValue?> FindAsync(TenantId tenant, string name, CancellationToken cancellationToken);

    /// <summary>Every envelope whose name begins with a prefix, by name in byte order.</summary>
    Task<IReadOnlyList<SealedValue>> ListAsync(TenantId tenant, string prefix, CancellationToken cancellationToken);
}

/// <summary>A value as it is stored.</summary>
/// <param name="TenantId">Whose it is; <see cref="Tenants.PlatformTenant.Id"/> for the node's own.</param>
/// <param name="Name">Its name.</param>
/// <param name="Envelope">The sealed bytes.</param>
/// <param name="UpdatedAt">When it was sealed, UTC, microseconds.</param>
public sealed record SealedValue(TenantId TenantId, string Name, ReadOnlyMemory<byte> Envelope, DateTimeOffset UpdatedAt);

/// <summary>What is changed of sealed values.</summary>
public abstract record SealedChange : Change
{
    private SealedChange()
    {
    }

    /// <summary>A value of a name that was not there; one that is there is a conflict (<see cref="Core.Ports.CommitOutcome.AlreadyThere"/>).</summary>
    public sealed record Added(SealedValue Value) : SealedChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Value.TenantId;
    }

    /// <summary>A value, whether or not one of that name was there.</summary>
    public sealed record Put(SealedValue Value) : SealedChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Value.TenantId;
    }

    /// <summary>A value less; one that is gone is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    public sealed record Removed(TenantId Tenant, string Name) : SealedChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
