using System.Xml.Linq;

namespace Reeve.Tests.Architecture;

/// <summary>Core ← {Engine, Intelligence, Governance, Operations} ← Storage ← Server ← Reeve.</summary>
internal static class ArrowRules
{
    private static readonly string[][] Layers =
    [
        ["Reeve.Core"],
        ["Reeve.Engine", "Reeve.Intelligence", "Reeve.Governance", "Reeve.Operations"],
        ["Reeve.Storage"],
        ["Reeve.Server"],
        ["Reeve"],
    ];

    /// <summary>What is wrong with the references of one project to others of ours; a project without a layer is wrong itself.</summary>
    public static IEnumerable<string> Check(string project, IEnumerable<string> references)
    {
        int own = LayerOf(project);
        if (own < 0)
        {
            return [$"{project} has no layer: a new project needs a decision record and its place in ArrowRules."];
        }

        return references
            .Where(reference => LayerOf(reference) >= own || LayerOf(reference) < 0)
            .Select(reference => $"{project} must not reference {reference}.");
    }

    /// <summary>The projects that a project file references, by name.</summary>
    public static IEnumerable<string> ProjectReferences(ProjectFile project) =>
        Includes(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));

    /// <summary>Everything a project file of Core may not hold: references to anything.</summary>
    public static IEnumerable<string> ReferencesOfCore(ProjectFile core) =>
        from kind in new[] { "ProjectReference", "PackageReference", "FrameworkReference", "Reference" }
        from include in Includes(core, kind)
        select $"{core.Name} must reference only the framework, not {include}.";

    /// <summary>The assemblies of the product among those that an assembly references, by project name.</summary>
    public static string ProjectOf(string assembly) => assembly == "reeve" ? "Reeve" : assembly;

    private static IEnumerable<string> Includes(ProjectFile project, string kind) =>
        XDocument.Parse(project.Xml).Descendants(kind).Select(item => (string?)item.Attribute("Include") ?? "");

    private static int LayerOf(string project) => Array.FindIndex(Layers, layer => layer.Contains(project));
}
