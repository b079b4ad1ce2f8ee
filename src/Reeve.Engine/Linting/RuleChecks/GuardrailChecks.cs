using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.RuleChecks;

/// <summary>Entries of guardrails and rules about types and severities that change nothing.</summary>
internal static class GuardrailChecks
{
    /// <summary>Guardrails of one document.</summary>
    /// <param name="guardrails">As the document gives them.</param>
    /// <param name="section">Where.</param>
    /// <param name="scopes">Under which pairs they are in force; an entry that does something under one of them is no finding.</param>
    internal static IEnumerable<ReeveError> Check(Guardrails guardrails, PackPlace section, IReadOnlyList<LintScope> scopes)
    {
        PackPlace types = section.Find("requireHumanApprovalFor");
        foreach (ExceptionTypeName type in guardrails.RequireHumanApprovalFor ?? [])
        {
            if (!scopes[0].FamilyOf(type.Value).Any(member => member.Actionable))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.NoEffect, $"{Shown.Name(type.Value)} is for information only: nothing is ever done about it, so there is nothing to approve.", types.Item(type.Value).Pointer);
            }
        }

        // CRITICAL stands in the list unless it is taken out, so writing it says no more than the default does.
        PackPlace never = section.Find("noAutoActionIfSeverityIn");
        for (int i = 0; i < (guardrails.NoAutoActionIfSeverityIn?.Count ?? 0); i++)
        {
            Severity severity = guardrails.NoAutoActionIfSeverityIn![i]; // not null: it has items
            if (severity != Severity.Critical && !Reaches(scopes, severity))
            {
                yield return Unreached(severity, never.Item(i));
            }
        }

        PackPlace gates = section.Find("severityGates");
        foreach (SeverityGate gate in guardrails.SeverityGates ?? [])
        {
            if (!Reaches(scopes, gate.Severity))
            {
                yield return Unreached(gate.Severity, gates.Find(Wire.Name(gate.Severity)));
            }
        }
    }

    /// <summary>Entries that stand in a list twice.</summary>
    internal static IEnumerable<ReeveError> Repeated(PackPlace section)
    {
        PackPlace blocked = section.Find("blockLists");
        PackPlace allowed = section.Find("allowLists");
        foreach (PackPlace list in (PackPlace[])
            [blocked, blocked.Find("tools"), blocked.Find("actions"), allowed, allowed.Find("tools"), allowed.Find("actions"), section.Find("requireHumanApprovalFor"), section.Find("noAutoActionIfSeverityIn")])
        {
            HashSet<string> seen = new(StringComparer.Ordinal);
            for (int i = 0; i < (list.Value.ListOrNull()?.Count ?? 0); i++)
            {
                if (list.Item(i) is { Value: var value, Pointer: var pointer } && value.StringOrNull() is { } entry && !seen.Add(entry))
                {
                    yield return new ReeveError(ErrorCatalogue.Lint.NoEffect, $"{Shown.Name(entry)} stands in the list twice.", pointer);
                }
            }
        }
    }

    /// <summary>What a policy says about types and severities.</summary>
    internal static IEnumerable<ReeveError> Check(PackPlace top, LintScope scope)
    {
        TenantPolicy policy = scope.Bound.Policy;
        PackPlace rules = top.Find("humanApprovalRules");
        for (int i = 0; i < policy.HumanApprovalRules.Count; i++)
        {
            HumanApprovalRule rule = policy.HumanApprovalRules[i];
            IReadOnlyList<ExceptionType> about = scope.TypesOf(rule.ExceptionType);
            if (!about.Any(type => type.Actionable))
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.NoEffect, $"The approval rule {Shown.Name(rule.Id.Value)} is about a type that is for information only: nothing is ever done about it.", rules.Item(i).Pointer);
            }
            else if (rule.Severity is { } severity && !about.Any(type => scope.Reach.Of(type).Contains(severity)))
            {
                string which = rule.ExceptionType is { } type ? $"Neither {Shown.Name(type.Value)} nor a type below it" : "No type";
                yield return new ReeveError(
                    ErrorCatalogue.Lint.UnreachedSeverity, $"{which} can have the severity {Wire.Name(severity)}, which the approval rule {Shown.Name(rule.Id.Value)} is about.", rules.Item(i).Pointer);
            }
        }

        if (policy.AgingThresholds.Count > 0 && policy.EscalationQueue is null)
        {
            PackPlace workflow = top.Has("agingThresholds") ? top : top.Find("workflowPolicies");
            yield return new ReeveError(
                ErrorCatalogue.Lint.NoEffect, "agingThresholds send what is too old to the escalationQueue, and the policy names none.", workflow.Find("agingThresholds").Pointer);
        }

        foreach (ReeveError finding in SaidAgain(scope.Bound.Domain.Guardrails, policy.Guardrails, top.Find("guardrailOverrides", "customGuardrails")))
        {
            yield return finding;
        }
    }

    // Block lists and rules of both packs add up, so an entry that both give can go from one of them unnoticed.
    private static IEnumerable<ReeveError> SaidAgain(Guardrails domain, Guardrails policy, PackPlace section)
    {
        PackPlace lists = section.Find("blockLists");
        foreach (string tool in policy.BlockLists?.Tools.Where(tool => domain.BlockLists?.Tools.Contains(tool) == true) ?? [])
        {
            yield return new ReeveError(ErrorCatalogue.Lint.NoEffect, $"The domain pack blocks the tool {Shown.Name(tool)} already.", lists.Find("tools").Item(tool).Pointer);
        }

        foreach (string action in policy.BlockLists?.Actions.Where(action => domain.BlockLists?.Actions.Contains(action) == true) ?? [])
        {
            yield return new ReeveError(ErrorCatalogue.Lint.NoEffect, $"The domain pack blocks the action {Shown.Name(action)} already.", lists.Find("actions").Item(action).Pointer);
        }

        for (int i = 0; i < policy.Rules.Count; i++)
        {
            GuardrailRule rule = policy.Rules[i];
            if (domain.Rules.FirstOrDefault(other => HoldingChecks.Expressed(other.Condition) == HoldingChecks.Expressed(rule.Condition) && other.Decision >= rule.Decision) is { } same)
            {
                yield return new ReeveError(
                    ErrorCatalogue.Lint.NoEffect,
                    $"The guardrail rule {Shown.Name(rule.Id.Value)} asks what {Shown.Name(same.Id.Value)} of the domain pack asks already, and decides no more.",
                    section.Find("rules").Item(i).Pointer);
            }
        }
    }

    private static bool Reaches(IReadOnlyList<LintScope> scopes, Severity severity) =>
        scopes.Any(scope => scope.Types.Any(type => scope.Reach.Of(type).Contains(severity)));

    private static ReeveError Unreached(Severity severity, PackPlace place) =>
        new(ErrorCatalogue.Lint.UnreachedSeverity, $"No type can have the severity {Wire.Name(severity)}.", place.Pointer);
}
