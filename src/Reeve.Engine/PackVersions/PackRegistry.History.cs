using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <content>What happened to versions, how they differ, how often they are used, and the way back.</content>
public sealed partial class PackRegistry
{
    // How far the way back is looked for when nobody names a version.
    private const int LookedThrough = 1_000;

    /// <summary>What happened to a tenant's versions, newest first: who, when, what differs.</summary>
    public Task<IReadOnlyList<PackHistoryEntry>> HistoryAsync(TenantId tenant, PackHistoryFilter filter, CancellationToken cancellationToken) =>
        store.HistoryAsync(tenant, filter, cancellationToken);

    /// <summary>How often each content was used, as far as it was flushed (<see cref="PackUse"/>).</summary>
    public Task<IReadOnlyList<PackUsage>> UsageAsync(TenantId tenant, CancellationToken cancellationToken) => store.UsageAsync(tenant, cancellationToken);

    /// <summary>What differs between two versions of one kind, by references <c>DOMAIN@VERSION</c> or <c>DOMAIN@active</c>.</summary>
    /// <exception cref="ReeveException">PACK-038, PACK-039; PACK-040 for an active one where none is.</exception>
    public async Task<PackDifference> DifferenceAsync(TenantId tenant, PackKindStored kind, string before, string after, CancellationToken cancellationToken) =>
        PackDifference.Of(await NamedAsync(tenant, kind, before, cancellationToken), await NamedAsync(tenant, kind, after, cancellationToken));

    /// <summary>
    /// Goes back to a version: makes it the active one again, checked as any activation is, and on record as what it is. The other of
    /// the pair stays as it is, so a version that no longer fits it is refused.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="kind">Domain pack or policy.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="version">The version; null: the one that was active before the one that is. Done twice, that comes back to where it began.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">PACK-038; PACK-040 when none is active; PACK-042; PACK-048 when none is known to have been active before.</exception>
    /// <exception cref="ReeveErrorsException">PACK-…: it does not fit what is active, or this release refuses it; every finding.</exception>
    public async Task<PackRollback> RollBackAsync(
        TenantId tenant, PackKindStored kind, DomainName domain, string? version, Principal actor, CancellationToken cancellationToken)
    {
        PackContent active = await NamedAsync(tenant, kind, $"{domain}@{VersionNames.Active}", cancellationToken);
        string to = version ?? await BeforeAsync(tenant, active.Pack.Key, cancellationToken);
        bool changed = await ActivateAsync(tenant, [new PackVersionKey(kind, domain, to)], new Activation(actor, Now(), IsRollback: true), cancellationToken);
        return new PackRollback(active.Pack.Key, new PackVersionKey(kind, domain, to), changed);
    }

    private async Task<string> BeforeAsync(TenantId tenant, PackVersionKey active, CancellationToken cancellationToken)
    {
        PackHistoryFilter filter = new() { Kind = active.Kind, Domain = active.Domain, Limit = LookedThrough };
        foreach (PackHistoryEntry entry in await store.HistoryAsync(tenant, filter, cancellationToken))
        {
            if (entry.Action != PackAction.Stored && entry.Key == active && entry.Previous is { } before)
            {
                return before;
            }
        }

        throw new ReeveException(new ReeveError(
            ErrorCatalogue.Packs.NothingBefore, $"Nothing is known to have been active before {Shown.Name(active.ToString())}.", VersionNames.Subject(active.Kind)));
    }

    private async Task<PackContent> NamedAsync(TenantId tenant, PackKindStored kind, string reference, CancellationToken cancellationToken) =>
        await ContentAsync(tenant, (await ResolveAsync(tenant, kind, reference, cancellationToken)).Key, cancellationToken);
}

/// <summary>What came of going back.</summary>
/// <param name="From">What was active.</param>
/// <param name="To">What is active now.</param>
/// <param name="Changed">False: it was active already, and nothing was done.</param>
public sealed record PackRollback(PackVersionKey From, PackVersionKey To, bool Changed);
