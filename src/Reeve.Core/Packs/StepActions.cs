using Reeve.Core.Values;

namespace Reeve.Core.Packs;

/// <summary>The actions that steps may name besides tools (EX-PB-5).</summary>
public static class StepActions
{
    /// <summary>Calls a tool; also written <c>invokeTool</c>.</summary>
    public const string CallTool = "call_tool";

    /// <summary>Tells a group.</summary>
    public const string Notify = "notify";

    /// <summary>Gives the exception to a person or queue.</summary>
    public const string AssignOwner = "assign_owner";

    /// <summary>Changes the exception's status.</summary>
    public const string SetStatus = "set_status";

    /// <summary>Adds a comment.</summary>
    public const string AddComment = "add_comment";

    /// <summary>The channels of <see cref="Notify"/>.</summary>
    public static IReadOnlyList<string> Channels { get; } = ["email", "slack", "sms", "log"];

    /// <summary>The statuses that an author may write in <see cref="SetStatus"/>.</summary>
    public static IReadOnlyList<string> Statuses { get; } = ["open", "analyzing", "resolved", "escalated"];

    // The fields under which a call names its tool, in both spellings.
    private static readonly string[] ToolFields = ["tool_id", "toolId"];

    /// <summary>Every action by its canonical name, in the order of the specification.</summary>
    public static IReadOnlyList<string> All { get; } = [CallTool, Notify, AssignOwner, SetStatus, AddComment];

    /// <summary>The canonical name of an action in either spelling, whatever its case; null when it is none.</summary>
    public static string? Canonical(string name)
    {
        // No action is longer; a step's text may be.
        ReadOnlySpan<char> word = name.AsSpan().Trim();
        return word.Length > 16 ? null : word.ToString().Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() switch
        {
            "calltool" or "invoketool" => CallTool,
            "notify" => Notify,
            "assignowner" => AssignOwner,
            "setstatus" => SetStatus,
            "addcomment" => AddComment,
            _ => null,
        };
    }

    /// <summary>The field of a call's parameters that names the tool, and the name; null when none does.</summary>
    public static (string Field, string Tool)? ToolOf(MapValue parameters)
    {
        foreach (string field in ToolFields)
        {
            if (parameters[field].StringOrNull() is { Length: > 0 } tool)
            {
                return (field, tool);
            }
        }

        return null;
    }
}
