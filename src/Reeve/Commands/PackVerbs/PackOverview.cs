using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Commands.PackVerbs;

/// <summary>What a domain pack says, and what a policy makes of it, as one JSON document; the table is printed from it.</summary>
internal static class PackOverview
{
    internal static Value Of(DomainPack domain, BoundPolicy? bound)
    {
        IReadOnlyList<Playbook> playbooks = bound is not null ? bound.Playbooks : PlaybookInheritance.Resolve(domain.Playbooks, []);
        NamedList<ToolDefinition> tools = bound?.Tools ?? domain.Tools;
        return Map(
            ("domain", Map(
                ("name", Text(domain.Name.Value)),
                ("version", Text(domain.Version)),
                ("description", Text(domain.Description)),
                ("contentHash", Text(domain.ContentHash)))),
            ("tenant", bound is null ? Value.Null : Tenant(bound.Policy)),
            ("exceptionTypes", List(domain.ExceptionTypes.Select(type => Type(type, bound?.Policy, playbooks)))),
            ("severityRules", List(domain.SeverityRules.Select(Rule))),
            ("playbooks", List(playbooks.Select(playbook => Describe(playbook, bound, tools)))),
            ("approvals", bound is null ? Value.Null : Map(
                ("derived", Value.Of(bound.ApprovalsDerived)),
                ("approvedProcesses", Texts(playbooks.Select(playbook => playbook.Id.Value).Where(bound.ApprovedProcesses.Contains))))),
            ("tools", List(tools.Select(tool => Describe(tool, bound)))),
            ("guardrails", Describe(bound?.Guardrails ?? domain.Guardrails)));
    }

    private static Value Tenant(TenantPolicy policy) => Map(
        ("tenantId", Text(policy.TenantId.Value)),
        ("tenantName", Text(policy.TenantName)),
        ("environment", Text(policy.Environment)),
        ("version", Text(policy.Version)),
        ("contentHash", Text(policy.ContentHash)),
        ("severityOverrides", Map(policy.SeverityOverrides.Select(item => (item.ExceptionType.Value, Text(Wire.Name(item.Severity)))))),
        ("escalationQueue", Text(policy.EscalationQueue)),
        ("agingThresholds", Map(policy.AgingThresholds.Select(item => (item.ExceptionType.Value, Text(item.Age.ToString()))))),
        ("humanApprovalRules", List(policy.HumanApprovalRules.Select(rule => Map(
            ("id", Text(rule.Id.Value)),
            ("severity", Text(rule.Severity is { } severity ? Wire.Name(severity) : null)),
            ("exceptionType", Text(rule.ExceptionType?.Value)),
            ("condition", Text(rule.Condition?.Text)),
            ("requireApproval", Value.Of(rule.RequireApproval)))))),
        ("routingRules", List(policy.RoutingRules.Select(rule => Map(
            ("id", Text(rule.Id.Value)), ("condition", Text(rule.Condition.Text)), ("assignGroup", Text(rule.AssignGroup)))))));

    private static Value Type(ExceptionType type, TenantPolicy? policy, IReadOnlyList<Playbook> playbooks) => Map(
        ("name", Text(type.Name.Value)),
        ("parent", Text(type.Parent?.Value)),
        ("description", Text(type.Description)),
        ("defaultSeverity", Text(type.DefaultSeverity is { } severity ? Wire.Name(severity) : null)),
        ("severityOverride", Text(policy?.SeverityOverrideOf(type) is { } changed ? Wire.Name(changed.Severity) : null)),
        ("actionable", Value.Of(type.Actionable)),
        ("tags", Texts(type.Tags)),
        ("playbooks", Texts(playbooks.Where(playbook => TypeRank.Of(playbook, type.Lineage) is not null).Select(playbook => playbook.Id.Value))));

    private static Value Rule(SeverityRule rule) => Map(
        ("id", Text(rule.Id.Value)), ("condition", Text(rule.Condition.Text)), ("severity", Text(Wire.Name(rule.Severity))));

