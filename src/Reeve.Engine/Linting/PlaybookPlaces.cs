using System.Globalization;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Engine.Linting;

/// <summary>Where playbooks and their steps stand in the document of their pack.</summary>
internal static class PlaybookPlaces
{
    /// <summary>A playbook of the document.</summary>
    internal static PackPlace Of(PackPlace document, Playbook playbook) =>
        (playbook.FromTenant ? document.Find("customPlaybooks") : document.Find("playbooks")).Item(playbook.Position);

    /// <summary>A step that the playbook itself writes, found by its id.</summary>
    internal static PackPlace Step(PackPlace playbook, PlaybookStep step)
    {
        PackPlace steps = playbook.Find("steps");
        for (int i = 0; i < (steps.Value.ListOrNull()?.Count ?? 0); i++)
        {
            PackPlace item = steps.Item(i);
            if (IdOf(item, i) == step.Id.Value)
            {
                return item;
            }
        }

        return playbook;
    }

    // As it is read: the id given, else the order, else the place.
    private static string IdOf(PackPlace step, int index)
    {
        PackPlace id = step.Has("stepId") ? step.Find("stepId") : step.Find("stepOrder");
        return step.Value.MapOrNull() is null || id == step
            ? (index + 1).ToString(CultureInfo.InvariantCulture)
            : id.Value.StringOrNull() ?? id.Value.SourceText ?? JsonText.ToText(id.Value);
    }
}
