using Reeve.Core.Changes;
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
    private const int CachedTenants = 10_000;

    // Each attempt loses only to somebody else who succeeded.
    private const int Attempts = 5;

    private readonly IPackStore store;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly BoundPairs pairs;
    private readonly ActivePairs actives;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="signals">Says when what is active changed, and whether what is known of it is to be believed.</param>
    /// <param name="cache">What is kept in memory; null: as usual.</param>
    public PackRegistry(IPackStore store, ICommitter committer, TimeProvider clock, SignalBoard signals, PackCacheOptions? cache = null)
    {
        PackCacheOptions kept = cache ?? new PackCacheOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(kept.Pairs, 1, nameof(cache));
        ArgumentOutOfRangeException.ThrowIfLessThan(kept.PairsOfTenant, 1, nameof(cache));
        ArgumentOutOfRangeException.ThrowIfLessThan(kept.TextBytes, 1, nameof(cache));
        this.store = store;
        this.committer = committer;
        this.clock = clock;
        pairs = new BoundPairs(kept);
        actives = new ActivePairs(signals, CachedTenants);
        signals.Subscribe(Signals.Packs, actives.Forget);
    }

    /// <summary>How the cache of compiled packs fares.</summary>
    public PackCacheFigures CacheFigures => pairs.Figures;

    /// <summary>The active pair of a domain, bound; of the tenant's only domain when none is named. On the path of every exception: an answer that is there is given at once.</summary>
    /// <exception cref="ReeveException">PACK-040 when there is no active pair, PACK-041 when there are several and none is named.</exception>
    /// <exception cref="ReeveErrorsException">PACK-…: what is active does not fit this release.</exception>
    public Task<BoundPolicy> ActiveAsync(TenantId tenant, DomainName? domain, CancellationToken cancellationToken)
    {
        if (actives.Find(tenant)?.For(domain) is not { } answer)
        {
            return FindActiveAsync(tenant, domain, cancellationToken);
        }

        pairs.Use(answer.Entry);
        return answer.Given;
    }

    private async Task<BoundPolicy> FindActiveAsync(TenantId tenant, DomainName? domain, CancellationToken cancellationToken)
    {
        ActiveReading reading = actives.Find(tenant) ?? await actives.ReadAsync(tenant, () => store.ActiveAsync(tenant, CancellationToken.None), cancellationToken);
        IReadOnlyList<StoredPack> active = reading.Active;
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
        BoundPairs.Entry entry = await BoundAsync(tenant, pair, policies[0], cancellationToken);
        reading.Keep(new ActiveAnswer(domain, entry, Task.FromResult(entry.Bound)));
        return entry.Bound;
    }

    /// <summary>A pair by references <c>DOMAIN@VERSION</c> or <c>DOMAIN@active</c>, bound.</summary>
    /// <exception cref="ReeveException">PACK-038, PACK-039; PACK-040 for an active one where none is.</exception>
    /// <exception cref="ReeveErrorsException">PACK-…: the two do not fit.</exception>
    public async Task<BoundPolicy> BindAsync(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken)
    {
        StoredPack domain = await ResolveAsync(tenant, PackKindStored.Domain, domainPack, cancellationToken);
        StoredPack policy = await ResolveAsync(tenant, PackKindStored.Policy, tenantPolicy, cancellationToken);
        return domain.Key.Domain == policy.Key.Domain
            ? (await BoundAsync(tenant, domain, policy, cancellationToken)).Bound
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.OtherDomain,
                $"The policy is for the domain {Shown.Name(policy.Key.Domain.Value)}, the pack is {Shown.Name(domain.Key.Domain.Value)}.", VersionNames.Subject(PackKindStored.Policy)));
    }

    /// <summary>A pair by content hashes, as a run recorded them; null when one is not stored.</summary>
    public async Task<BoundPolicy?> ByHashAsync(TenantId tenant, string domainPack, string tenantPolicy, CancellationToken cancellationToken)
    {
        BoundPairs.Entry? entry = await pairs.GetAsync(
            new PairKey(tenant, domainPack, tenantPolicy),
            async () =>
            {
                PackContent? domain = await store.ByHashAsync(tenant, PackKindStored.Domain, null, domainPack, CancellationToken.None);
                PackContent? policy = domain is null ? null
                    : await store.ByHashAsync(tenant, PackKindStored.Policy, domain.Pack.Key.Domain, tenantPolicy, CancellationToken.None);
                return domain is null || policy is null ? null : Compile(domain, policy);
            },
            cancellationToken);
        return entry?.Bound;
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

    /// <summary>Forgets what is known of a tenant's packs: for whoever learns that they changed on another node.</summary>
    public void Forget(TenantId tenant)
    {
        actives.Forget(tenant);
        pairs.Forget(tenant, null, null);
    }

    /// <summary>Forgets which versions of a tenant are active, and its compiled pairs of a domain: all, or those with one version (EX-PACK-7).</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="version">A version of a domain pack or policy; null: all.</param>
    public void Forget(TenantId tenant, DomainName domain, string? version)
    {
        actives.Forget(tenant);
        pairs.Forget(tenant, domain, version);
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

    private async Task<BoundPairs.Entry> BoundAsync(TenantId tenant, StoredPack domain, StoredPack policy, CancellationToken cancellationToken)
    {
        BoundPairs.Entry? entry = await pairs.GetAsync(
            new PairKey(tenant, domain.ContentHash, policy.ContentHash),
            async () => Compile(await ContentAsync(tenant, domain.Key, CancellationToken.None), await ContentAsync(tenant, policy.Key, CancellationToken.None)),
            cancellationToken);
        return entry ?? throw Unknown(policy.Key);
    }

    private static MadePair Compile(PackContent domain, PackContent policy) => new(
        PolicyBinder.Bind(PackTexts.Domain(domain), PackTexts.Policy(policy)).OrThrow(), domain.Pack.Key.Version, policy.Pack.Key.Version, domain.Json.Length + policy.Json.Length);

    private async Task<PackContent> ContentAsync(TenantId tenant, PackVersionKey key, CancellationToken cancellationToken) =>
        await store.FindAsync(tenant, key, cancellationToken) ?? throw Unknown(key);

    private static ReeveException Unknown(PackVersionKey key) =>
        new(new ReeveError(ErrorCatalogue.Packs.UnknownVersion, $"There is no {(key.Kind == PackKindStored.Domain ? "domain pack" : "policy")} {Shown.Name(key.ToString())}.", VersionNames.Subject(key.Kind)));

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());
}
