using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Simulation.Elements;

/// <summary>
/// The elements of both documents that can take part in a decision under the policy: what it replaces, what may never be
/// selected, and what stands in no document are not among them. Immutable.
/// </summary>
internal sealed class ElementsInForce
{
    private readonly List<PackElement> all = [];
    private readonly Dictionary<object, PackElement> byRule = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, List<PackElement>> byName = new(StringComparer.Ordinal);
    private readonly HashSet<PackElement> twice = [];

    internal ElementsInForce(BoundPolicy policy)
    {
        DomainPack domain = policy.Domain;
        TenantPolicy tenant = policy.Policy;
        RawPlace ofDomain = new(Value.Of(domain.Source.Read()), "");
        RawPlace ofTenant = new(Value.Of(tenant.Source.Read()), "");
        AddTypes(ofDomain, domain);
        AddPlaybooks(policy, ofDomain, ofTenant);
        AddRules(ofDomain.Find("severityRules"), "severityRules", PackKind.Domain, domain.SeverityRules, rule => rule.Id);
        AddRules(ofTenant.Find("humanApprovalRules"), "humanApprovalRules", PackKind.Tenant, tenant.HumanApprovalRules, rule => rule.Id);
        AddRules(ofTenant.Find("routingRules"), "routingRules", PackKind.Tenant, tenant.RoutingRules, rule => rule.Id);
        AddOverrides(ofTenant);
        if (tenant.EscalationQueue is not null)
        {
            AddByType(InWorkflow(ofTenant, "agingThresholds"), "agingThresholds");
        }

        GuardrailElements.Add(this, ofDomain.Find("guardrails"), PackKind.Domain, domain.Guardrails, tenant.Guardrails);
        GuardrailElements.Add(this, ofTenant.FindAny("guardrailOverrides", "customGuardrails"), PackKind.Tenant, tenant.Guardrails, new Guardrails());
    }

    /// <summary>All of them: the domain pack's types and their rules, then section by section.</summary>
    internal IReadOnlyList<PackElement> All => all;

    /// <summary>The element that a rule, as it was read, is; null when it is none of those in force.</summary>
    internal PackElement? OfRule(object rule) => byRule.GetValueOrDefault(rule);

    /// <summary>The elements of a name such as <c>exceptionTypes:LATE</c> or <c>severityGates:HIGH</c>; one in each document that gives it.</summary>
    internal IReadOnlyList<PackElement> Named(string name) => byName.TryGetValue(name, out List<PackElement>? found) ? found : [];

    /// <summary>Whether another element says the same: an entry that both packs give, or one of them twice.</summary>
    internal bool IsGivenTwice(PackElement element) => twice.Contains(element);

    /// <summary>Adds rules as they stand in a list.</summary>
    internal void AddRules<T>(RawPlace? list, string section, PackKind document, IReadOnlyList<T> rules, Func<T, RuleId> id, ElementKind kind = ElementKind.Rule)
        where T : class
    {
        int i = 0;
        foreach (RawPlace place in list?.Items() ?? [])
        {
            T rule = rules[i++];
            PackElement element = new(kind, section, id(rule).Value, document, place.Pointer);
            all.Add(element);
            byRule[rule] = element;
        }
    }

    /// <summary>Adds an element that is known by a name.</summary>
    internal void AddNamed(string name, PackElement element)
    {
        all.Add(element);
        if (byName.TryGetValue(name, out List<PackElement>? same))
        {
            same.Add(element);
            twice.UnionWith(same);
        }
        else
        {
            byName[name] = [element];
        }
    }

    private void AddTypes(RawPlace root, DomainPack domain)
    {
        foreach ((string name, RawPlace place) in root.Find("exceptionTypes")?.Entries() ?? [])
        {
            ExceptionType type = domain.ExceptionTypes.Find(name)!; // not null: the document is the one that was read
            AddNamed($"exceptionTypes:{name}", new PackElement(ElementKind.Type, "exceptionTypes", name, PackKind.Domain, place.Pointer));
            AddRules(place.Find("detectionRules"), "detectionRules", PackKind.Domain, type.DetectionRules, rule => rule.Id);
            AddRules(place.Find("severityRules"), "severityRules", PackKind.Domain, type.SeverityRules, rule => rule.Id);
        }
    }

    private void AddPlaybooks(BoundPolicy policy, RawPlace ofDomain, RawPlace ofTenant)
    {
        foreach (Playbook playbook in policy.Playbooks)
        {
            if (!CanBeSelected(playbook, policy))
            {
                continue;
            }

            string section = playbook.FromTenant ? "customPlaybooks" : "playbooks";
            RawPlace place = (playbook.FromTenant ? ofTenant : ofDomain).Find(section)!.Value.Items().ElementAt(playbook.Position); // not null: it was read from there
            PackElement element = new(ElementKind.Playbook, section, playbook.Id.Value, playbook.FromTenant ? PackKind.Tenant : PackKind.Domain, place.Pointer);
            AddNamed($"playbooks:{playbook.Id}", element);
        }
    }

    // Approved, for some type, and of nothing that is blocked or not allowed.
    private static bool CanBeSelected(Playbook playbook, BoundPolicy policy) =>
        policy.ApprovedProcesses.Contains(playbook.Id.Value)
        && (playbook.AppliesTo.Count > 0 || playbook.Match.ExceptionType is not null)
        && policy.Domain.ExceptionTypes.Any(type => TypeRank.Of(playbook, type.Lineage) is not null)
        && !ToolAllowList.Refusals(PlaybookUse.Of(playbook, policy.Tools), policy)
            .Any(refused => refused.By is ToolRefusal.Blocked or ToolRefusal.NotApproved or ToolRefusal.NotAllowListed);

    // {type: severity} or [{exceptionType, severity}], under either name.
    private void AddOverrides(RawPlace root)
    {
        foreach (RawPlace? section in (RawPlace?[])[InWorkflow(root, "severityOverrides"), InWorkflow(root, "customSeverityOverrides")])
        {
            AddByType(section, "severityOverrides");
            foreach (RawPlace item in section?.Items() ?? [])
            {
                AddOfType("severityOverrides", item.Find("exceptionType")!.Value.Value.AsString(), item.Pointer); // not null: it is required
            }
        }
    }

    private void AddByType(RawPlace? section, string name)
    {
        foreach ((string type, RawPlace place) in section?.Entries() ?? [])
        {
            AddOfType(name, type, place.Pointer);
        }
    }

    private void AddOfType(string section, string type, string pointer) =>
        AddNamed($"{section}:{type}", new PackElement(ElementKind.Rule, section, $"{section}:{type}", PackKind.Tenant, pointer));

    private static RawPlace? InWorkflow(RawPlace root, string name) => root.Find(name) ?? root.Find("workflowPolicies")?.Find(name);
}
