using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting;

/// <summary>A domain pack under one policy, or under the one that it alone implies. Not thread-safe.</summary>
internal sealed class LintScope
{
    private readonly Dictionary<string, List<ExceptionType>> families = new(StringComparer.Ordinal);

    /// <summary>Makes a scope.</summary>
    /// <param name="bound">The pair.</param>
    /// <param name="isImplied">Whether the policy is only what the domain pack alone implies.</param>
    /// <param name="search">The one search of this lint.</param>
    internal LintScope(BoundPolicy bound, bool isImplied, ConditionSearch search)
    {
        Bound = bound;
        IsImplied = isImplied;
        Search = search;
        Reach = new SeverityReach(bound.Domain, bound.Policy, search);
        foreach (ExceptionType type in bound.Domain.ExceptionTypes)
        {
            foreach (ExceptionTypeName ancestor in type.Lineage)
            {
                if (!families.TryGetValue(ancestor.Value, out List<ExceptionType>? family))
                {
                    families[ancestor.Value] = family = [];
                }

                family.Add(type);
            }
        }
    }

    internal BoundPolicy Bound { get; }

    internal bool IsImplied { get; }

    internal ConditionSearch Search { get; }

    internal SeverityReach Reach { get; }

    internal NamedList<ExceptionType> Types => Bound.Domain.ExceptionTypes;

    /// <summary>A type and its descendants.</summary>
    internal IReadOnlyList<ExceptionType> FamilyOf(string type) => families.TryGetValue(type, out List<ExceptionType>? family) ? family : [];

    /// <summary>The types under which a rule about a type is asked; of one about none, all.</summary>
    internal IReadOnlyList<ExceptionType> TypesOf(ExceptionTypeName? about) => about is { } type ? FamilyOf(type.Value) : Types;
}
