using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Agents.Judging;

/// <summary>
/// What the guardrails and approval rules of both packs say about one exception (EX-AGENT-POLICY-1). Every rule that speaks
/// can only raise the verdict: it is joined by <see cref="Lattice.Stricter"/> and by nothing else.
/// </summary>
internal sealed class GuardrailFloor
{
    private readonly List<AppliedRule> applied = [];
    private readonly List<RuleId> violated = [];

    /// <summary>The verdict so far.</summary>
    internal PolicyVerdict Verdict { get; private set; } = PolicyVerdict.Allow;

    /// <summary>Whether the triage confidence is below the level at which the tenant escalates.</summary>
    internal bool Escalates { get; private set; }

    /// <summary>The rules by which the tenant lets CRITICAL act automatically; null when it does not.</summary>
    internal string? CriticalOverride { get; private set; }

    internal IReadOnlyList<AppliedRule> Applied => applied;

    internal IReadOnlyList<RuleId> Violated => violated;

    /// <summary>Asks every guardrail and approval rule, in the order of EX-AGENT-POLICY-1.</summary>
    /// <param name="policy">The packs.</param>
    /// <param name="lineage">The type, its parent, and so on to the root.</param>
    /// <param name="severity">The effective severity.</param>
    /// <param name="confidence">Triage's.</param>
    /// <param name="scope">The names that conditions use.</param>
    /// <param name="blocked">The approved playbook that block lists forbid; null when there is none.</param>
    internal static GuardrailFloor Ask(
        BoundPolicy policy, IReadOnlyList<ExceptionTypeName> lineage, Severity severity, double confidence, Activation scope, BlockedPlaybook? blocked)
    {
        GuardrailFloor floor = new();
        Guardrails guardrails = policy.Guardrails;
        foreach (string name in blocked?.Names ?? [])
        {
            floor.Say(new RuleId($"blockLists:{name}"), PolicyVerdict.Block, blocked!.Reason); // not null: it has names
        }

        floor.AskSeverities(guardrails, severity);
        floor.AskTypes(guardrails, lineage);
        bool criticalReleased = floor.AskApprovalRules(policy.Policy.HumanApprovalRules, lineage, severity, scope);
        floor.AskGates(guardrails, severity);
        floor.AskConfidence(guardrails, confidence);
        floor.AskRules(guardrails.Rules, scope);
        floor.AskCritical(policy, severity, criticalReleased);
        return floor;
    }

    /// <summary>Adds what one rule says.</summary>
    internal void Say(RuleId rule, PolicyVerdict verdict, string reason)
    {
        applied.Add(new AppliedRule(rule, verdict, reason));
        Verdict = Lattice.Stricter(Verdict, verdict);
        if (verdict != PolicyVerdict.Allow)
        {
            violated.Add(rule);
        }
    }

    private void AskSeverities(Guardrails guardrails, Severity severity)
    {
        string name = Wire.Name(severity);
        if (guardrails.NoAutoActionIfSeverityIn is { } forbidden && forbidden.Contains(severity))
        {
            Say(new RuleId($"noAutoActionIfSeverityIn:{name}"), PolicyVerdict.RequireApproval, $"No automatic action at severity {name}.");
        }
    }

    private void AskGates(Guardrails guardrails, Severity severity)
    {
        string name = Wire.Name(severity);
        foreach (SeverityGate gate in guardrails.SeverityGates ?? [])
        {
            if (gate.Severity == severity)
            {
                Say(new RuleId($"severityGates:{name}"), Asks(gate.RequireApproval), gate.RequireApproval
                    ? $"The gate of severity {name} asks for approval."
                    : $"The gate of severity {name} is open.");
            }
        }
    }

