using System.Security.Cryptography;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Identity;

/// <summary>
/// The door to API keys (EX-SEC-1, 7). The secret is shown once and kept only as a hash. Whether the actor may manage keys is
/// asked by whoever calls; which roles it may give is asked here. Thread-safe.
/// </summary>
public sealed class KeyDesk
{
    // A revocation holds on all nodes within a second (EX-SEC-7): the board sees to that. This is for what no commit of a release that
    // signals has changed, such as a row that was mended by hand.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private const int CachedKeys = 10_000;

    // Compared with when there is no such key, so that its absence takes as long to find out as a wrong secret.
    private static readonly byte[] NoSecret = new byte[SHA256.HashSizeInBytes];

    private readonly IKeyStore store;
    private readonly TenantDesk tenants;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly RecentKeys recent;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="tenants">Whose keys there may be.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="board">Says which keys changed elsewhere, and whether what was read may be believed.</param>
    /// <param name="clock">The clock.</param>
    public KeyDesk(IKeyStore store, TenantDesk tenants, ICommitter committer, SignalBoard board, TimeProvider clock)
    {
        this.store = store;
        this.tenants = tenants;
        this.committer = committer;
        this.clock = clock;
        recent = new RecentKeys(clock, board, Longest, CachedKeys);
        board.Subscribe(Signals.Keys, recent.Clear);
    }

    /// <summary>Makes a key.</summary>
    /// <param name="request">What it shall be.</param>
    /// <param name="actor">Who makes it.</param>
    /// <param name="cancellationToken">Gives up waiting; the key may be made nevertheless, and then nobody knows its secret.</param>
    /// <returns>The key, and its text: the only time it is known.</returns>
    /// <exception cref="ReeveException">TENANT-001, TENANT-003; AUTH-004 to AUTH-008.</exception>
    public async Task<(ApiKey Key, string Text)> CreateAsync(KeyRequest request, Principal actor, CancellationToken cancellationToken)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        KeyRequest wanted = KeyRules.Check(request, actor, now);
        if (wanted.Tenant != PlatformTenant.Id && await tenants.FindAsync(wanted.Tenant, cancellationToken) is null)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.NotFound, $"There is no tenant {Shown.Name(wanted.Tenant.Value)}.", "tenantId"));
        }

        byte[] secret = RandomNumberGenerator.GetBytes(KeyText.SecretBytes);
        try
        {
            ApiKey key = new(wanted.Tenant, Guid.CreateVersion7(now), wanted.Kind, wanted.Owner, wanted.Roles, now, actor.Id, wanted.ExpiresAt, RevokedAt: null);
            Change[] changes = [new KeyChange.Added(new StoredKey(key, SHA256.HashData(secret))), new Change.Append(KeyEvents.Created(key, actor))];
            CommitOutcome outcome = await committer.CommitAloneAsync(key.TenantId, changes, cancellationToken);
            return outcome is CommitOutcome.Committed
                ? (key, KeyText.Write(key.Id, secret))
                : throw new InvalidOperationException($"A new key cannot meet another: {outcome}.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Who presents a key; null when it is not one, unknown, expired or revoked (which of these is not told).</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be read: nobody is let in, and nobody told that the key is wrong.</exception>
    public async Task<Caller?> AuthenticateAsync(string text, CancellationToken cancellationToken)
    {
        if (!KeyText.TryRead(text, out Guid id, out byte[] secretHash))
        {
            return null;
        }

        StoredKey? stored = await ReadAsync(id, cancellationToken);
        ReadOnlySpan<byte> expected = stored is null ? NoSecret : stored.SecretHash.Span;
        bool isSecret = CryptographicOperations.FixedTimeEquals(secretHash, expected);
        return isSecret && stored is { Key: { } key } && key.IsValidAt(clock.GetUtcNow())
            ? new Caller(key.TenantId, new Principal(key.Kind, "key:" + key.Id.ToString("D"), key.Owner, key.Roles))
            : null;
    }

    /// <summary>Revokes a key. It works on no node a second later.</summary>
    /// <returns>False when the tenant has no such key; true also when it was revoked before.</returns>
    public async Task<bool> RevokeAsync(TenantId tenant, Guid key, Principal actor, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(tenant, key, cancellationToken) is not { } found)
        {
            return false;
        }

        if (found.RevokedAt is null)
        {
            ApiKey revoked = found with { RevokedAt = TimeText.ToMicroseconds(clock.GetUtcNow()) };
            Change[] changes = [new KeyChange.Revoked(tenant, key, revoked.RevokedAt.Value), new Change.Append(KeyEvents.Revoked(revoked, actor))];

            // That it moved on means that somebody else revoked it at the same moment: then it is revoked, and on the record.
            await committer.CommitAloneAsync(tenant, changes, cancellationToken);
            recent.Clear(tenant);
        }

        return true;
    }

    /// <summary>The keys of a tenant, newest first.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => store.ListAsync(tenant, cancellationToken);

    private async Task<StoredKey?> ReadAsync(Guid id, CancellationToken cancellationToken)
    {
        if (recent.TryGet(id, out StoredKey? stored))
        {
            return stored;
        }

        RecentKeys.Mark began = recent.Begin();
        stored = await store.ByIdAsync(id, cancellationToken);
        recent.Keep(id, stored, began);
        return stored;
    }
}

/// <summary>What a key shall be.</summary>
/// <param name="Tenant">Its tenant; <see cref="PlatformTenant.Id"/> for the platform administrator.</param>
/// <param name="Kind">A person's or a service's.</param>
/// <param name="Owner">Whose it is; 1 to 200 characters.</param>
/// <param name="Roles">viewer, operator, admin, supervisor, developer, auditor, or platform (for the platform alone).</param>
/// <param name="ExpiresAt">Until when; null: until revoked.</param>
public sealed record KeyRequest(TenantId Tenant, PrincipalKind Kind, string Owner, IReadOnlyList<string> Roles, DateTimeOffset? ExpiresAt);

/// <summary>Who calls, and for which tenant.</summary>
public sealed record Caller(TenantId TenantId, Principal Principal);
