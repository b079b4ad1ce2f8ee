using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Engine.Agents.Judging;

/// <summary>What detection rules say about a record.</summary>
/// <param name="Type">The type recognised; null when none was.</param>
/// <param name="Rules">The rules that matched for it, in order.</param>
/// <param name="Notes">Sentences about rules that could not be judged, and about other types that matched.</param>
internal sealed record Inference(ExceptionTypeName? Type, IReadOnlyList<RuleId> Rules, IReadOnlyList<string> Notes);

/// <summary>Recognises types by their detection rules (EX-AGENT-INTAKE-2). Pure.</summary>
internal static class TypeInference
{
    /// <summary>
    /// Finds the type of a record that came without one: of those with a matching rule the most specific, and of equally
    /// specific ones the first in the pack.
    /// </summary>
    internal static Inference Infer(DomainPack domain, ExceptionRecord record, RecordActivation scope)
    {
        ExceptionType? best = null;
        List<RuleId> rules = [];
        List<string> notes = [];
        foreach (ExceptionType type in domain.ExceptionTypes)
        {
            List<RuleId> matched = Matching(type, record, scope, notes);
            if (matched.Count == 0)
            {
                continue;
            }

            if (best is not null && type.Lineage.Count <= best.Lineage.Count)
            {
                notes.Add($"Detection rules of '{type.Name}' match as well.");
                continue;
            }

            if (best is not null && !type.Lineage.Contains(best.Name))
            {
                notes.Add($"Detection rules of '{best.Name}' match as well.");
            }

            best = type;
            rules = matched;
        }

        return new Inference(best?.Name, rules, notes);
    }

    /// <summary>The rules of a known type, and of its ancestors, that match.</summary>
    internal static Inference Confirm(DomainPack domain, ExceptionType type, ExceptionRecord record, RecordActivation scope)
    {
        List<RuleId> rules = [];
        List<string> notes = [];
        foreach (ExceptionTypeName name in type.Lineage)
        {
            rules.AddRange(Matching(domain.ExceptionTypes.Find(name.Value)!, record, scope, notes));
        }

        return new Inference(type.Name, rules, notes);
    }

    private static List<RuleId> Matching(ExceptionType type, ExceptionRecord record, RecordActivation scope, List<string> notes)
    {
        List<RuleId> matched = [];
        foreach (DetectionRule rule in type.DetectionRules)
        {
            Truth truth = rule.Ask(scope, record.RawPayload);
            if (truth.IsTrue)
            {
                matched.Add(rule.Id);
            }
            else if (truth.IsUnknown)
            {
                notes.Add($"Detection rule {rule.Id} cannot be judged: {Reasons.Unknown(truth)}.");
            }
        }

        return matched;
    }
}
