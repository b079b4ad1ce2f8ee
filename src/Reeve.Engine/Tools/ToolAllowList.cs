using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools;

/// <summary>
/// Default deny (EX-TOOL-3): a tool may be used only if it is defined for the tenant, switched on, approved, not blocked and,
/// where there is an allow list, on it. Asked at planning and again before a call. Pure; thread-safe.
/// </summary>
public static class ToolAllowList
{
    /// <summary>Whether the tenant may call a tool. The first check that fails gives the reason.</summary>
    public static ToolVerdict Check(ToolName name, BoundPolicy policy)
    {
        if (policy.Tools.Find(name.Value) is not { } tool)
        {
            return Refuse(ToolRefusal.NotDefined, $"The tool '{name}' is not defined in the domain pack '{policy.Domain.Name}'.");
        }

        if (!tool.Enabled)
        {
            return Refuse(ToolRefusal.Disabled, $"The tool '{name}' is disabled.");
        }

        if (Incompatible(tool, policy) is { } required)
        {
            return Refuse(ToolRefusal.IncompatibleVersion, $"The tenant policy asks for version {required} of the tool '{name}', which is defined in {DefinedVersion(tool, policy)}.");
        }

        if (!policy.ApprovedTools.Contains(name.Value))
        {
            return Refuse(ToolRefusal.NotApproved, $"The tool '{name}' is not in the approvedTools of tenant '{policy.TenantId}'.");
        }

        if (IsBlocked(name, policy.Guardrails))
        {
            return Refuse(ToolRefusal.Blocked, $"The tool '{name}' is in blockLists.");
        }

        return IsAllowListed(name, policy.Guardrails)
            ? new ToolVerdict.Allowed(tool)
            : Refuse(ToolRefusal.NotAllowListed, $"The tool '{name}' is not in allowLists.");
    }

    /// <summary>Whether an action of EX-PB-5 other than a tool call may be taken.</summary>
    /// <param name="action">One of <see cref="StepActions"/>.</param>
    /// <param name="policy">The tenant's policy.</param>
    public static ToolVerdict CheckAction(string action, BoundPolicy policy)
    {
        if (IsActionBlocked(action, policy.Guardrails))
        {
            return Refuse(ToolRefusal.Blocked, $"The action '{action}' is in blockLists.");
        }

        return policy.Guardrails.AllowLists is { Actions.Count: > 0 } list && !Names(list.Actions, action)
            ? Refuse(ToolRefusal.NotAllowListed, $"The action '{action}' is not in allowLists.")
            : new ToolVerdict.Allowed(null);
    }

    /// <summary>Whether a block list names the tool, or tool calls as such.</summary>
    public static bool IsBlocked(ToolName name, Guardrails guardrails) =>
        guardrails.BlockLists is { } list && (list.Tools.Contains(name.Value, StringComparer.Ordinal) || Names(list.Actions, StepActions.CallTool));

    /// <summary>Whether a block list names the action.</summary>
    public static bool IsActionBlocked(string action, Guardrails guardrails) =>
        guardrails.BlockLists is { } list && Names(list.Actions, action);

    // A list of tools narrows tools, a list of actions narrows actions. Calls are an action, too: a list of actions without
    // them leaves only the tools that the same lists name.
    private static bool IsAllowListed(ToolName name, Guardrails guardrails)
    {
        if (guardrails.AllowLists is not { IsEmpty: false } list)
        {
            return true;
        }

        return list.Tools.Count > 0
            ? list.Tools.Contains(name.Value, StringComparer.Ordinal)
            : Names(list.Actions, StepActions.CallTool);
    }

    private static bool Names(IReadOnlyList<string> actions, string action)
    {
        foreach (string name in actions)
        {
            if (StepActions.Canonical(name) == action)
            {
                return true;
            }
        }

        return false;
    }

    private static string? Incompatible(ToolDefinition tool, BoundPolicy policy)
    {
        string? required = RequiredVersion(tool.Name, policy.Policy.ToolOverrides) ?? RequiredVersion(tool.Name, policy.Policy.ApprovedTools);
        return required is not null && !SemanticVersion.Read(DefinedVersion(tool, policy)).Serves(SemanticVersion.Read(required)) ? required : null;
    }

    private static string? RequiredVersion(ToolName name, IReadOnlyList<ApprovedTool>? tools) =>
        tools?.LastOrDefault(tool => tool.Name == name && tool.Version is not null)?.Version;

    private static string DefinedVersion(ToolDefinition tool, BoundPolicy policy) =>
        policy.Domain.Tools.Find(tool.Name.Value)?.Version ?? tool.Version;

    private static ToolVerdict.Refused Refuse(ToolRefusal by, string reason) => new(by, reason);
}
