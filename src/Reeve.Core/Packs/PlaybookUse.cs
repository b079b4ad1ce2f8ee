namespace Reeve.Core.Packs;

/// <summary>What a playbook would use if every step ran: fallbacks, rollbacks and success criteria included.</summary>
/// <param name="Tools">Tools, each once, in order of first use.</param>
/// <param name="Actions">Actions by canonical name, each once; calls are in <paramref name="Tools"/> instead.</param>
public sealed record PlaybookUse(IReadOnlyList<string> Tools, IReadOnlyList<string> Actions)
{
    /// <summary>Reads a playbook's use off its steps.</summary>
    public static PlaybookUse Of(Playbook playbook, PackNames names)
    {
        OrderedNames tools = new();
        OrderedNames actions = new();
        foreach (PlaybookStep step in playbook.Steps)
        {
            AddStep(step, names, tools, actions);
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
    public static IEnumerable<string> ToolsOf(PlaybookStep step, PackNames names)
    {
        string? action = StepActions.Canonical(step.Action);
        if (action == StepActions.CallTool)
        {
            return StepActions.ToolOf(step.Parameters) is { } called ? [called.Tool] : [];
        }

        return action is not null ? []
            : names.HasTool(step.Action.Trim()) ? [step.Action.Trim()]
            : names.Mentions.In(step.Action);
    }

    private static void AddStep(PlaybookStep step, PackNames names, OrderedNames tools, OrderedNames actions)
    {
        for (PlaybookStep? at = step; at is not null; at = at.Fallback)
        {
            foreach (string tool in ToolsOf(at, names))
            {
                tools.Add(tool);
            }

            if (StepActions.Canonical(at.Action) is { } action and not StepActions.CallTool)
            {
                actions.Add(action);
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
