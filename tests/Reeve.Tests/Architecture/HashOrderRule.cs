using System.Collections.Frozen;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Reeve.Tests.Architecture;

/// <summary>
/// Nothing enumerates a collection in hash order, because that order differs between processes and would reach a result.
/// The banned symbols hold what is called by name; this holds what the compiler calls: foreach, spreads, and the
/// conversion to a sequence that LINQ begins with. Consumers to which order cannot matter are allowed.
/// </summary>
internal static class HashOrderRule
{
    private static readonly FrozenSet<string> Hashed = FrozenSet.Create(
        "Dictionary", "HashSet", "ConcurrentDictionary", "ConcurrentBag", "FrozenDictionary", "FrozenSet", "ImmutableDictionary",
        "ImmutableHashSet", "Hashtable", "KeyCollection", "ValueCollection", "IDictionary", "IReadOnlyDictionary", "ISet", "IReadOnlySet");

    private static readonly FrozenSet<string> Sequences = FrozenSet.Create("IEnumerable", "ICollection", "IReadOnlyCollection");

    private static readonly FrozenSet<string> OrderFree = FrozenSet.Create(
        "Order", "OrderDescending", "OrderBy", "OrderByDescending", "Any", "All", "Count", "LongCount", "Contains", "Max", "Min",
        "ToDictionary", "ToHashSet", "ToFrozenDictionary", "ToFrozenSet", "ToImmutableSortedSet", "ToImmutableSortedDictionary",
        "SetEquals", "IsSubsetOf", "IsSupersetOf", "IsProperSubsetOf", "IsProperSupersetOf", "Overlaps", "UnionWith", "ExceptWith", "IntersectWith");

    private static readonly FrozenSet<string> OrderFreeTypes = FrozenSet.Create(
        "Dictionary", "HashSet", "ConcurrentDictionary", "SortedDictionary", "SortedSet");

    public static IEnumerable<string> Check(CompiledProject project)
    {
        foreach (SyntaxTree tree in project.Trees)
        {
            SemanticModel model = project.Compilation.GetSemanticModel(tree);
            foreach (ExpressionSyntax expression in tree.GetRoot().DescendantNodes().OfType<ExpressionSyntax>())
            {
                if (IsHashed(model, expression) && Enumerates(model, expression))
                {
                    yield return $"{CompiledProject.PlaceOf(expression)} enumerates {expression} in hash order: sort it first, or keep a list.";
                }
            }
        }
    }

    private static bool Enumerates(SemanticModel model, ExpressionSyntax expression)
    {
        if ((expression.Parent is CommonForEachStatementSyntax loop && loop.Expression == expression) || expression.Parent is SpreadElementSyntax)
        {
            return true;
        }

        IOperation? operation = model.GetOperation(expression);
        while (operation?.Parent is IConversionOperation conversion)
        {
            operation = conversion;
        }

        return operation?.Type is { } type && Sequences.Contains(type.Name) && operation.Parent is not null && !IsOrderFree(operation.Parent);
    }

    private static bool IsOrderFree(IOperation? consumer) => consumer switch
    {
        IArgumentOperation { Parent: IInvocationOperation call } => OrderFree.Contains(call.TargetMethod.Name),
        IArgumentOperation { Parent: IObjectCreationOperation made } => made.Type is { } type && OrderFreeTypes.Contains(type.Name),
        IInvocationOperation call => OrderFree.Contains(call.TargetMethod.Name),
        _ => false,
    };

    // Keys and Values of an interface are plain sequences by type, so they are known by where they come from.
    private static bool IsHashed(SemanticModel model, ExpressionSyntax expression) =>
        (model.GetTypeInfo(expression).Type is { } type && IsHashed(type))
        || (expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Keys" or "Values" } member
            && model.GetTypeInfo(member.Expression).Type is { } owner && IsHashed(owner));

    private static bool IsHashed(ITypeSymbol type) =>
        type.ContainingNamespace?.ToDisplayString().StartsWith("System.Collections", StringComparison.Ordinal) == true
        && Hashed.Contains(type.Name)
        && type.ContainingType?.Name.StartsWith("Sorted", StringComparison.Ordinal) != true
        && type.ContainingType?.Name.StartsWith("Ordered", StringComparison.Ordinal) != true;
}
