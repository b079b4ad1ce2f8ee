namespace Reeve.Engine.HotReload;

/// <summary>Which files of a folder are packs: <c>domain.yaml</c> and <c>policy.*.yaml</c> beside it, or <c>.yml</c> and <c>.json</c>.</summary>
internal static class WatchedFolders
{
    // A folder of packs has a handful of files for each of some domains; what has more is something else.
    private const int MostFolders = 1_000;
    private const int MostFiles = 10_000;

    private static readonly EnumerationOptions Listable = new() { IgnoreInaccessible = true };

    /// <summary>Every pack file: of the folder itself, and of the folders in it, in the order of their names.</summary>
    /// <exception cref="IOException">The folder cannot be listed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    internal static IReadOnlyList<string> Files(string root) =>
    [
        .. Directory.EnumerateDirectories(root, "*", Listable).Take(MostFolders).Order(StringComparer.Ordinal).Prepend(root)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", Listable).Where(IsPack).Order(StringComparer.Ordinal)).Take(MostFiles),
    ];

    internal static bool IsDomain(string path) => Path.GetFileNameWithoutExtension(path) == "domain";

    private static bool IsPack(string path) =>
        Path.GetExtension(path) is ".yaml" or ".yml" or ".json" && (IsDomain(path) || Path.GetFileName(path).StartsWith("policy.", StringComparison.Ordinal));
}
