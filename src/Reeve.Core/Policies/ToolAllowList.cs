using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.Policies;

/// <summary>
/// Default deny (EX-TOOL-3): a tool may be used only if it is defined for the tenant, not blocked, switched on, approved and,
/// where there is an allow list, on it. Asked when approvals are derived, at selection, at planning and again before a call.
/// Pure; thread-safe.
/// </summary>
public static class ToolAllowList
{
    /// <summary>Whether the tenant may call a tool. The first check that fails gives the reason.</summary>
    public static ToolVerdict Check(ToolName name, BoundPolicy policy)
    {
        if (policy.Tools.Find(name.Value) is not { } tool)
        {
            return Refuse(ToolRefusal.NotDefined, name, $"is not defined in the domain pack '{policy.Domain.Name}'");
        }

        if (CheckBlocked(name, policy) is { } blocked)
        {
            return blocked;
        }

        return CheckEnabled(tool) ?? CheckVersion(tool, policy) ?? CheckApproved(name, policy) ?? (ToolVerdict)new ToolVerdict.Allowed(tool);
    }

    /// <summary>Whether the packs say that a tool is switched off.</summary>
    /// <returns>Null when they do not.</returns>
    public static ToolVerdict.Refused? CheckEnabled(ToolDefinition tool) =>
        tool.Enabled ? null : Refuse(ToolRefusal.Disabled, tool.Name, "is disabled");

    /// <summary>Whether a tool is defined in a version that the tenant's policy does not ask for.</summary>
    /// <returns>Null when it serves.</returns>
    public static ToolVerdict.Refused? CheckVersion(ToolDefinition tool, BoundPolicy policy) =>
        RequiredVersion(tool.Name, policy.Policy) is { } required && !SemanticVersion.Read(tool.Version).Serves(SemanticVersion.Read(required))
            ? Refuse(ToolRefusal.IncompatibleVersion, tool.Name, $"is defined in version {tool.Version}; the tenant policy asks for {required}")
            : null;

    /// <summary>Whether the lists refuse a tool by its name: a block list first, then approvedTools, then an allow list.</summary>
    /// <returns>Null when they do not.</returns>
    public static ToolVerdict.Refused? CheckLists(ToolName name, BoundPolicy policy) => CheckBlocked(name, policy) ?? CheckApproved(name, policy);

    private static ToolVerdict.Refused? CheckBlocked(ToolName name, BoundPolicy policy) =>
        IsBlocked(name, policy.Guardrails) ? Refuse(ToolRefusal.Blocked, name, "is in blockLists") : null;

    private static ToolVerdict.Refused? CheckApproved(ToolName name, BoundPolicy policy) =>
        !policy.ApprovedTools.Contains(name.Value) ? Refuse(ToolRefusal.NotApproved, name, $"is not in the approvedTools of tenant '{policy.TenantId}'")
            : !IsAllowListed(name, policy.Guardrails) ? Refuse(ToolRefusal.NotAllowListed, name, "is not in allowLists")
            : null;

    /// <summary>Whether an action of EX-PB-5 other than a tool call may be taken.</summary>
    /// <param name="action">One of <see cref="StepActions"/>.</param>
    /// <param name="policy">The tenant's policy.</param>
    public static ToolVerdict CheckAction(string action, BoundPolicy policy)
    {
        if (policy.Guardrails.BlockLists?.Actions.Contains(action) == true)
        {
            return Refuse(ToolRefusal.Blocked, "action", action, "is in blockLists");
        }

        return policy.Guardrails.AllowLists is { Actions.Count: > 0 } list && !list.Actions.Contains(action)
            ? Refuse(ToolRefusal.NotAllowListed, "action", action, "is not in allowLists")
            : new ToolVerdict.Allowed(null);
    }

    /// <summary>What of a playbook's use is refused, in order of use, tools before actions.</summary>
    public static IEnumerable<ToolVerdict.Refused> Refusals(PlaybookUse use, BoundPolicy policy)
    {
        foreach (string tool in use.Tools)
        {
            if (Check(new ToolName(tool), policy) is ToolVerdict.Refused refused)
            {
                yield return refused;
            }
        }

        foreach (string action in use.Actions)
        {
            if (CheckAction(action, policy) is ToolVerdict.Refused refused)
            {
                yield return refused;
            }
        }
    }

    // Calling is an action, too: blocked as such, it blocks every tool.
    private static bool IsBlocked(ToolName name, Guardrails guardrails) =>
        guardrails.BlockLists is { } list && (list.Tools.Contains(name.Value) || list.Actions.Contains(StepActions.CallTool));

    // A list of tools narrows tools, a list of actions narrows actions; one of actions alone that lacks calls leaves no tool.
    private static bool IsAllowListed(ToolName name, Guardrails guardrails) =>
        guardrails.AllowLists is not { IsEmpty: false } list
        || (list.Tools.Count > 0 ? list.Tools.Contains(name.Value) : list.Actions.Contains(StepActions.CallTool));

    // An override is the narrower wish.
    private static string? RequiredVersion(ToolName name, TenantPolicy policy) =>
        RequiredVersion(name, policy.ToolOverrides) ?? RequiredVersion(name, policy.ApprovedTools ?? []);

    private static string? RequiredVersion(ToolName name, IReadOnlyList<ApprovedTool> tools)
    {
        for (int i = tools.Count - 1; i >= 0; i--)
        {
            if (tools[i].Version is { } version && tools[i].Name == name)
            {
                return version;
            }
        }

        return null;
    }

    private static ToolVerdict.Refused Refuse(ToolRefusal by, ToolName tool, string why) => Refuse(by, "tool", tool.Value, why);

    private static ToolVerdict.Refused Refuse(ToolRefusal by, string kind, string name, string why) =>
        new(by, kind, name, $"The {kind} '{name}' {why}.");
}
