namespace Reeve.Tests.Architecture;

/// <summary>How files are laid into folders; each rule takes files and returns what breaks it.</summary>
internal static class FolderRules
{
    private const int FilesPerFolder = 12;
    private const int LinesPerFile = 400;
    private const int LinesAtAll = 600;
    private const int FilesWithoutReadme = 3;
    private static readonly string[] Kinds = ["Common", "Models", "Services", "Helpers", "Utils", "Utilities", "Shared", "Misc", "Contracts"];

    /// <summary>A folder name is used once: two folders of one name make two namespaces that are mistaken for each other.</summary>
    public static IEnumerable<string> NamesUsedTwice(IEnumerable<SourceFile> files) =>
        from folder in FoldersOf(files)
        group folder by folder[(folder.LastIndexOf('/') + 1)..] into named
        where named.Count() > 1
        select $"The folder name {named.Key} is used by {string.Join(" and ", named)}.";

    /// <summary>A folder named like a type hides it from every file of that namespace.</summary>
    public static IEnumerable<string> NamesOfTypes(IEnumerable<SourceFile> files, IReadOnlySet<string> typesInScope) =>
        from folder in FoldersOf(files)
        let name = folder[(folder.LastIndexOf('/') + 1)..]
        where typesInScope.Contains(name)
        select $"{folder} has the name of a type in scope.";

    /// <summary>A folder is named by its subject, never by the kind of what lies in it.</summary>
    public static IEnumerable<string> NamesOfKinds(IEnumerable<SourceFile> files) =>
        FoldersOf(files).Where(folder => Kinds.Contains(folder[(folder.LastIndexOf('/') + 1)..]))
            .Select(folder => $"{folder} is named by kind, not by subject.");

    /// <summary>Past twelve files a folder splits.</summary>
    public static IEnumerable<string> CrowdedFolders(IEnumerable<SourceFile> files) =>
        from file in files
        group file by file.Path[..file.Path.LastIndexOf('/')] into folder
        let types = folder.Select(file => TypeOf(file.Path)).Distinct(StringComparer.Ordinal).Count()
        where types > FilesPerFolder
        select $"{folder.Key} holds {types} files; {FilesPerFolder} at most.";

    // The parts of one partial type (Name.Part.cs) count as one.
    private static string TypeOf(string path) => Path.GetFileName(path).Split('.')[0];

    /// <summary>A long file has a reason that is written down; a very long one is split. A reason that is no longer needed goes.</summary>
    public static IEnumerable<string> LongFiles(IEnumerable<SourceFile> files, IReadOnlyDictionary<string, string> reasons)
    {
        Dictionary<string, int> lines = files.ToDictionary(file => file.Path, file => file.Text.AsSpan().Count('\n'));
        return lines.Where(file => file.Value > LinesAtAll || (file.Value > LinesPerFile && !reasons.ContainsKey(file.Key)))
            .Select(file => $"{file.Key} has {file.Value} lines.")
            .Concat(reasons.Keys.Where(path => lines.GetValueOrDefault(path) <= LinesPerFile).Select(path => $"{path} needs no reason for its length."));
    }

    /// <summary>A capability of more than three files says on one page what it is for.</summary>
    public static IEnumerable<string> WithoutReadme(IEnumerable<SourceFile> files, Func<string, bool> exists) =>
        from file in files
        where file.Folders.Length > 0 && file.Project != "Reeve"
        group file by $"src/{file.Project}/{file.Folders[0]}" into capability
        where capability.Count() > FilesWithoutReadme && !exists(capability.Key + "/README.md")
        select $"{capability.Key} has no README.md.";

    private static IEnumerable<string> FoldersOf(IEnumerable<SourceFile> files) =>
        files.SelectMany(file => file.Folders.Select((_, depth) => $"{file.Project}/{string.Join('/', file.Folders[..(depth + 1)])}")).Distinct();
}
