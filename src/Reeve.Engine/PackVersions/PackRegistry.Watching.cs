using Reeve.Core.Changes;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <content>How texts of a watched folder become versions (EX-PACK-5), and what a text would come to.</content>
public sealed partial class PackRegistry
{
    /// <summary>
    /// Takes a domain pack and a policy as they lie in a folder: what is new is stored, under the next patch version when its own is taken
    /// by other content, and activated, both in one step. A text that is a version already is activated when it was edited to that, or
    /// when none is active; else it changes nothing, so that who went back to another version stays there.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="domain">The domain pack.</param>
    /// <param name="policy">The tenant's policy for it.</param>
    /// <param name="actor">Who watches.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The versions that became active; empty when nothing changed.</returns>
    /// <exception cref="ReeveErrorsException">PACK-…: every finding, with its place.</exception>
    /// <exception cref="ReeveException">PACK-037, PACK-042, PACK-043.</exception>
    public async Task<IReadOnlyList<PackVersionKey>> TakeAsync(TenantId tenant, WatchedText domain, WatchedText policy, Principal actor, CancellationToken cancellationToken)
    {
        DomainPack pack = DomainPackReader.Read(domain.Document).OrThrow();
        TenantPolicy own = TenantPolicyReader.Read(policy.Document).OrThrow();
        DemandOwn(own, tenant, policy.Document);
        IReadOnlyList<StoredPack> active = await store.ActiveAsync(tenant, cancellationToken);
        bool takesDomain = await IsChangeAsync(tenant, PackKindStored.Domain, pack.Name, pack.Source.Hash, domain.IsEdited, active, cancellationToken);
        bool takesPolicy = await IsChangeAsync(tenant, PackKindStored.Policy, pack.Name, own.Source.Hash, policy.IsEdited, active, cancellationToken);
        if (!takesDomain && !takesPolicy)
        {
            return [];
        }

        // What is not taken stays as it is in force, and that is what the other has to fit. Nothing is stored that could not be activated.
        BoundPolicy? bound = null;
        if (takesPolicy)
        {
            DomainPack fits = takesDomain || Active(active, PackKindStored.Domain, pack.Name) is not { } inForce ? pack : PackTexts.Domain(await ContentAsync(tenant, inForce.Key, cancellationToken));
            PackReading<BoundPolicy> reading = PolicyBinder.Bind(fits, own);
            bound = reading.Pack ?? throw new ReeveErrorsException(policy.Document.Place(reading.Errors));
        }

        else if (Active(active, PackKindStored.Policy, pack.Name) is { } inForce)
        {
            _ = PolicyBinder.Bind(pack, PackTexts.Policy(await ContentAsync(tenant, inForce.Key, cancellationToken))).OrThrow();
        }

        List<PackVersionKey> taken = [];
        if (takesDomain)
        {
            PackVersionKey named = new(PackKindStored.Domain, pack.Name, pack.Version);
            taken.Add((await StoreOnceAsync(new Candidate(tenant, named, pack.Source, Bound: null, domain.Document, Naming.NextPatch), actor, cancellationToken)).Key);
        }

        if (bound is not null)
        {
            PackVersionKey named = new(PackKindStored.Policy, pack.Name, own.Version);
            taken.Add((await StoreOnceAsync(new Candidate(tenant, named, own.Source, bound, policy.Document, Naming.NextPatch), actor, cancellationToken)).Key);
        }

        return await ActivateAsync(tenant, taken, new Activation(actor, Now(), IsRollback: false), cancellationToken) ? taken : [];
    }

    /// <summary>Puts on record that the text of a watched file was refused; what is active stays.</summary>
    /// <param name="tenant">Whose log has it.</param>
    /// <param name="refusal">What was refused, and why.</param>
    /// <param name="actor">Who watches.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RefuseAsync(TenantId tenant, PackRefusal refusal, Principal actor, CancellationToken cancellationToken) =>
        await committer.CommitAloneAsync(tenant, [new Change.Append(PackEvents.Refused(tenant, refusal, Now(), actor))], cancellationToken);

    /// <summary>
    /// What storing and activating a text would come to, without doing either: whether it fits the other of its pair as it is active,
    /// which version it is or would be, and what differs from the active one.
    /// </summary>
    /// <exception cref="ReeveErrorsException">PACK-…: every finding, with its place.</exception>
    /// <exception cref="ReeveException">PACK-037 for another tenant's policy.</exception>
    public async Task<PackPreview> PreviewAsync(TenantId tenant, Document document, CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredPack> active = await store.ActiveAsync(tenant, cancellationToken);
        (PackVersionKey named, StoredDocument source, IReadOnlyList<ReeveError> warnings, PackVersionKey? against) = PackKinds.Of(document) == PackKind.Domain
            ? await CheckDomainAsync(tenant, document, active, cancellationToken)
            : await CheckPolicyAsync(tenant, document, active, cancellationToken);
        if (VersionNames.Check(named) is { } error)
        {
            throw new ReeveException(document.Place([error])[0]);
        }

        PackTexts.DemandStorable(source);
        PackContent? same = await store.ByHashAsync(tenant, named.Kind, named.Domain, source.Hash, cancellationToken);
        PackContent? taken = same is null ? await store.FindAsync(tenant, named, cancellationToken) : null;
        PackContent? current = Active(active, named.Kind, named.Domain) is { } inForce ? await ContentAsync(tenant, inForce.Key, cancellationToken) : null;
        PackContent candidate = new(
            new StoredPack { Key = named, ContentHash = source.Hash, StoredAt = Now(), StoredBy = "", IsActive = false }, source.Json);
        return new PackPreview
        {
            Key = same?.Pack.Key ?? named,
            IsStored = same is not null,
            IsTaken = taken is not null,
            Active = current?.Pack.Key,
            CheckedAgainst = against,
            Difference = current is null ? null : PackDifference.Of(current, candidate),
            Warnings = document.Place(warnings),
        };
    }