    private void AskTypes(Guardrails guardrails, IReadOnlyList<ExceptionTypeName> lineage)
    {
        foreach (ExceptionTypeName type in guardrails.RequireHumanApprovalFor ?? [])
        {
            if (lineage.Contains(type))
            {
                Say(new RuleId($"requireHumanApprovalFor:{type}"), PolicyVerdict.RequireApproval, $"'{type}' always needs a person's approval.");
            }
        }
    }

    private bool AskApprovalRules(IReadOnlyList<HumanApprovalRule> rules, IReadOnlyList<ExceptionTypeName> lineage, Severity severity, Activation scope)
    {
        bool criticalReleased = false;
        bool criticalHeld = false;
        foreach (HumanApprovalRule rule in rules)
        {
            if (!rule.Concerns(lineage, severity))
            {
                continue;
            }

            Truth truth = rule.Condition?.Test(scope) ?? new Truth(TruthKind.True, null);
            if (truth.IsUnknown)
            {
                Say(rule.Id, PolicyVerdict.RequireApproval, $"The approval rule cannot be judged, so a person is asked: {Reasons.Unknown(truth)}.");
                criticalHeld = true;
            }
            else if (truth.IsTrue)
            {
                Say(rule.Id, Asks(rule.RequireApproval), rule.RequireApproval ? "The approval rule asks for approval." : "The approval rule asks for no approval.");
                criticalHeld |= rule.RequireApproval;
                criticalReleased |= !rule.RequireApproval && rule.Severity == Severity.Critical;
            }
        }

        return criticalReleased && !criticalHeld;
    }

    private void AskConfidence(Guardrails guardrails, double confidence)
    {
        if (guardrails.HumanApprovalThreshold is { } threshold && confidence < threshold)
        {
            Say(new RuleId("humanApprovalThreshold"), PolicyVerdict.RequireApproval, $"Triage confidence {Reasons.Number(confidence)} is below {Reasons.Number(threshold)}.");
        }

        if (guardrails.EscalateIfConfidenceBelow is { } floor && confidence < floor)
        {
            Escalates = true;
            Say(new RuleId("escalateIfConfidenceBelow"), PolicyVerdict.RequireApproval, $"Triage confidence {Reasons.Number(confidence)} is below {Reasons.Number(floor)}, so people must look.");
        }
    }

    private void AskRules(IReadOnlyList<GuardrailRule> rules, Activation scope)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            GuardrailRule rule = rules[i];
            Truth truth = rule.Condition.Test(scope);
            if (truth.IsTrue)
            {
                Say(rule.Id, rule.Decision, rule.Reason.Length == 0 ? $"The rule holds: {rule.Condition.Text}" : rule.Reason);
            }
            else if (truth.IsUnknown)
            {
                Say(rule.Id, PolicyVerdict.RequireApproval, $"The rule cannot be judged, so a person is asked: {Reasons.Unknown(truth)}.");
            }
        }
    }

    // CRITICAL acts automatically only if the tenant says so twice: it takes CRITICAL out of noAutoActionIfSeverityIn, and an
    // approval rule for CRITICAL says false.
    private void AskCritical(BoundPolicy policy, Severity severity, bool released)
    {
        if (severity != Severity.Critical)
        {
            return;
        }

        bool listed = policy.Guardrails.NoAutoActionIfSeverityIn?.Contains(Severity.Critical) ?? true;
        if (policy.TenantGivesNoAutoAction && !listed && released)
        {
            CriticalOverride = "noAutoActionIfSeverityIn without CRITICAL, and humanApprovalRules:CRITICAL";
            Say(new RuleId("criticalOverride"), PolicyVerdict.Allow, $"The tenant lets CRITICAL act automatically by {CriticalOverride}.");
        }
        else
        {
            Say(new RuleId("criticalNeverAutomatic"), PolicyVerdict.RequireApproval, "CRITICAL never acts automatically unless the tenant overrides it explicitly.");
        }
    }

    private static PolicyVerdict Asks(bool approval) => approval ? PolicyVerdict.RequireApproval : PolicyVerdict.Allow;
}
