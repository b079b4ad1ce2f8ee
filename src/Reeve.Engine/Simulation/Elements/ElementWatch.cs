using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Agents.Judging;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>
/// Finds out beside the decisions which elements took part in them: the rules are asked again, each with the names it was asked
/// with, and one counts only when it is true. For one case at a time on one worker.
/// </summary>
internal sealed class ElementWatch(ElementsInForce elements) : IPipelineHook
{
    // By the stage that last decided: what a repeated stage said before no longer counts.
    private readonly Dictionary<Arrival, SortedDictionary<Stage, List<PackElement>>> seen = new(ReferenceEqualityComparer.Instance);
    private AgentMessage? asked;

    /// <inheritdoc/>
    public void BeforeStage(string agent, AgentMessage context) => asked = context;

    /// <inheritdoc/>
    public void AfterStage(string agent, AgentDecision decision)
    {
        if (asked is not { } message)
        {
            return;
        }

        List<PackElement> found = [];
        switch (decision.Details)
        {
            case StageDetails.Intake: Detection(message, found); break;
            case StageDetails.Triage: Severities(message, found); break;
            case StageDetails.Policy policy: Allowed(message, policy, found); break;
            default: return;
        }

        if (!seen.TryGetValue(message.Arrival, out SortedDictionary<Stage, List<PackElement>>? stages))
        {
            seen[message.Arrival] = stages = [];
        }

        stages[decision.Stage] = found;
    }

    /// <inheritdoc/>
    public void OnFailure(string agent, ReeveError error)
    {
    }

    /// <summary>What took part in the decisions about an item, and forgets all items; nothing of one that made nothing of its own.</summary>
    internal IReadOnlyList<PackElement> Take(PassOutcome judged)
    {
        List<PackElement> found = [];
        if (judged.Case is { } decided && seen.TryGetValue(decided.Arrival, out SortedDictionary<Stage, List<PackElement>>? stages))
        {
            found.AddRange(stages.Values.SelectMany(stage => stage));
            if (judged.Result.Exception?.ExceptionType is { } type)
            {
                found.AddRange(elements.Named($"exceptionTypes:{type}"));
            }

            if (Expectations.Playbook(judged.Result) is { } playbook)
            {
                found.AddRange(elements.Named($"playbooks:{playbook}"));
            }
        }

        seen.Clear();
        return [.. found.Distinct()];
    }

    // A given type has its own rules and its ancestors' confirmed; without one every type's are asked.
    private void Detection(AgentMessage message, List<PackElement> found)
    {
        DomainPack domain = message.Policy.Domain;
        IEnumerable<ExceptionType> types = message.Arrival.GivenType is not { } given ? domain.ExceptionTypes
            : domain.ExceptionTypes.Find(given) is { } known ? known.Lineage.Select(name => domain.ExceptionTypes.Find(name.Value)!) // not null: it was checked
            : [];
        foreach (DetectionRule rule in types.SelectMany(type => type.DetectionRules))
        {
            Add(rule, rule.Ask(message.Scope, message.Exception.RawPayload), found);
        }
    }

    private void Severities(AgentMessage message, List<PackElement> found)
    {
        DomainPack domain = message.Policy.Domain;
        IEnumerable<SeverityRule> ofType = message.Exception.ExceptionType is { } name && domain.ExceptionTypes.Find(name.Value) is { } type
            ? type.Lineage.SelectMany(ancestor => domain.ExceptionTypes.Find(ancestor.Value)!.SeverityRules) // not null: it was checked
            : [];
        foreach (SeverityRule rule in domain.SeverityRules.Concat(ofType))
        {
            Add(rule, rule.Condition.Test(message.Scope), found);
        }
    }

    private void Allowed(AgentMessage message, StageDetails.Policy decided, List<PackElement> found)
    {
        BoundPolicy policy = message.Policy;
        ExceptionType type = policy.Domain.ExceptionTypes.Find(message.Exception.ExceptionType!.Value.Value)!; // not null: Policy decides only of known types
        Severity severity = decided.EffectiveSeverity;
        if (policy.Policy.SeverityOverrideOf(type) is { } changed)
        {
            found.AddRange(elements.Named($"severityOverrides:{changed.ExceptionType}"));
        }

        foreach (HumanApprovalRule rule in policy.Policy.HumanApprovalRules)
        {
            if (rule.Concerns(type.Lineage, severity))
            {
                Add(rule, rule.Condition?.Test(message.Scope) ?? new Truth(TruthKind.True, null), found);
            }
        }

        Guarded(message, type, severity, found);
        if (Assignment.Overdue(policy, type, message.Exception.Timestamp, message.Now) is { } threshold)
        {
            found.AddRange(elements.Named($"agingThresholds:{threshold.ExceptionType}"));
        }
        else if (Assignment.Route(policy, message.Scope, []) is { } route)
        {
            Add(route, new Truth(TruthKind.True, null), found);
        }
    }

    private void Guarded(AgentMessage message, ExceptionType type, Severity severity, List<PackElement> found)
    {
        Guardrails guardrails = message.Policy.Guardrails;
        found.AddRange(elements.Named($"noAutoActionIfSeverityIn:{Wire.Name(severity)}"));
        found.AddRange(elements.Named($"severityGates:{Wire.Name(severity)}"));
        found.AddRange(type.Lineage.SelectMany(name => elements.Named($"requireHumanApprovalFor:{name}")));
        double confidence = message.Output(Stage.Triage)!.Confidence; // not null: Policy follows Triage
        if (confidence < guardrails.HumanApprovalThreshold)
        {
            found.AddRange(elements.Named("humanApprovalThreshold"));
        }

        if (confidence < guardrails.EscalateIfConfidenceBelow)
        {
            found.AddRange(elements.Named("escalateIfConfidenceBelow"));
        }

        foreach (GuardrailRule rule in guardrails.Rules)
        {
            Add(rule, rule.Condition.Test(message.Scope), found);
        }

        foreach (string name in message.Select(message.Exception with { Severity = severity }).Blocked?.Names ?? [])
        {
            found.AddRange(Blocking(name, guardrails.BlockLists!)); // not null: something is blocked
        }
    }

    // What is blocked is a tool, an action, or any tool because calling is an action.
    private IReadOnlyList<PackElement> Blocking(string name, ToolList list) =>
        elements.Named(list.Tools.Contains(name) ? $"blockLists.tools:{name}"
            : list.Actions.Contains(name) ? $"blockLists.actions:{name}"
            : $"blockLists.actions:{StepActions.CallTool}");

    private void Add(object rule, in Truth truth, List<PackElement> found)
    {
        if (truth.IsTrue && elements.OfRule(rule) is { } element)
        {
            found.Add(element);
        }
    }
}
