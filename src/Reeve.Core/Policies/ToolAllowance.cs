using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Core.Policies;

/// <summary>
/// Whether a tenant may use a tool or an action (EX-TOOL-3): denied unless everything allows it. Made once per bound
/// policy; immutable.
/// </summary>
public sealed class ToolAllowance
{
    private readonly Guardrails guardrails;
    private readonly NamedList<ToolDefinition> tools;
    private readonly IReadOnlySet<string> approved;

    /// <summary>Takes what a bound policy knows.</summary>
    public ToolAllowance(Guardrails guardrails, NamedList<ToolDefinition> tools, IReadOnlySet<string> approved)
    {
        this.guardrails = guardrails;
        this.tools = tools;
        this.approved = approved;
    }

    /// <summary>Why a tool may not be used; null when it may.</summary>
    public string? AgainstTool(string name) =>
        tools.Find(name) is not { } tool ? "it is not defined"
        : IsBlockedTool(name) ? "it is on a block list"
        : !tool.Enabled ? "it is disabled"
        : !approved.Contains(name) ? "it is not among the tenant's approved tools"
        : IsAllowListed(name) ? null
        : "it is not on the allow list";

    /// <summary>Why an action other than a call (by its canonical name) may not be taken; null when it may.</summary>
    public string? AgainstAction(string action) =>
        guardrails.BlockLists?.Actions.Contains(action) == true ? $"the action {action} is on a block list"
        : guardrails.AllowLists is { Actions.Count: > 0 } allow && !allow.Actions.Contains(action) ? $"the action {action} is not on the allow list"
        : null;

    /// <summary>Whether a block list names the tool, or tool calls as such.</summary>
    public bool IsBlockedTool(string name) =>
        guardrails.BlockLists is { } block && (block.Tools.Contains(name) || block.Actions.Contains(StepActions.CallTool));

    // Calls are an action, too: a list of actions without them leaves only the tools that the same list names.
    private bool IsAllowListed(string name) =>
        guardrails.AllowLists is not { IsEmpty: false } allow
        || (allow.Tools.Count > 0 ? allow.Tools.Contains(name) : allow.Actions.Contains(StepActions.CallTool));

    /// <summary>The first reason against a playbook's use, naming the tool; null when all of it is allowed.</summary>
    public string? AgainstUse(PlaybookUse use)
    {
        foreach (string tool in use.Tools)
        {
            if (AgainstTool(tool) is { } reason)
            {
                return $"it uses the tool {tool}, and {reason}";
            }
        }

        foreach (string action in use.Actions)
        {
            if (AgainstAction(action) is { } reason)
            {
                return reason;
            }
        }

        return null;
    }
}
