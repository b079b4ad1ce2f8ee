namespace Reeve.Tests.Architecture;

/// <summary>A folder is a capability: named once, by its subject, small, with a page that explains it.</summary>
public sealed class FolderTests
{
    // Path → why it is longer than 400 lines. 600 is the end for all.
    private static readonly Dictionary<string, string> ReasonsForLength = [];

    [Fact]
    public void Folder_names_are_used_once() => FolderRules.NamesUsedTwice(SourceTree.Sources).ShouldBeEmpty();

    [Fact]
    public void Folders_are_not_named_like_types() =>
        FolderRules.NamesOfTypes(SourceTree.Sources, CompiledProject.TypesInScope()).ShouldBeEmpty();

    [Fact]
    public void Folders_are_named_by_subject() => FolderRules.NamesOfKinds(SourceTree.Sources).ShouldBeEmpty();

    [Fact]
    public void Folders_hold_at_most_twelve_files() => FolderRules.CrowdedFolders(SourceTree.Sources).ShouldBeEmpty();

    [Fact]
    public void Files_are_short() => FolderRules.LongFiles(SourceTree.Sources.Concat(SourceTree.Tests), ReasonsForLength).ShouldBeEmpty();

    [Fact]
    public void Capabilities_explain_themselves() => FolderRules.WithoutReadme(SourceTree.Sources, SourceTree.Exists).ShouldBeEmpty();

    [Fact]
    public void A_folder_name_used_twice_is_found() =>
        FolderRules.NamesUsedTwice([File("Reeve.Core", "Rules/A.cs"), File("Reeve.Engine", "Deep/Rules/B.cs")])
            .ShouldBe(["The folder name Rules is used by Reeve.Core/Rules and Reeve.Engine/Deep/Rules."]);

    [Theory]
    [InlineData("Console")]
    [InlineData("Timer")]
    [InlineData("Value")]
    public void A_folder_named_like_a_type_is_found(string name) =>
        FolderRules.NamesOfTypes([File("Reeve.Core", name + "/A.cs")], CompiledProject.TypesInScope())
            .ShouldBe([$"Reeve.Core/{name} has the name of a type in scope."]);

    [Fact]
    public void A_folder_named_by_kind_is_found() =>
        FolderRules.NamesOfKinds([File("Reeve.Core", "Expressions/Helpers/A.cs")]).ShouldHaveSingleItem();

    [Fact]
    public void A_crowded_folder_is_found() =>
        FolderRules.CrowdedFolders(Enumerable.Range(1, 13).Select(n => File("Reeve.Core", $"Many/F{n}.cs")))
            .ShouldBe(["src/Reeve.Core/Many holds 13 files; 12 at most."]);

    [Theory]
    [InlineData(400, false, 0)]
    [InlineData(401, false, 1)]
    [InlineData(401, true, 0)]
    [InlineData(601, true, 1)]
    [InlineData(400, true, 1)]
    public void A_long_file_needs_a_reason_and_a_very_long_one_has_none(int lines, bool reasoned, int violations)
    {
        SourceFile file = File("Reeve.Core", "Long/A.cs") with { Text = new string('\n', lines) };
        Dictionary<string, string> reasons = reasoned ? new() { [file.Path] = "one table" } : [];

        FolderRules.LongFiles([file], reasons).Count().ShouldBe(violations);
    }

    [Fact]
    public void A_capability_without_a_page_is_found()
    {
        SourceFile[] files = [.. Enumerable.Range(1, 4).Select(n => File("Reeve.Engine", $"Silent/F{n}.cs"))];

        FolderRules.WithoutReadme(files, _ => false).ShouldBe(["src/Reeve.Engine/Silent has no README.md."]);
        FolderRules.WithoutReadme(files, path => path == "src/Reeve.Engine/Silent/README.md").ShouldBeEmpty();
        FolderRules.WithoutReadme(files[..3], _ => false).ShouldBeEmpty();
    }

    private static SourceFile File(string project, string path) => new(project, $"src/{project}/{path}", "");
}
