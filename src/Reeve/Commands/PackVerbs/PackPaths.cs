using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;

namespace Reeve.Commands.PackVerbs;

/// <summary>A pack file of a command.</summary>
/// <param name="Shown">What messages call it.</param>
/// <param name="Path">Where it is.</param>
internal sealed record GivenFile(string Shown, string Path)
{
    /// <summary>What it must be, where its place says so; null where its content tells.</summary>
    internal PackKind? Wanted { get; init; }

    /// <summary>Why it cannot be read; null for all that can be tried.</summary>
    internal ReeveError? Fault { get; init; }
}

/// <summary>The pack files that paths stand for: a file for itself, a folder for the packs in it.</summary>
internal static class PackPaths
{
    // Members by which a raw exception differs from a policy, which names its tenant as well.
    private static readonly string[] OfRecords = ["exceptionId", "sourceSystem", "exceptionType", "rawPayload", "timestamp"];

    private static readonly string[] InNames = ["domain", "policy", "tenant", "pack"];

    /// <summary>The files, each once, in the order given; those of a folder in the order of their names.</summary>
    /// <param name="paths">As messages call them, and where they are.</param>
    internal static IReadOnlyList<GivenFile> Files(IEnumerable<(string Shown, string Path)> paths)
    {
        List<GivenFile> files = [];
        foreach ((string shown, string path) in paths)
        {
            files.AddRange(Directory.Exists(path) ? Within(shown, path) : [new GivenFile(shown, path)]);
        }

        return [.. files.DistinctBy(file => file.Path.Length == 0 ? "" : Path.GetFullPath(file.Path), StringComparer.Ordinal)];
    }

    private static IReadOnlyList<GivenFile> Within(string shown, string folder)
    {
        try
        {
            GivenFile[] packs =
            [
                .. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Where(file => IsPackName(file) && MayBePack(file))
                    .Select(file => new GivenFile(Path.Combine(shown, Path.GetFileName(file)), file)),
            ];
            return packs.Length > 0 ? packs : [Not("The folder holds no pack.", "Name a folder that holds a domain pack and policies, or the files themselves.")];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [Not("The folder cannot be read.", null)];
        }

        GivenFile Not(string why, string? next) => new(shown, folder) { Fault = new ReeveError(ErrorCatalogue.Input.FileUnreadable, why, folder, nextStep: next) };
    }

    /// <summary>Whether a name has the extension of a pack.</summary>
    internal static bool IsPackName(string file) => Path.GetExtension(file).ToLowerInvariant() is ".json" or ".yaml" or ".yml";

    // What is no pack lies there for another purpose. What cannot be read may well be one, and then its author wants to know.
    private static bool MayBePack(string file)
    {
        try
        {
            Document document = PackFileReader.Read(file);
            return PackKinds.Of(document) == PackKind.Domain || !(IsRecord(document.Root) || (!LooksLikePack(file) && SaysNothingOfPolicies(document)));
        }
        catch (ReeveException fault)
        {
            return fault.Error.Code != ErrorCatalogue.Packs.NotAPack.Code && LooksLikePack(file);
        }
    }

    private static bool IsRecord(in Value root)
    {
        MapValue map = root.AsMap();
        for (int i = 0; i < map.Count; i++)
        {
            string key = map.KeyAt(i).AsString();
            if (Array.Exists(OfRecords, name => Spelling.Same(key, name)))
            {
                return true;
            }
        }

        return false;
    }

    // A tenant is named in many documents; a policy says something more.
    private static bool SaysNothingOfPolicies(Document document)
    {
        int fields = document.Root.AsMap().Count;
        int unknown = TenantPolicyReader.Read(document).Errors.Count(error => error.Code == ErrorCatalogue.Packs.UnknownField.Code && error.Subject?.LastIndexOf('/') == 0);
        return fields > 1 && fields - unknown < 2;
    }

    // Samples are often JSON, and some are broken on purpose; nobody writes those in YAML.
    private static bool LooksLikePack(string file)
    {
        string name = Path.GetFileName(file);
        return !name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || Array.Exists(InNames, word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
            || Begins(file).Contains("domainName", StringComparison.Ordinal)
            || Begins(file).Contains("domain_name", StringComparison.Ordinal);
    }

    private static string Begins(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] bytes = new byte[4096];
            return Encoding.UTF8.GetString(bytes, 0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
