using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Reeve.Tests.Architecture;

/// <summary>References go one way, in the project files and in what was built from them.</summary>
public sealed class ArrowTests
{
    [Fact]
    public void Project_references_follow_the_arrows() =>
        SourceTree.Projects
            .SelectMany(project => ArrowRules.Check(project.Name, ArrowRules.ProjectReferences(project)))
            .ShouldBeEmpty();

    [Fact]
    public void Built_assemblies_follow_the_arrows()
    {
        string[] built = [.. SourceTree.Projects.Select(AssemblyPath).Where(File.Exists)];

        built.Length.ShouldBeGreaterThanOrEqualTo(3);
        built.SelectMany(path => ArrowRules.Check(
                ArrowRules.ProjectOf(Path.GetFileNameWithoutExtension(path)),
                ReferencesOf(path).Where(name => name.StartsWith("Reeve.", StringComparison.Ordinal)).Select(ArrowRules.ProjectOf)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void Core_references_only_the_framework()
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        ProjectFile core = SourceTree.Projects.Single(project => project.Name == "Reeve.Core");

        ArrowRules.ReferencesOfCore(core).ShouldBeEmpty();
        ReferencesOf(AssemblyPath(core)).Where(name => !File.Exists(Path.Combine(framework, name + ".dll"))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Reeve.Core", "Reeve.Engine")]
    [InlineData("Reeve.Engine", "Reeve.Governance")]
    [InlineData("Reeve.Operations", "Reeve.Storage")]
    [InlineData("Reeve.Server", "Reeve")]
    [InlineData("Reeve.Storage", "Reeve.Unknown")]
    public void An_arrow_that_points_up_or_sideways_is_found(string project, string reference) =>
        ArrowRules.Check(project, [reference]).ShouldBe([$"{project} must not reference {reference}."]);

    [Fact]
    public void A_project_without_a_layer_is_found() => ArrowRules.Check("Reeve.Extras", []).ShouldHaveSingleItem();

    [Fact]
    public void A_package_in_Core_is_found() =>
        ArrowRules.ReferencesOfCore(new("Reeve.Core", "src/Reeve.Core", """<Project><ItemGroup><PackageReference Include="Dapper" /></ItemGroup></Project>"""))
            .ShouldBe(["Reeve.Core must reference only the framework, not Dapper."]);

    private static string AssemblyPath(ProjectFile project) =>
        Path.Combine(AppContext.BaseDirectory, (project.Name == "Reeve" ? "reeve" : project.Name) + ".dll");

    private static List<string> ReferencesOf(string path)
    {
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
