using Reeve.Core.Changes;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <content>How versions come into the store.</content>
public sealed partial class PackRegistry
{
    /// <summary>
    /// Validates and stores a pack as the version it says it is (1.0.0 when it says none); storing the same content again
    /// changes nothing. A policy is checked against the active domain pack of its domain, or, so that a pair can be prepared
    /// together, against the one stored last; one without domainName binds to the one active domain pack that has all it refers
    /// to (EX-PACK-9).
    /// </summary>
    /// <returns>The version: inactive, unless this content was stored and activated before.</returns>
    /// <exception cref="ReeveErrorsException">PACK-…, every finding, with its place in the document.</exception>
    /// <exception cref="ReeveException">PACK-036 when the version is taken by other content, PACK-037 for another tenant's policy, PACK-043.</exception>
    public async Task<StoredPack> StoreAsync(TenantId tenant, Document document, Principal actor, CancellationToken cancellationToken)
    {
        if (PackKinds.Of(document) == PackKind.Domain)
        {
            DomainPack pack = DomainPackReader.Read(document).OrThrow();
            PackVersionKey named = new(PackKindStored.Domain, pack.Name, pack.Version);
            return await StoreOnceAsync(new Candidate(tenant, named, pack.Source, Bound: null, document, Naming.Own), actor, cancellationToken);
        }

        TenantPolicy policy = TenantPolicyReader.Read(document).OrThrow();
        DemandOwn(policy, tenant, document);
        BoundPolicy bound = await BindForStoringAsync(policy, document, cancellationToken);
        PackVersionKey key = new(PackKindStored.Policy, bound.Domain.Name, policy.Version);
        return await StoreOnceAsync(new Candidate(tenant, key, policy.Source, bound, document, Naming.Own), actor, cancellationToken);
    }

    /// <summary>
    /// Stores what a run was given, unless there, for the tenant of the policy: a version that is taken by other content gets the
    /// hash as build metadata. Activates nothing.
    /// </summary>
    /// <exception cref="ReeveException">PACK-008, PACK-043.</exception>
    public async Task EnsureAsync(BoundPolicy policy, Principal actor, CancellationToken cancellationToken)
    {
        PackVersionKey domain = new(PackKindStored.Domain, policy.Domain.Name, policy.Domain.Version);
        await StoreOnceAsync(new Candidate(policy.TenantId, domain, policy.Domain.Source, Bound: null, Document: null, Naming.Beside), actor, cancellationToken);
        PackVersionKey own = new(PackKindStored.Policy, policy.Domain.Name, policy.Policy.Version);
        await StoreOnceAsync(new Candidate(policy.TenantId, own, policy.Policy.Source, policy, Document: null, Naming.Beside), actor, cancellationToken);
    }

    private async Task<BoundPolicy> BindForStoringAsync(TenantPolicy policy, Document document, CancellationToken cancellationToken)
    {
        List<DomainPack> active = [];
        foreach (StoredPack pack in await store.ActiveAsync(policy.TenantId, cancellationToken))
        {
            if (pack.Key.Kind == PackKindStored.Domain && (policy.DomainName is null || pack.Key.Domain == policy.DomainName))
            {
                active.Add(PackTexts.Domain(await ContentAsync(policy.TenantId, pack.Key, cancellationToken)));
            }
        }

        PackReading<BoundPolicy>? refused = null;
        if (policy.DomainName is null || active.Count > 0)
        {
            PackReading<BoundPolicy> bound = BindToOneOf(policy, active);
            if (bound.Pack is { } found)
            {
                return found;
            }

            refused = bound;
        }

        if (policy.DomainName is { } domain
            && await store.LatestAsync(policy.TenantId, PackKindStored.Domain, domain, cancellationToken) is { } latest)
        {
            PackReading<BoundPolicy> bound = PolicyBinder.Bind(PackTexts.Domain(latest), policy);
            if (bound.Pack is { } found)
            {
                return found;
            }

            refused ??= bound;
        }

        refused ??= BindToOneOf(policy, active);
        throw new ReeveErrorsException(document.Place(refused.Errors));
    }