    private async Task<Checked> CheckDomainAsync(TenantId tenant, Document document, IReadOnlyList<StoredPack> active, CancellationToken cancellationToken)
    {
        PackReading<DomainPack> reading = DomainPackReader.Read(document);
        DomainPack pack = reading.OrThrow();
        StoredPack? policy = Active(active, PackKindStored.Policy, pack.Name);
        IReadOnlyList<ReeveError> warnings = reading.Warnings;
        if (policy is not null)
        {
            // Places of these findings are in the policy, whose text is not at hand.
            _ = PolicyBinder.Bind(pack, PackTexts.Policy(await ContentAsync(tenant, policy.Key, cancellationToken))).OrThrow();
        }

        return new Checked(new PackVersionKey(PackKindStored.Domain, pack.Name, pack.Version), pack.Source, warnings, policy?.Key);
    }

    private async Task<Checked> CheckPolicyAsync(TenantId tenant, Document document, IReadOnlyList<StoredPack> active, CancellationToken cancellationToken)
    {
        PackReading<TenantPolicy> reading = TenantPolicyReader.Read(document);
        TenantPolicy policy = reading.OrThrow();
        DemandOwn(policy, tenant, document);
        BoundPolicy bound = await BindForStoringAsync(policy, document, cancellationToken);
        PackVersionKey against = Active(active, PackKindStored.Domain, bound.Domain.Name) is { } pack && pack.ContentHash == bound.Domain.ContentHash
            ? pack.Key
            : new PackVersionKey(PackKindStored.Domain, bound.Domain.Name, bound.Domain.Version);
        return new Checked(new PackVersionKey(PackKindStored.Policy, bound.Domain.Name, policy.Version), policy.Source, reading.Warnings, against);
    }

    private static void DemandOwn(TenantPolicy policy, TenantId tenant, Document document)
    {
        if (policy.TenantId != tenant)
        {
            ReeveError other = new(
                ErrorCatalogue.Packs.OtherTenant, $"The policy is for the tenant {Shown.Name(policy.TenantId.Value)}, not for {Shown.Name(tenant.Value)}.", "/tenantId");
            throw new ReeveException(document.Place([other])[0]);
        }
    }

    private async Task<bool> IsChangeAsync(
        TenantId tenant, PackKindStored kind, DomainName domain, string hash, bool isEdited, IReadOnlyList<StoredPack> active, CancellationToken cancellationToken)
    {
        StoredPack? inForce = Active(active, kind, domain);
        return inForce?.ContentHash != hash
            && (isEdited || inForce is null || await store.ByHashAsync(tenant, kind, domain, hash, cancellationToken) is null);
    }

    private static StoredPack? Active(IReadOnlyList<StoredPack> active, PackKindStored kind, DomainName domain) =>
        active.FirstOrDefault(pack => pack.Key.Kind == kind && pack.Key.Domain == domain);

    private sealed record Checked(PackVersionKey Key, StoredDocument Source, IReadOnlyList<ReeveError> Warnings, PackVersionKey? Against);
}

/// <summary>A text of a watched folder.</summary>
/// <param name="Document">The text.</param>
/// <param name="IsEdited">Whether it said something else a moment ago, rather than having been found as it is.</param>
public readonly record struct WatchedText(Document Document, bool IsEdited);

/// <summary>A text of a watched folder that was refused.</summary>
/// <param name="File">The file, relative to the folder that is watched.</param>
/// <param name="TextHash">SHA-256 of its bytes, lower-case hex.</param>
/// <param name="Errors">What is wrong, with places; the first of them are put on record.</param>
public sealed record PackRefusal(string File, string TextHash, IReadOnlyList<ReeveError> Errors);

/// <summary>What storing and activating a text would come to.</summary>
public sealed record PackPreview
{
    /// <summary>The version it is, or says it is.</summary>
    public required PackVersionKey Key { get; init; }

    /// <summary>Whether this content is stored already.</summary>
    public required bool IsStored { get; init; }

    /// <summary>Whether other content has its version, so that it could not be stored under it.</summary>
    public required bool IsTaken { get; init; }

    /// <summary>The version that is active now; null when none is.</summary>
    public required PackVersionKey? Active { get; init; }

    /// <summary>The version of the other kind that it was checked against; null for a domain pack without an active policy.</summary>
    public required PackVersionKey? CheckedAgainst { get; init; }

    /// <summary>What differs from the active version; null when none is active.</summary>
    public required PackDifference? Difference { get; init; }

    /// <summary>What its author should look at.</summary>
    public required IReadOnlyList<ReeveError> Warnings { get; init; }
}
