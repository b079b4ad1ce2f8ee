using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Reeve.Tests.Architecture;

/// <summary><c>public</c> means other folders may use it, <c>internal</c> means this folder only; a folder includes its sub-folders.</summary>
internal static class PrivacyRule
{
    public static IEnumerable<string> Check(CompiledProject project)
    {
        foreach (SyntaxTree tree in project.Trees)
        {
            SemanticModel model = project.Compilation.GetSemanticModel(tree);
            foreach (SimpleNameSyntax name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            {
                if (FolderPrivate(model.GetSymbolInfo(name).Symbol, project) is not { } found)
                {
                    continue;
                }

                string user = SpaceAt(model, name);
                string owner = found.ContainingNamespace.ToDisplayString();
                if (project.CapabilityOf(user) != project.CapabilityOf(owner))
                {
                    yield return $"{CompiledProject.PlaceOf(name)} uses {found.ToDisplayString()}, which is internal to {owner}.";
                }
            }
        }
    }

    // The symbol itself or the outermost type around it that is internal and declared in this project's source.
    private static ISymbol? FolderPrivate(ISymbol? symbol, CompiledProject project)
    {
        ISymbol? found = null;
        for (ISymbol? at = symbol?.OriginalDefinition; at is not null and not INamespaceSymbol; at = at.ContainingType)
        {
            if (at.DeclaredAccessibility == Accessibility.Internal && SymbolEqualityComparer.Default.Equals(at.ContainingAssembly, project.Compilation.Assembly))
            {
                found = at;
            }
        }

        return found;
    }

    private static string SpaceAt(SemanticModel model, SyntaxNode node) =>
        node.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>() is { } declared
            ? model.GetDeclaredSymbol(declared)!.ToDisplayString()
            : "";
}
