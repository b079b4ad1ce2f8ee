using BenchmarkDotNet.Attributes;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Benchmarks;

/// <summary>A severity table of twenty rules over one record; each operation asks all twenty. Nothing may be allocated.</summary>
public class RuleBenchmarks
{
    private readonly IReadOnlyList<SeverityRule> rules;
    private readonly RecordActivation scope;

    /// <summary>Compiles the table.</summary>
    public RuleBenchmarks()
    {
        BoundPolicy policy = BenchPack.Policy();
        rules = policy.Domain.SeverityRules;
        scope = BenchPack.Scope(policy);
    }

    /// <summary>All twenty rules.</summary>
    [Benchmark]
    public int SeverityTable()
    {
        int matched = 0;
        for (int i = 0; i < rules.Count; i++)
        {
            matched += rules[i].Condition.Test(scope).IsTrue ? 1 : 0;
        }

        return matched;
    }
}