    private static PackReading<BoundPolicy> BindToOneOf(TenantPolicy policy, IReadOnlyList<DomainPack> domains)
    {
        PackReading<DomainPack> found = PolicyBinder.FindDomain(policy, domains);
        return found.Pack is { } domain ? PolicyBinder.Bind(domain, policy) : new PackReading<BoundPolicy>(null, found.Errors, []);
    }

    private async Task<StoredPack> StoreOnceAsync(Candidate wanted, Principal actor, CancellationToken cancellationToken)
    {
        (TenantId tenant, PackVersionKey named, StoredDocument source, _, Document? document, _) = wanted;
        if (VersionNames.Check(named) is { } error)
        {
            throw new ReeveException(document?.Place([error])[0] ?? error);
        }

        PackTexts.DemandStorable(source);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ByHashAsync(tenant, named.Kind, named.Domain, source.Hash, cancellationToken) is { } known)
            {
                return known.Pack;
            }

            (PackVersionKey key, StoredPack? same) = await FreeNameAsync(wanted, cancellationToken);
            if (same is not null)
            {
                return same;
            }

            PackContent? previous = await store.LatestAsync(tenant, key.Kind, key.Domain, cancellationToken);
            StoredPack pack = new() { Key = key, ContentHash = source.Hash, StoredAt = Now(), StoredBy = actor.Id, IsActive = false };
            PackContent content = new(pack, source.Json);
            PackDifference? difference = previous is null ? null : PackDifference.Of(previous, content);
            Change[] changes =
            [
                new PackChange.Stored(tenant, content) { Previous = previous?.Pack.Key.Version, Difference = difference?.ToJson() },
                new Change.Append(PackEvents.Stored(tenant, content, previous, difference, wanted.Bound, actor)),
            ];
            if (await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed)
            {
                return pack;
            }
        }

        // Each time somebody else took the name in between; the next look says which content has it.
        throw Taken(named, document);
    }

    // The name the content is to be stored under, and what has that name when it is this content: somebody stored it since it was looked for.
    private async Task<(PackVersionKey Name, StoredPack? Same)> FreeNameAsync(Candidate wanted, CancellationToken cancellationToken)
    {
        PackVersionKey name = wanted.Key;
        PackContent? there = await store.FindAsync(wanted.Tenant, name, cancellationToken);
        if (wanted.Naming != Naming.Own && there is not null && there.Pack.ContentHash != wanted.Source.Hash)
        {
            string? patch = wanted.Naming == Naming.NextPatch ? VersionNames.NextPatch(name, await store.ListAsync(wanted.Tenant, cancellationToken)) : null;
            name = name with { Version = patch ?? VersionNames.Beside(name.Version, wanted.Source.Hash) };
            there = await store.FindAsync(wanted.Tenant, name, cancellationToken);
        }

        return there is null || there.Pack.ContentHash == wanted.Source.Hash ? (name, there?.Pack) : throw Taken(name, wanted.Document);
    }

    private static ReeveException Taken(PackVersionKey key, Document? document)
    {
        ReeveError error = new(ErrorCatalogue.Packs.VersionTaken, $"{Shown.Name(key.ToString())} is stored with other content.", "/version");
        return new ReeveException(document?.Place([error])[0] ?? error);
    }

    /// <param name="Tenant">Whose.</param>
    /// <param name="Key">The version it says it is.</param>
    /// <param name="Source">Its content.</param>
    /// <param name="Bound">What a policy is bound to; null for a domain pack.</param>
    /// <param name="Document">Its text, for places; null when it is no longer there.</param>
    /// <param name="Naming">What it is called when its version is taken.</param>
    private sealed record Candidate(TenantId Tenant, PackVersionKey Key, StoredDocument Source, BoundPolicy? Bound, Document? Document, Naming Naming);

    /// <summary>What a content is called when other content has the version it says it is.</summary>
    private enum Naming
    {
        /// <summary>It is refused.</summary>
        Own,

        /// <summary>By its version and its hash.</summary>
        Beside,

        /// <summary>The next patch version that is free; by its hash when its version is no semantic one.</summary>
        NextPatch,
    }
}
