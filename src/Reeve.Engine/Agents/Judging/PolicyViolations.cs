using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Agents.Judging;

/// <summary>
/// A second look at a policy decision by other means than those that made it (EX-AGENT-POLICY-6, EX-SAFE-3): whatever
/// proposed it, a decision that breaks one of these rules becomes BLOCK. Pure.
/// </summary>
internal static class PolicyViolations
{
    /// <summary>The verdict the check insists on; each violation found is added to the reasons.</summary>
    internal static PolicyVerdict Check(
        BoundPolicy policy, PlaybookId? selected, Severity severity, PolicyVerdict verdict, GuardrailFloor floor, List<string> reasons)
    {
        int before = reasons.Count;
        if (selected is { } playbook && !policy.ApprovedProcesses.Contains(playbook.Value))
        {
            reasons.Add($"Violation: playbook '{playbook}' is not approved for the tenant.");
        }

        if (verdict == PolicyVerdict.Allow && severity == Severity.Critical && floor.CriticalOverride is null)
        {
            reasons.Add("Violation: automatic action at CRITICAL without an explicit override.");
        }

        if (verdict == PolicyVerdict.Allow && policy.Guardrails.NoAutoActionIfSeverityIn?.Contains(severity) == true)
        {
            reasons.Add($"Violation: automatic action at severity {Wire.Name(severity)}, which the guardrails forbid.");
        }

        foreach (AppliedRule rule in floor.Applied)
        {
            if (rule.Verdict > verdict)
            {
                reasons.Add($"Violation: the decision is milder than {rule.Id}.");
            }
        }

        return reasons.Count == before ? verdict : PolicyVerdict.Block;
    }
}
