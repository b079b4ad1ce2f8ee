using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// The door to a tenant's packs in their versions (EX-PACK-4, 6, 13). A version never changes; which one is active does, and
/// who did it, when, and what differs is on the record. Another tenant's version is not found. Thread-safe.
/// </summary>
public sealed partial class PackRegistry
{
    // What another node activated is used here within a second (EX-PACK-7).
    private static readonly TimeSpan Lifetime = TimeSpan.FromMilliseconds(800);

    private const int CachedTenants = 10_000;

    // Each attempt loses only to somebody else who succeeded.
    private const int Attempts = 5;

    private readonly IPackStore store;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly BoundPairs pairs;
    private readonly RecentActives recent;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cachedPairs">How many compiled pairs of packs are kept in memory, of all tenants together; at least 1.</param>
    public PackRegistry(IPackStore store, ICommitter committer, TimeProvider clock, int cachedPairs = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cachedPairs, 1);
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        pairs = new BoundPairs(cachedPairs);
        recent = new RecentActives(clock, Lifetime, CachedTenants);
    }

    /// <summary>The active pair of a domain, bound; of the tenant's only domain when none is named.</summary>
    /// <exception cref="ReeveException">PACK-040 when there is no active pair, PACK-041 when there are several and none is named.</exception>
    public async Task<BoundPolicy> ActiveAsync(TenantId tenant, DomainName? domain, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredPack> active = await ActiveOfAsync(tenant, cancellationToken);
        StoredPack[] policies =
        [
            .. active.Where(pack => pack.Key.Kind == PackKindStored.Policy && (domain is null || pack.Key.Domain == domain)
                && active.Any(other => other.Key.Kind == PackKindStored.Domain && other.Key.Domain == pack.Key.Domain)),
        ];
        if (policies.Length != 1)
        {
            throw new ReeveException(policies.Length == 0
                ? new ReeveError(ErrorCatalogue.Packs.NotActive, domain is { } named ? $"For the domain {Shown.Name(named.Value)} no pair of packs is active." : "No pair of packs is active.", "domain")
                : new ReeveError(ErrorCatalogue.Packs.SeveralActive, $"Active are {string.Join(", ", policies.Select(pack => Shown.Name(pack.Key.Domain.Value)))}.", "domain"));
        }

        StoredPack pair = active.First(pack => pack.Key.Kind == PackKindStored.Domain && pack.Key.Domain == policies[0].Key.Domain);
        return await BoundAsync(tenant, pair, policies[0], cancellationToken);
    }

    /// <summary>A pair by references <c>DOMAIN@VERSION</c> or <c>DOMAIN@active</c>, bound.</summary>
    /// <exception cref="ReeveException">PACK-038, PACK-039; PACK-040 for an active one where none is.</exception>
    /// <exception cref="ReeveErrorsException">PACK-…: the two do not fit.</exception>
    public async Task<BoundPolicy> BindAsync(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken)
    {
        StoredPack domain = await ResolveAsync(tenant, PackKindStored.Domain, domainPack, cancellationToken);
        StoredPack policy = await ResolveAsync(tenant, PackKindStored.Policy, tenantPolicy, cancellationToken);
        return domain.Key.Domain == policy.Key.Domain
            ? await BoundAsync(tenant, domain, policy, cancellationToken)
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.OtherDomain,
                $"The policy is for the domain {Shown.Name(policy.Key.Domain.Value)}, the pack is {Shown.Name(domain.Key.Domain.Value)}.", VersionNames.Subject(PackKindStored.Policy)));
    }

    /// <summary>A pair by content hashes, as a run recorded them; null when one is not stored.</summary>
    public async Task<BoundPolicy?> ByHashAsync(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken)
    {
        PairKey key = new(tenant, domainPack, tenantPolicy);
        if (pairs.TryGet(key, out BoundPolicy? bound))
        {
            return bound;
        }

        PackContent? domain = await store.ByHashAsync(tenant, PackKindStored.Domain, null, domainPack, cancellationToken);
        PackContent? policy = domain is null ? null : await store.ByHashAsync(tenant, PackKindStored.Policy, domain.Pack.Key.Domain, tenantPolicy, cancellationToken);
        return domain is null || policy is null ? null : Compile(key, domain, policy);
    }

    /// <summary>A version with its content, by a reference <c>DOMAIN@VERSION</c> or <c>DOMAIN@active</c>; null when there is none.</summary>
    /// <exception cref="ReeveException">PACK-039.</exception>
    public async Task<PackContent?> FindAsync(TenantId tenant, PackKindStored kind, string reference, CancellationToken cancellationToken)
    {
        PackVersionKey key = VersionNames.Parse(kind, reference);
        if (key.Version == VersionNames.Active)
        {
            IReadOnlyList<StoredPack> active = await store.ActiveAsync(tenant, cancellationToken);
            if (active.FirstOrDefault(pack => pack.Key.Kind == kind && pack.Key.Domain == key.Domain) is not { } found)
            {
                return null;
            }

            key = found.Key;
        }

        return await store.FindAsync(tenant, key, cancellationToken);
    }

    /// <summary>Every version, newest first by when it was stored.</summary>
    public Task<IReadOnlyList<StoredPack>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => store.ListAsync(tenant, cancellationToken);

    /// <summary>Forgets what is known of a tenant's packs: for whoever reads in the log that they changed on another node.</summary>
    public void Forget(TenantId tenant)
    {
        recent.Forget(tenant);
        pairs.Forget(tenant);
    }

    private async Task<IReadOnlyList<StoredPack>> ActiveOfAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (recent.TryGet(tenant, out IReadOnlyList<StoredPack>? known))
        {
            return known;
        }

        RecentActives.Mark began = recent.Begin();
        IReadOnlyList<StoredPack> active = await store.ActiveAsync(tenant, cancellationToken);
        recent.Keep(tenant, active, began);
        return active;
    }

    private async Task<StoredPack> ResolveAsync(TenantId tenant, PackKindStored kind, string reference, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, kind, reference, cancellationToken) is { } found)
        {
            return found.Pack;
        }

        PackVersionKey key = VersionNames.Parse(kind, reference);
        throw key.Version == VersionNames.Active
            ? new ReeveException(new ReeveError(ErrorCatalogue.Packs.NotActive, $"For the domain {Shown.Name(key.Domain.Value)} none is active.", VersionNames.Subject(kind)))
            : Unknown(key);
    }

    private async Task<BoundPolicy> BoundAsync(TenantId tenant, StoredPack domain, StoredPack policy, CancellationToken cancellationToken)
    {
        PairKey key = new(tenant, domain.ContentHash, policy.ContentHash);
        if (pairs.TryGet(key, out BoundPolicy? bound))
        {
            return bound;
        }

        return Compile(key, await ContentAsync(tenant, domain.Key, cancellationToken), await ContentAsync(tenant, policy.Key, cancellationToken));
    }

    // Two that compile one pair at once do the same work twice, and one result is kept.
    private BoundPolicy Compile(PairKey key, PackContent domain, PackContent policy)
    {
        BoundPolicy bound = PolicyBinder.Bind(PackTexts.Domain(domain), PackTexts.Policy(policy)).OrThrow();
        pairs.Keep(key, bound);
        return bound;
    }

    private async Task<PackContent> ContentAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken) =>
        await store.FindAsync(tenant, key, cancellationToken) ?? throw Unknown(key);

    private static ReeveException Unknown(PackVersionKey key) =>
        new(new ReeveError(ErrorCatalogue.Packs.UnknownVersion, $"There is no {(key.Kind == PackKindStored.Domain ? "domain pack" : "policy")} {Shown.Name(key.ToString())}.", VersionNames.Subject(key.Kind)));

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());
}
