namespace Reeve.Tests.Architecture;

/// <summary>One file of the source: its project, its path below the root with '/' between the parts, its text.</summary>
internal sealed record SourceFile(string Project, string Path, string Text)
{
    /// <summary>The folders between the project's own and the file: <c>Values</c> of <c>src/Reeve.Core/Values/Value.cs</c>.</summary>
    public string[] Folders => Path.Split('/')[2..^1];
}

/// <summary>One project file: its name, its folder below the root, its XML.</summary>
internal sealed record ProjectFile(string Name, string Folder, string Xml);

/// <summary>The repository these tests were built from, read from disk.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds <c>Reeve.slnx</c>.</summary>
    public static string Root => Repository.Root;

    /// <summary>Every C# file below <c>src/</c> that people wrote, in ordinal order of paths.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } = ReadSources("src");

    /// <summary>Every C# file below <c>tests/</c> that people wrote.</summary>
    public static IReadOnlyList<SourceFile> Tests { get; } = ReadSources("tests");

    /// <summary>Every project below <c>src/</c>.</summary>
    public static IReadOnlyList<ProjectFile> Projects { get; } =
        [.. Files("src", "*.csproj").Select(path => new ProjectFile(
            Path.GetFileNameWithoutExtension(path), Relative(Path.GetDirectoryName(path)!), File.ReadAllText(path)))];

    /// <summary>Whether a file exists below the root.</summary>
    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path));

    private static IReadOnlyList<SourceFile> ReadSources(string top) =>
        [.. Files(top, "*.cs").Select(path => new SourceFile(Relative(path).Split('/')[1], Relative(path), File.ReadAllText(path)))];

    private static IEnumerable<string> Files(string top, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, top), pattern, SearchOption.AllDirectories)
            .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');
}
