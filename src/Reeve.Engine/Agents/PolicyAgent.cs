using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents.Judging;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Agents;

/// <summary>What the tenant allows (EX-AGENT-POLICY-*).</summary>
public sealed class PolicyAgent : IStageAgent
{
    private const double Approved = 0.9;
    private const double WithApproval = 0.8;
    private const double NotApproved = 0.6;
    private const double Other = 0.5;

    /// <inheritdoc/>
    public Stage Stage => Stage.Policy;

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        BoundPolicy policy = message.Policy;
        AgentDecision triage = message.Output(Stage.Triage)!;
        ExceptionType type = policy.Domain.ExceptionTypes.Find(message.Exception.ExceptionType!.Value.Value)!;
        Severity original = message.Exception.Severity!.Value;
        SeverityOverride? changed = policy.Policy.SeverityOverrideOf(type);
        Severity severity = changed?.Severity ?? original;
        ExceptionRecord record = message.Exception with { Severity = severity };
        message.Scope.Show(record, message.Now);

        Selection selection = message.Select(record);
        GuardrailFloor floor = GuardrailFloor.Ask(policy, type.Lineage, severity, triage.Confidence, message.Scope, selection.Blocked);
        bool actionable = type.Actionable && !(severity == Severity.Low && selection.Applicable.Count == 0);
        Actionability actionability = !actionable ? Actionability.NonActionableInfoOnly
            : selection.Selected is not null || selection.Blocked is not null ? Actionability.ActionableApprovedProcess
            : Actionability.ActionableNonApprovedProcess;
        List<string> reasons = Explain(type, original, changed, severity, actionability, selection, floor);
        string? group = Group(policy, type, message, reasons);
        PolicyVerdict verdict = floor.Verdict;
        PlaybookId? selected = verdict == PolicyVerdict.Block || !actionable ? null : selection.Selected?.Id;
        verdict = Lattice.Stricter(verdict, PolicyViolations.Check(policy, selected, severity, verdict, floor, reasons));
        if (verdict == PolicyVerdict.Block)
        {
            selected = null;
        }

        return new AgentDecision
        {
            Stage = Stage.Policy,
            Decision = Wire.Name(verdict),
            Confidence = Confidence(verdict, floor.Escalates, actionability),
            Evidence = reasons,
            NextStep = Next(verdict, floor.Escalates, actionable),
            Details = new StageDetails.Policy
            {
                Actionability = actionability,
                SelectedPlaybookId = selected,
                HumanApprovalRequired = verdict == PolicyVerdict.RequireApproval,
                Verdict = verdict,
                AppliedRules = changed is null ? floor.Applied : [Applied(changed), .. floor.Applied],
                ViolatedRules = floor.Violated,
                EffectiveSeverity = severity,
                OriginalSeverity = severity == original ? null : original,
                RejectedPlaybooks = selection.Rejected,
                CriticalOverride = floor.CriticalOverride,
                AssignGroup = group,
                MaxAutoRetries = policy.Guardrails.MaxAutoRetries,
            },
        };
    }

    private static AppliedRule Applied(SeverityOverride changed) => new(
        new RuleId($"severityOverrides:{changed.ExceptionType}"), PolicyVerdict.Allow, $"The tenant sets '{changed.ExceptionType}' to {Wire.Name(changed.Severity)}.");

    private static List<string> Explain(
        ExceptionType type, Severity original, SeverityOverride? changed, Severity severity, Actionability actionability,
        Selection selection, GuardrailFloor floor)
    {
        List<string> reasons = [];
        if (changed is not null)
        {
            reasons.Add($"severityOverrides:{changed.ExceptionType} sets the severity to {Wire.Name(severity)}{(severity == original ? ", as Triage had it." : $"; Triage had {Wire.Name(original)}.")}");
        }

        reasons.Add(actionability switch
        {
            Actionability.NonActionableInfoOnly when !type.Actionable => $"'{type.Name}' is for information only.",
            Actionability.NonActionableInfoOnly => "Severity LOW and no playbook applies, so nothing need be done.",
            _ => selection.Reason,
        });
        foreach (RejectedPlaybook rejected in selection.Rejected)
        {
            reasons.Add($"Playbook '{rejected.PlaybookId}' was not chosen: {rejected.Reason}");
        }

        foreach (AppliedRule rule in floor.Applied)
        {
            if (rule.Verdict != PolicyVerdict.Allow)
            {
                reasons.Add($"{rule.Id} gives {Wire.Name(rule.Verdict)}: {rule.Reason}");
            }
        }

        if (floor.CriticalOverride is not null)
        {
            reasons.Add($"CRITICAL may act automatically by {floor.CriticalOverride}.");
        }

        return reasons;
    }

    // An item older than its type may get goes to the escalation queue, whatever the routing rules say.
    private static string? Group(BoundPolicy policy, ExceptionType type, AgentMessage message, List<string> reasons)
    {
        if (Assignment.Overdue(policy, type, message.Exception.Timestamp, message.Now) is { } threshold)
        {
            reasons.Add($"agingThresholds:{threshold.ExceptionType} sends what is older than {threshold.Age} to '{policy.Policy.EscalationQueue}'.");
            return policy.Policy.EscalationQueue;
        }

        RoutingRule? rule = Assignment.Route(policy, message.Scope, reasons);
        if (rule is not null)
        {
            reasons.Add($"{rule.Id} routes it to '{rule.AssignGroup}'.");
        }

        return rule?.AssignGroup;
    }

    private static double Confidence(PolicyVerdict verdict, bool escalates, Actionability actionability)
    {
        if (verdict == PolicyVerdict.Block || escalates || actionability == Actionability.NonActionableInfoOnly)
        {
            return Other;
        }

        return actionability == Actionability.ActionableNonApprovedProcess ? NotApproved
            : verdict == PolicyVerdict.RequireApproval ? WithApproval
            : Approved;
    }

    private static NextStep Next(PolicyVerdict verdict, bool escalates, bool actionable) =>
        verdict == PolicyVerdict.Block || escalates ? NextStep.Escalate
        : actionable ? NextStep.Resolution
        : NextStep.Feedback;
}
