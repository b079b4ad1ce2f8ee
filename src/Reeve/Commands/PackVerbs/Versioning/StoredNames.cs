using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Wording;
using Reeve.Engine.PackVersions;

namespace Reeve.Commands.PackVerbs.Versioning;

/// <summary>
/// How a command line names stored packs: <c>DOMAIN@VERSION</c> or <c>DOMAIN@active</c>, with <c>domain:</c> or <c>policy:</c> before it where
/// both kinds have a version of that name.
/// </summary>
internal sealed class StoredNames(PackRegistry packs, TenantId tenant)
{
    internal const string Form = "DOMAIN@VERSION or DOMAIN@active, after 'domain:' or 'policy:' where both have it";

    /// <summary>The version that is meant.</summary>
    /// <exception cref="ReeveException">PACK-038; PACK-039, also when both kinds have it and none is said.</exception>
    internal async Task<StoredPack> FindAsync(string name, CancellationToken cancellationToken)
    {
        (PackKindStored? kind, string reference) = Split(name);
        List<StoredPack> found = [];
        foreach (PackKindStored each in kind is { } said ? [said] : Enum.GetValues<PackKindStored>())
        {
            if (await packs.FindAsync(tenant, each, reference, cancellationToken) is { } content)
            {
                found.Add(content.Pack);
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.UnknownVersion, $"The tenant has no {Shown.Name(name)}.", name)),
            _ => throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.BadReference, $"A domain pack and a policy are called {Shown.Name(reference)}.", name, nextStep: $"Write domain:{reference} or policy:{reference}.")),
        };
    }

    /// <summary>A kind, a domain and, where one is said, a version.</summary>
    /// <exception cref="ReeveException">PACK-039: the kind is not said.</exception>
    internal static (PackKindStored Kind, DomainName Domain, string? Version) Parts(string name)
    {
        (PackKindStored? kind, string reference) = Split(name);
        int at = reference.LastIndexOf('@');
        return kind is { } said && reference.Length > 0 && at != 0
            ? (said, new DomainName(at < 0 ? reference : reference[..at]), at < 0 ? null : reference[(at + 1)..])
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Packs.BadReference, $"{Shown.Name(name)} does not say which pack goes back.", name, nextStep: "Write policy:DOMAIN or domain:DOMAIN, with @VERSION for a version other than the one before."));
    }

    /// <summary>How a version is shown: with its kind, so that it can be typed as it stands.</summary>
    internal static string Of(PackVersionKey key) => $"{(key.Kind == PackKindStored.Domain ? "domain" : "policy")}:{key}";

    private static (PackKindStored? Kind, string Reference) Split(string name) =>
        name.StartsWith("domain:", StringComparison.Ordinal) ? (PackKindStored.Domain, name["domain:".Length..])
        : name.StartsWith("policy:", StringComparison.Ordinal) ? (PackKindStored.Policy, name["policy:".Length..])
        : (null, name);
}
