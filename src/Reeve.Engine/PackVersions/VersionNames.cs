using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// How versions are named: <c>DOMAIN@VERSION</c>, or <c>DOMAIN@active</c> for the one that is active when it is asked
/// (docs/decisions/0009). A domain's name may hold an <c>@</c>, a version may not. Pure.
/// </summary>
internal static class VersionNames
{
    internal const string Active = "active";

    // What an index of PostgreSQL holds beside a tenant's id, by far.
    private const int LongestDomain = 200;
    private const int LongestVersion = 100;

    // So many hexadecimal digits of the content hash tell two contents of one version apart.
    private const int HashDigits = 8;

    /// <summary>What keeps a version from being stored under its name; null when nothing does.</summary>
    internal static ReeveError? Check(PackVersionKey key)
    {
        if (!IsName(key.Domain.Value, LongestDomain))
        {
            return new ReeveError(ErrorCatalogue.Packs.BadFormat, $"A stored pack's domain is a name of at most {LongestDomain} characters.", "/domainName", nextStep: "Shorten domainName.");
        }

        return IsName(key.Version, LongestVersion) && !key.Version.Contains('@') && key.Version != Active
            ? null
            : new ReeveError(
                ErrorCatalogue.Packs.BadFormat,
                $"{Shown.Name(key.Version)} cannot name a stored version: at most {LongestVersion} characters, no \"@\", and not the word \"{Active}\".",
                "/version", nextStep: "Write it as 1.0.0.");
    }

    /// <summary>The name under which a run's content is stored when its version is taken: the hash as build metadata (semver.org, 10).</summary>
    internal static string Beside(string version, string contentHash) =>
        $"{version}{(version.Contains('+') ? '.' : '+')}{contentHash[..HashDigits]}";

    /// <summary>
    /// The version behind every patch of the same major and minor number that is stored, so that what is newer is also called so; null
    /// when the version is no semantic one.
    /// </summary>
    internal static string? NextPatch(PackVersionKey taken, IReadOnlyList<StoredPack> stored)
    {
        if (!SemanticVersion.TryParse(taken.Version, out SemanticVersion own))
        {
            return null;
        }

        int last = own.Patch;
        foreach (StoredPack pack in stored)
        {
            if (pack.Key.Kind == taken.Kind && pack.Key.Domain == taken.Domain && SemanticVersion.TryParse(pack.Key.Version, out SemanticVersion other)
                && other.Major == own.Major && other.Minor == own.Minor)
            {
                last = Math.Max(last, other.Patch);
            }
        }

        return last == int.MaxValue ? null : $"{own.Major}.{own.Minor}.{last + 1}";
    }

    /// <summary>Reads a reference; the version is <see cref="Active"/> for the active one.</summary>
    /// <exception cref="ReeveException">PACK-039.</exception>
    internal static PackVersionKey Parse(PackKindStored kind, string reference)
    {
        int at = reference.LastIndexOf('@');
        return at > 0 && at < reference.Length - 1
            ? new PackVersionKey(kind, new DomainName(reference[..at]), reference[(at + 1)..])
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.BadReference, $"{Shown.Name(reference)} is no DOMAIN@VERSION.", Subject(kind)));
    }

    /// <summary>What errors about a reference call it.</summary>
    internal static string Subject(PackKindStored kind) => kind == PackKindStored.Domain ? "domainPack" : "tenantPolicy";

    private static bool IsName(string text, int longest) =>
        text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl) && !HasLoneSurrogate(text);

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    return true;
                }

                i++;
            }
        }

        return false;
    }
}
