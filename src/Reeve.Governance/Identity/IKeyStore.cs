using Reeve.Core.Changes;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Governance.Identity;

/// <summary>API keys, read. Thread-safe.</summary>
public interface IKeyStore
{
    /// <summary>A key by its id alone: how a caller's tenant is found. Null when there is none.</summary>
    Task<StoredKey?> ByIdAsync(Guid key, CancellationToken cancellationToken);

    /// <summary>A key of a tenant; null when the tenant has none of that id.</summary>
    Task<ApiKey?> FindAsync(TenantId tenant, Guid key, CancellationToken cancellationToken);

    /// <summary>The keys of a tenant, newest first.</summary>
    Task<IReadOnlyList<ApiKey>> ListAsync(TenantId tenant, CancellationToken cancellationToken);
}

/// <summary>A key without its secret.</summary>
/// <param name="TenantId">Its tenant.</param>
/// <param name="Id">Its id, a UUIDv7, which is no secret.</param>
/// <param name="Kind">A person's or a service's.</param>
/// <param name="Owner">Whose it is, as it was given.</param>
/// <param name="Roles">Its roles, in the order of the catalogue.</param>
/// <param name="CreatedAt">When, UTC, microseconds.</param>
/// <param name="CreatedBy">By whom: a principal's id.</param>
/// <param name="ExpiresAt">From when on it is no longer valid; null: never by itself.</param>
/// <param name="RevokedAt">When it was revoked; null: it was not.</param>
public sealed record ApiKey(
    TenantId TenantId, Guid Id, PrincipalKind Kind, string Owner, IReadOnlyList<string> Roles, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    /// <summary>Its owner as owners are compared: one person, however it is typed (EX-SEC-7).</summary>
    public string OwnerFolded => Core.Folding.TextFolding.Fold(Owner);

    /// <summary>Whether it opens anything at a time.</summary>
    public bool IsValidAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);
}

/// <summary>A key as it is stored.</summary>
/// <param name="Key">The key.</param>
/// <param name="SecretHash">SHA-256 of its 32 secret bytes.</param>
public sealed record StoredKey(ApiKey Key, ReadOnlyMemory<byte> SecretHash);

/// <summary>What is changed of keys.</summary>
public abstract record KeyChange : Change
{
    private KeyChange()
    {
    }

    /// <inheritdoc/>
    public override Signals Signals => Signals.Keys;

    /// <summary>A key that was not there.</summary>
    public sealed record Added(StoredKey Stored) : KeyChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Stored.Key.TenantId;
    }

    /// <summary>A key that was not revoked; one that is, or is gone, is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>).</summary>
    public sealed record Revoked(TenantId Tenant, Guid Key, DateTimeOffset At) : KeyChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