    private static Value Describe(Playbook playbook, BoundPolicy? bound, NamedList<ToolDefinition> tools)
    {
        PlaybookUse use = PlaybookUse.Of(playbook, tools);
        bool? approved = bound?.ApprovedProcesses.Contains(playbook.Id.Value);
        string? reason = approved != false ? null
            : !playbook.Approved ? "It is a draft."
            : bound!.ApprovalsDerived ? ToolAllowList.Refusals(use, bound).FirstOrDefault()?.Reason // not null: approved is known only of a bound policy
            : "It is not among the approved processes.";
        return Map(
            ("id", Text(playbook.Id.Value)),
            ("name", Text(playbook.Name)),
            ("version", Text(playbook.Version)),
            ("from", Text(playbook.FromTenant ? "tenant" : "domain")),
            ("appliesTo", Texts(playbook.AppliesTo)),
            ("priority", Value.Of((long)playbook.Priority)),
            ("approved", approved is { } known ? Value.Of(known) : Value.Null),
            ("reason", Text(reason)),
            ("tools", Texts(use.Tools)),
            ("steps", List(playbook.Steps.Select(step => Map(
                ("id", Text(step.Id.Value)),
                ("action", Text(step.Action)),
                ("conditional", Text(step.Conditional?.Text)),
                ("requiresApproval", Value.Of(step.RequiresApproval)),
                ("tools", Texts(PlaybookUse.ToolsOf(step, tools))))))),
            ("successCriteria", Texts(playbook.SuccessCriteria.Select(criterion => criterion.Text))));
    }

    private static Value Describe(ToolDefinition tool, BoundPolicy? bound)
    {
        string? against = bound is null ? null : (ToolAllowList.Check(tool.Name, bound) as ToolVerdict.Refused)?.Reason;
        return Map(
            ("name", Text(tool.Name.Value)),
            ("kind", Text(tool.Kind)),
            ("type", Text(Wire.Name(tool.Type).ToLowerInvariant())),
            ("version", Text(tool.Version)),
            ("effect", Text(Wire.Name(tool.Effect).ToLowerInvariant())),
            ("hasEndpoint", Value.Of(tool.Endpoint is not null)),
            ("parameters", List(tool.Parameters.Select(parameter => Map(
                ("name", Text(parameter.Name)), ("type", Text(parameter.Type)), ("required", Value.Of(parameter.Required)))))),
            ("allowed", bound is null ? Value.Null : Value.Of(against is null)),
            ("reason", Text(against)));
    }

    private static Value Describe(Guardrails guardrails) => Map(
        ("allowLists", Describe(guardrails.AllowLists)),
        ("blockLists", Describe(guardrails.BlockLists)),
        ("humanApprovalThreshold", Number(guardrails.HumanApprovalThreshold)),
        ("escalateIfConfidenceBelow", Number(guardrails.EscalateIfConfidenceBelow)),
        ("noAutoActionIfSeverityIn", guardrails.NoAutoActionIfSeverityIn is { } severities ? Texts(severities.Select(Wire.Name)) : Value.Null),
        ("requireHumanApprovalFor", guardrails.RequireHumanApprovalFor is { } types ? Texts(types.Select(type => type.Value)) : Value.Null),
        ("maxAutoRetries", guardrails.MaxAutoRetries is { } retries ? Value.Of((long)retries) : Value.Null),
        ("severityGates", guardrails.SeverityGates is { } gates
            ? Map(gates.Select(gate => (Wire.Name(gate.Severity), Map(("requireApproval", Value.Of(gate.RequireApproval))))))
            : Value.Null),
        ("rules", List(guardrails.Rules.Select(rule => Map(
            ("id", Text(rule.Id.Value)),
            ("condition", Text(rule.Condition.Text)),
            ("decision", Text(Wire.Name(rule.Decision))),
            ("reason", Text(rule.Reason)))))));

    private static Value Describe(ToolList? list) =>
        list is null ? Value.Null : Map(("tools", Texts(list.Tools)), ("actions", Texts(list.Actions)));

    private static Value Text(string? text) => Value.Of(string.IsNullOrEmpty(text) ? null : text);

    private static Value Texts(IEnumerable<string> texts) => List(texts.Select(text => Value.Of(text)));

    private static Value Number(double? number) => number is { } known ? Value.Of(known) : Value.Null;

    private static Value List(IEnumerable<Value> items) => Value.Of(new ListValue([.. items]));

    private static Value Map(params (string, Value)[] entries) => Value.Of(ObjectMap.Of(entries));

    private static Value Map(IEnumerable<(string, Value)> entries) => Map(entries.ToArray());
}
