using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;

namespace Reeve.Core.Packs;

/// <summary>What a playbook would use if every step ran: fallbacks, rollbacks and success criteria included.</summary>
/// <param name="Tools">Tools, each once, in order of first use.</param>
/// <param name="Actions">Actions by canonical name, each once; calls are in <paramref name="Tools"/> instead.</param>
public sealed record PlaybookUse(IReadOnlyList<string> Tools, IReadOnlyList<string> Actions)
{
    /// <summary>Reads a playbook's use off its steps.</summary>
    public static PlaybookUse Of(Playbook playbook, NamedList<ToolDefinition> known)
    {
        OrderedNames tools = new();
        OrderedNames actions = new();
        foreach (PlaybookStep step in playbook.Steps)
        {
            AddStep(step, known, tools, actions);
        }

        foreach (SuccessCriterion criterion in playbook.SuccessCriteria)
        {
            if (criterion.Tool is { } tool)
            {
                tools.Add(tool.Value);
            }
        }

        return new PlaybookUse(tools.Ordered, actions.Ordered);
    }

    /// <summary>The tools one step may call, without its fallback and rollback.</summary>
    public static IEnumerable<string> ToolsOf(PlaybookStep step, NamedList<ToolDefinition> known) => ToolsOf(step, StepForm.Of(step, known));

    private static IEnumerable<string> ToolsOf(PlaybookStep step, StepForm form) => form switch
    {
        StepForm.OwnAction { Word: StepActions.CallTool } => StepActions.ToolOf(step.Parameters) is { } called ? [called.Tool] : [],
        StepForm.ByName named => [named.Tool.Value],
        StepForm.InWords words => words.Text.Calls.Select(call => call.Tool.Value),
        _ => [],
    };

    private static void AddStep(PlaybookStep step, NamedList<ToolDefinition> known, OrderedNames tools, OrderedNames actions)
    {
        for (PlaybookStep? at = step; at is not null; at = at.Fallback)
        {
            StepForm form = StepForm.Of(at, known);
            foreach (string tool in ToolsOf(at, form))
            {
                tools.Add(tool);
            }

            if (form is StepForm.OwnAction { Word: not StepActions.CallTool } action)
            {
                actions.Add(action.Word);
            }

            if (at.Rollback is { } rollback)
            {
                tools.Add(rollback.Tool.Value);
            }
        }
    }

    // A set that keeps the order of first arrival.
    private sealed class OrderedNames
    {
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);
        private readonly List<string> ordered = [];

        internal IReadOnlyList<string> Ordered => ordered;

        internal void Add(string name)
        {
            if (seen.Add(name))
            {
                ordered.Add(name);
            }
        }
    }
}
