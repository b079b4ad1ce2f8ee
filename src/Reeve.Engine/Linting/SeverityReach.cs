using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting;

/// <summary>
/// The severities that exceptions of a type can have: the one a policy sets, else the default and those of every severity rule
/// that may hold for the type. Never too few. Not thread-safe.
/// </summary>
internal sealed class SeverityReach(DomainPack domain, TenantPolicy? policy, ConditionSearch search)
{
    private readonly Dictionary<string, IReadOnlyList<Severity>> known = new(StringComparer.Ordinal);

    /// <summary>The severities of a type, mildest first.</summary>
    internal IReadOnlyList<Severity> Of(ExceptionType type)
    {
        if (!known.TryGetValue(type.Name.Value, out IReadOnlyList<Severity>? severities))
        {
            severities = policy?.SeverityOverrideOf(type) is { } set ? [set.Severity] : Judged(type);
            known[type.Name.Value] = severities;
        }

        return severities;
    }

    /// <summary>Every type with every severity that it can have.</summary>
    internal IEnumerable<Circumstance> Circumstances(IEnumerable<ExceptionType> types) =>
        types.SelectMany(type => Of(type).Select(severity => new Circumstance(type.Name.Value, severity)));

    private List<Severity> Judged(ExceptionType type)
    {
        SortedSet<Severity> reached = [type.DefaultSeverity ?? Severity.Medium];
        IEnumerable<SeverityRule> rules = domain.SeverityRules.Concat(type.Lineage.SelectMany(name => domain.ExceptionTypes.Find(name.Value)?.SeverityRules ?? []));
        Circumstance[] here = [new Circumstance(type.Name.Value, null)];
        foreach (SeverityRule rule in rules)
        {
            if (!reached.Contains(rule.Severity) && search.MayHold(rule.Condition, here))
            {
                reached.Add(rule.Severity);
            }
        }

        return [.. reached];
    }
}
