using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <content>How versions become the active ones.</content>
public sealed partial class PackRegistry
{
    /// <summary>Makes a version the active one; see the other overload.</summary>
    public Task ActivateAsync(TenantId tenant, PackVersionKey version, Principal actor, CancellationToken cancellationToken) =>
        ActivateAsync(tenant, [version], actor, cancellationToken);

    /// <summary>
    /// Makes versions the active ones, all at once or none: one of a kind and domain at most. What is active afterwards is a pair
    /// that fits, or a domain pack alone; so a new domain pack and the policy that needs it are activated together.
    /// </summary>
    /// <exception cref="ReeveException">PACK-038; PACK-040 for a policy whose domain has no active domain pack; PACK-042.</exception>
    /// <exception cref="ReeveErrorsException">PACK-…: the pair would not fit; every finding.</exception>
    public Task ActivateAsync(TenantId tenant, IReadOnlyList<PackVersionKey> versions, Principal actor, CancellationToken cancellationToken) =>
        ActivateAsync(tenant, versions, new Activation(actor, Now(), IsRollback: false), cancellationToken);

    private async Task<bool> ActivateAsync(TenantId tenant, IReadOnlyList<PackVersionKey> versions, Activation how, CancellationToken cancellationToken)
    {
        if (versions.DistinctBy(version => (version.Kind, version.Domain)).Count() != versions.Count)
        {
            throw new ArgumentException("Two versions of one kind and domain cannot both be active.", nameof(versions));
        }

        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            IReadOnlyList<StoredPack> active = await store.ActiveAsync(tenant, cancellationToken);
            List<Change> changes = [];
            foreach (IGrouping<DomainName, PackVersionKey> domain in versions.GroupBy(version => version.Domain))
            {
                changes.AddRange(await ChangesAsync(tenant, domain.Key, [.. domain], active, how, cancellationToken));
            }

            if (changes.Count == 0 || await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed)
            {
                actives.Forget(tenant);
                return changes.Count > 0;
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.ActivatedMeanwhile, "Others activated versions of the same domain again and again."));
    }

    // The domain pack's row is always touched first: it is what two activations of one domain wait for each other at.
    private async Task<IReadOnlyList<Change>> ChangesAsync(
        TenantId tenant, DomainName domain, IReadOnlyList<PackVersionKey> versions, IReadOnlyList<StoredPack> active, Activation how, CancellationToken cancellationToken)
    {
        Switch pack = await SwitchAsync(tenant, PackKindStored.Domain, domain, versions, active, cancellationToken);
        Switch policy = await SwitchAsync(tenant, PackKindStored.Policy, domain, versions, active, cancellationToken);
        if (!pack.IsChange && !policy.IsChange)
        {
            return [];
        }

        BoundPolicy? bound = Bind(domain, pack.To, policy.To);
        List<Change> changes = [];
        Add(pack);
        if (pack.IsChange && policy.To is null)
        {
            changes.Add(new PackChange.StillWithoutPolicy(tenant, domain));
        }

        Add(policy);
        return changes;

        void Add(Switch change)
        {
            if (change.IsChange)
            {
                PackContent to = change.To!; // not null: it changes to something
                PackDifference? difference = change.From is { } from ? PackDifference.Of(from, to) : null;
                changes.Add(new PackChange.Activated(tenant, to.Pack.Key, change.From?.Pack.Key.Version, how.At, how.Actor.Id)
                {
                    IsRollback = how.IsRollback,
                    Difference = difference?.ToJson(),
                });
                changes.Add(new Change.Append(PackEvents.Activated(tenant, to, change.From, difference, bound, how)));
            }
            else if (change.To is { } same)
            {
                changes.Add(new PackChange.StillActive(tenant, same.Pack.Key));
            }
        }
    }

    private async Task<Switch> SwitchAsync(
        TenantId tenant, PackKindStored kind, DomainName domain, IReadOnlyList<PackVersionKey> versions, IReadOnlyList<StoredPack> active, CancellationToken cancellationToken)
    {
        PackContent? from = active.FirstOrDefault(pack => pack.Key.Kind == kind && pack.Key.Domain == domain) is { } current
            ? await ContentAsync(tenant, current.Key, cancellationToken)
            : null;
        foreach (PackVersionKey version in versions)
        {
            if (version.Kind == kind && version != from?.Pack.Key)
            {
                return new Switch(from, await ContentAsync(tenant, version, cancellationToken));
            }
        }

        return new Switch(from, from);
    }

    private static BoundPolicy? Bind(DomainName domain, PackContent? pack, PackContent? policy)
    {
        // Alone it must at least be one that this release reads.
        DomainPack? read = pack is null ? null : PackTexts.Domain(pack);
        if (policy is null)
        {
            return null;
        }

        if (read is null)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.NotActive, $"The domain {Shown.Name(domain.Value)} has no active domain pack.", VersionNames.Subject(PackKindStored.Domain),
                nextStep: "Activate the domain pack first, or both together."));
        }

        return PolicyBinder.Bind(read, PackTexts.Policy(policy)).OrThrow();
    }

    /// <param name="From">What is active; null when nothing is.</param>
    /// <param name="To">What shall be active; null when nothing shall.</param>
    private sealed record Switch(PackContent? From, PackContent? To)
    {
        internal bool IsChange => From?.Pack.Key != To?.Pack.Key;
    }
}
