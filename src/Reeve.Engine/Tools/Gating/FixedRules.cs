using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Gating;

/// <summary>
/// What is asked first before every action, and what no lesson, user, approval or authority lowers (RF-16, RF-18): a request names itself, its action and its goal, and nothing deletes users, exposes
/// personal data, goes around sign-in or switches logging off. A tool does that when its name says so, the kind it is listed under, or the tool that it calls at an MCP server. Pure; thread-safe.
/// </summary>
public sealed class FixedRules : ICallCheck
{
    private static readonly string[][] Forbidden = [["delete", "user"], ["expose", "pii"], ["bypass", "auth"], ["disable", "logging"]];

    /// <inheritdoc/>
    public GateCheck Place => GateCheck.PreAction;

    /// <inheritdoc/>
    public ValueTask<GateReason?> JudgeAsync(ToolCall call, ToolDefinition tool, bool isTrial, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Judge(call, tool) is { } why
            ? new GateReason(GateCheck.PreAction, PolicyVerdict.Block, why, new ReeveError(ErrorCatalogue.Tools.NotRecommended, why, tool.Name.Value))
            : null);

    /// <summary>
    /// Which of the forbidden effects a name stands for; null for none. Words count, not their spelling, wherever they stand in it: <c>crm.deleteUsers</c> and <c>delete_user_v2</c> are
    /// <c>delete_user</c>, <c>undelete_user</c> is not.
    /// </summary>
    internal static string? ForbiddenBy(string name)
    {
        List<string> words = Words(name);
        foreach (string[] effect in Forbidden)
        {
            for (int i = 0; i + effect.Length <= words.Count; i++)
            {
                if (words[i] == effect[0] && (words[i + 1] == effect[1] || words[i + 1] == effect[1] + "s"))
                {
                    return string.Join('_', effect);
                }
            }
        }

        return null;
    }

    private static string? Judge(ToolCall call, ToolDefinition tool)
    {
        if (call.Id.Value == Guid.Empty || string.IsNullOrWhiteSpace(call.Tool.Value) || string.IsNullOrWhiteSpace(call.Goal))
        {
            return "A request names its id, its action and its goal.";
        }

        return (ForbiddenBy(tool.Name.Value) ?? ForbiddenBy(tool.Kind) ?? (Remote(tool) is { } remote ? ForbiddenBy(remote) : null)) is { } effect
            ? $"The fixed rule {effect} forbids it, whoever asks."
            : null;
    }

    private static string? Remote(ToolDefinition tool) =>
        tool.Binding["mcp"] is { Kind: ValueKind.Map } mcp && mcp.AsMap()["tool"] is { Kind: ValueKind.String } named ? named.AsString() : null;

    // By separators, and where a small letter or a digit is followed by a capital.
    private static List<string> Words(string name)
    {
        List<string> words = [];
        int begun = -1;
        for (int i = 0; i <= name.Length; i++)
        {
            bool isPart = i < name.Length && char.IsLetterOrDigit(name[i]);
            bool isNew = isPart && i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]);
            if (begun >= 0 && (!isPart || isNew))
            {
                words.Add(name[begun..i].ToLowerInvariant());
                begun = -1;
            }

            if (isPart && begun < 0)
            {
                begun = i;
            }
        }

        return words;
    }
}
