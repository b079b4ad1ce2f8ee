using System.Reflection.Metadata;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Reeve.Tests.Architecture;

/// <summary>
/// The source of one project as the compiler understands it. Source generators do not run, so what they would add is
/// unknown here; everything that people wrote is bound.
/// </summary>
internal sealed class CompiledProject
{
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly Lazy<IReadOnlyList<CompiledProject>> All = new(() =>
        [.. SourceTree.Projects.Select(project => Of(project.Name, SourceTree.Sources.Where(file => file.Project == project.Name)))]);

    private CompiledProject(string name, CSharpCompilation compilation)
    {
        Name = name;
        Compilation = compilation;
    }

    /// <summary>Every project below <c>src/</c>.</summary>
    public static IReadOnlyList<CompiledProject> Ours => All.Value;

    public string Name { get; }

    public CSharpCompilation Compilation { get; }

    /// <summary>The trees that people wrote; each knows its path.</summary>
    public IEnumerable<SyntaxTree> Trees => Compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0);

    public static CompiledProject Of(string name, IEnumerable<SourceFile> files)
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        string usings = string.Concat(ImplicitUsings.Select(space => $"global using global::{space};\n"));
        IEnumerable<SyntaxTree> trees = files
            .Select(file => CSharpSyntaxTree.ParseText(file.Text, options, file.Path))
            .Prepend(CSharpSyntaxTree.ParseText(usings, options));
        string own = (name == "Reeve" ? "reeve" : name) + ".dll";
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) != own)
            .Select(path => MetadataReference.CreateFromFile(path));
        CSharpCompilationOptions kind = new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        return new CompiledProject(name, CSharpCompilation.Create(name, trees, references, kind));
    }

    /// <summary>The names of our own types, nested ones aside, and of those that every file sees without a using of its own.</summary>
    public static IReadOnlySet<string> TypesInScope()
    {
        HashSet<string> names = [.. Ours.SelectMany(project => project.Compilation.GetSymbolsWithName(_ => true, SymbolFilter.Type))
            .Where(type => type.ContainingType is null).Select(type => type.Name)];
        CSharpCompilation any = Ours[0].Compilation;
        foreach (string space in ImplicitUsings)
        {
            INamespaceSymbol found = space.Split('.').Aggregate(any.GlobalNamespace, (parent, part) => parent.GetNamespaceMembers().Single(child => child.Name == part));
            names.UnionWith(found.GetTypeMembers().Where(type => type.DeclaredAccessibility == Accessibility.Public).Select(type => type.Name));
        }

        return names;
    }

    /// <summary>Where a node stands, for a message: <c>src/…/File.cs:12</c>.</summary>
    public static string PlaceOf(SyntaxNode node) => $"{node.SyntaxTree.FilePath}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>The capability a namespace belongs to: <c>Values</c> of <c>Reeve.Core.Values.Text</c>; empty for a project's own namespace.</summary>
    public string CapabilityOf(string space) =>
        space.StartsWith(Name + ".", StringComparison.Ordinal) ? space[(Name.Length + 1)..].Split('.')[0] : "";
}
