using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Agents.Judging;

/// <summary>What severity rules say: the highest of those that match.</summary>
internal struct SeverityTable
{
    private List<SeverityRule>? matched;
    private List<(SeverityRule Rule, Truth Truth)>? unknown;

    /// <summary>The highest severity of a matching rule; null when none matches.</summary>
    internal Severity? Highest { get; private set; }

    /// <summary>Rules that matched, in order; null when none did.</summary>
    internal readonly IReadOnlyList<SeverityRule>? Matched => matched;

    /// <summary>Rules that could not be judged; null when all could.</summary>
    internal readonly IReadOnlyList<(SeverityRule Rule, Truth Truth)>? Unknown => unknown;

    /// <summary>Asks every rule of a list. Allocates nothing while no rule matches.</summary>
    internal void Ask(IReadOnlyList<SeverityRule> rules, Activation scope)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            SeverityRule rule = rules[i];
            Truth truth = rule.Condition.Test(scope);
            if (truth.IsTrue)
            {
                (matched ??= []).Add(rule);
                Highest = Highest is { } highest ? Lattice.Stricter(highest, rule.Severity) : rule.Severity;
            }
            else if (truth.IsUnknown)
            {
                (unknown ??= []).Add((rule, truth));
            }
        }
    }
}
