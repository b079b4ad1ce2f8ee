using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>Tools that say too little or what is not so, or that nothing uses.</summary>
internal static class ToolChecks
{
    // A result that is none needs no schema.
    private static readonly string[] NoAnswer = ["void", "none"];

    internal static IEnumerable<ReeveError> Check(PackPlace top, DomainPack domain, IReadOnlyList<LintScope> scopes)
    {
        PackPlace section = top.Find("tools");
        HashSet<string> used = Used(domain, scopes);
        foreach (ToolDefinition tool in domain.Tools.Where(tool => tool.Enabled))
        {
            PackPlace place = Place(section, tool);
            if (tool.OutputSchema is null && !NoAnswer.Contains(tool.Returns))
            {
                string says = tool.Returns.Length == 0 ? "has no outputSchema" : $"returns {Shown.Name(tool.Returns)}, which nothing describes, and has no outputSchema";
                yield return new ReeveError(ErrorCatalogue.Lint.NoOutputSchema, $"The tool {Shown.Name(tool.Name.Value)} {says}.", place.Pointer);
            }

            foreach (ReeveError finding in ArgumentChecks.Check(tool, place))
            {
                yield return finding;
            }

            if (!used.Contains(tool.Name.Value) && !tool.Deprecated && !scopes.Any(scope => scope.Bound.Guardrails.BlockLists?.Tools.Contains(tool.Name.Value) == true))
            {
                yield return new ReeveError(ErrorCatalogue.Lint.UnusedTool, $"No playbook uses the tool {Shown.Name(tool.Name.Value)}.", place.Pointer);
            }
        }
    }

    // By a playbook, or by a tool that one uses: to undo it or to preview it.
    private static HashSet<string> Used(DomainPack domain, IReadOnlyList<LintScope> scopes)
    {
        List<string> queue = [.. domain.Playbooks.Concat(scopes.SelectMany(scope => scope.Bound.Policy.CustomPlaybooks.Concat(scope.Bound.Playbooks)))
            .SelectMany(playbook => PlaybookUse.Of(playbook, domain.Tools).Tools)];
        foreach (LintScope scope in scopes)
        {
            // Alerts call a tool, too: alertRules[].escalation_tool.
            PackPlace alerts = PackPlace.Of(scope.Bound.Policy.Source).Find("alertRules");
            for (int i = 0; i < (alerts.Value.ListOrNull()?.Count ?? 0); i++)
            {
                if (alerts.Item(i).Find("escalationTool").Value.StringOrNull() is { } tool)
                {
                    queue.Add(tool);
                }
            }
        }

        HashSet<string> used = new(StringComparer.Ordinal);
        for (int i = 0; i < queue.Count; i++)
        {
            if (used.Add(queue[i]) && domain.Tools.Find(queue[i]) is { } tool)
            {
                queue.AddRange(new[] { tool.RollbackTool?.Value, tool.Plan?.Value }.OfType<string>());
            }
        }

        return used;
    }

    // By name, or in a group as an item that has the name.
    private static PackPlace Place(PackPlace section, ToolDefinition tool)
    {
        PackPlace byName = section.Key(tool.Name.Value);
        if (byName.Value.MapOrNull() is not null && byName != section)
        {
            return byName;
        }

        foreach (string group in (string[])["dbQueries", "apiActions", "workflowActions"])
        {
            PackPlace list = section.Find(group);
            for (int i = 0; i < (list.Value.ListOrNull()?.Count ?? 0); i++)
            {
                if (list.Item(i).Find("name").Value.StringOrNull() == tool.Name.Value)
                {
                    return list.Item(i);
                }
            }
        }

        return section;
    }
}
