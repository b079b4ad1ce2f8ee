using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Wording;
using Reeve.Engine.Linting.PlaybookChecks;
using Reeve.Engine.Linting.Searching;

namespace Reeve.Engine.Linting;

/// <summary>The conditions of packs, list by list, each with the types and severities under which it is asked.</summary>
internal static class ConditionCatalogue
{
    /// <summary>The rules of a domain pack.</summary>
    /// <param name="top">The pack's document.</param>
    /// <param name="domain">The pack.</param>
    /// <param name="scopes">The pack alone and under each policy: what one of them makes possible is possible.</param>
    internal static IEnumerable<IReadOnlyList<PackCondition>> Rules(PackPlace top, DomainPack domain, IReadOnlyList<LintScope> scopes)
    {
        Circumstance[] unclassified = [new Circumstance(null, null)];
        Circumstance[] classified = [.. domain.ExceptionTypes.Select(type => new Circumstance(type.Name.Value, null))];
        yield return Severities(domain.SeverityRules, top.Find("severityRules"), [.. classified, .. unclassified]);
        PackPlace types = top.Find("exceptionTypes");
        foreach (ExceptionType type in domain.ExceptionTypes)
        {
            PackPlace place = types.Key(type.Name.Value);
            PackPlace detection = place.Find("detectionRules");
            yield return [.. type.DetectionRules.Select((rule, at) => rule.Condition is { } condition
                ? new PackCondition(ConditionKind.Detection, condition, detection.Item(at).Condition().Pointer, $"The detection rule {Shown.Name(rule.Id.Value)}", unclassified)
                : null).OfType<PackCondition>()];
            yield return Severities(type.SeverityRules, place.Find("severityRules"), [.. scopes[0].FamilyOf(type.Name.Value).Select(member => new Circumstance(member.Name.Value, null))]);
        }

        yield return Guardrails(domain.Guardrails, top.Find("guardrails"), [.. scopes.SelectMany(scope => scope.Reach.Circumstances(scope.Types)).Distinct()]);
    }

    /// <summary>The rules of a policy, whose document is at hand.</summary>
    internal static IEnumerable<IReadOnlyList<PackCondition>> Rules(PackPlace top, LintScope scope)
    {
        TenantPolicy policy = scope.Bound.Policy;
        Circumstance[] all = [.. scope.Reach.Circumstances(scope.Types)];
        yield return Guardrails(policy.Guardrails, top.Find("guardrailOverrides", "customGuardrails"), all);
        PackPlace approvals = top.Find("humanApprovalRules");
        yield return [.. policy.HumanApprovalRules.Select((rule, at) => rule.Condition is { } condition
            ? new PackCondition(ConditionKind.Approval, condition, approvals.Item(at).Condition().Pointer, $"The approval rule {Shown.Name(rule.Id.Value)}", Of(rule, scope))
            : null).OfType<PackCondition>()];
        PackPlace routing = top.Find("routingRules");
        yield return [.. policy.RoutingRules.Select((rule, at) =>
            new PackCondition(ConditionKind.Routing, rule.Condition, routing.Item(at).Condition().Pointer, $"The routing rule {Shown.Name(rule.Id.Value)}", all)
            {
                IsLastResort = at == policy.RoutingRules.Count - 1,
            })];
    }

    /// <summary>The conditions and criteria that playbooks of one document write.</summary>
    /// <param name="top">The document.</param>
    /// <param name="playbooks">Its playbooks as written.</param>
    /// <param name="uses">Under which types and severities each is run.</param>
    internal static IEnumerable<PackCondition> OfPlaybooks(PackPlace top, IReadOnlyList<Playbook> playbooks, PlaybookUses uses)
    {
        foreach (Playbook playbook in playbooks)
        {
            PackPlace place = PlaybookPlaces.Of(top, playbook);
            IReadOnlyList<Circumstance> circumstances = uses.CircumstancesOf(playbook);
            foreach (PlaybookStep step in playbook.Steps)
            {
                PackPlace at = PlaybookPlaces.Step(place, step);
                for (PlaybookStep? one = step; one is not null; one = one.Fallback)
                {
                    if (one.Conditional is { } condition)
                    {
                        yield return new PackCondition(
                            ConditionKind.Step, condition, at.Find("conditional").Pointer, $"The condition of step {Shown.Name(one.Id.Value)} of playbook {Shown.Name(playbook.Id.Value)}", circumstances);
                    }

                    at = at.Find("fallback");
                }
            }

            PackPlace criteria = place.Find("successCriteria");
            for (int i = 0; i < playbook.SuccessCriteria.Count; i++)
            {
                if (playbook.SuccessCriteria[i].Condition is { } criterion)
                {
                    yield return new PackCondition(
                        ConditionKind.Criterion, criterion, criteria.Item(i).Condition().Pointer, $"Success criterion {i + 1} of playbook {Shown.Name(playbook.Id.Value)}", circumstances);
                }
            }
        }
    }

    private static IReadOnlyList<Circumstance> Of(HumanApprovalRule rule, LintScope scope) =>
        [.. scope.Reach.Circumstances(scope.TypesOf(rule.ExceptionType)).Where(known => rule.Severity is null || rule.Severity == known.Severity)];

    private static PackCondition[] Severities(IReadOnlyList<SeverityRule> rules, PackPlace section, IReadOnlyList<Circumstance> circumstances) =>
        [.. rules.Select((rule, at) => new PackCondition(
            ConditionKind.Severity, rule.Condition, section.Item(at).Condition().Pointer, $"The severity rule {Shown.Name(rule.Id.Value)}", circumstances))];

    private static PackCondition[] Guardrails(Guardrails guardrails, PackPlace section, IReadOnlyList<Circumstance> circumstances) =>
        [.. guardrails.Rules.Select((rule, at) => new PackCondition(
            ConditionKind.Guardrail, rule.Condition, section.Find("rules").Item(at).Condition().Pointer, $"The guardrail rule {Shown.Name(rule.Id.Value)}", circumstances))];
}
