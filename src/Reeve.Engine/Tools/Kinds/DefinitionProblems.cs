using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Tools.Kinds;

/// <summary>Collects what keeps a tool from being called.</summary>
internal sealed class DefinitionProblems(ToolDefinition tool)
{
    private readonly List<ReeveError> found = [];

    internal IReadOnlyList<ReeveError> All => found;

    /// <summary>The texts of a list of the definition, what is none as an empty one; none when there is no list.</summary>
    internal static string[] Texts(Value list)
    {
        ListValue? items = list.ListOrNull();
        string[] texts = new string[items?.Count ?? 0];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = items![i].StringOrNull() ?? ""; // not null: it has items
        }

        return texts;
    }

    /// <summary>Something that is missing, in the definition or around it.</summary>
    internal void Missing(string message, string? subject = null, string? nextStep = null) =>
        found.Add(new ReeveError(ErrorCatalogue.Tools.NoEndpoint, message, subject, nextStep: nextStep));

    /// <summary>Something in the definition that its kind cannot use.</summary>
    internal void Bad(string message, string subject) => found.Add(new ReeveError(ErrorCatalogue.Tools.BadDefinition, message, subject));

    /// <summary>Something that is known already, about a member.</summary>
    internal void Add(ReeveError error, string subject) => found.Add(new ReeveError(error.Kind, error.Message, subject, nextStep: error.NextStep));

    /// <summary>Reads a text with places for arguments, and notes places that no argument can fill.</summary>
    internal ArgumentTemplate Template(string text, string subject)
    {
        ArgumentTemplate template = ArgumentTemplate.Read(text);
        foreach (string place in template.Mistaken)
        {
            Bad($"{Shown.Name(place)} is no place for an argument; a definition knows its arguments alone, as {{args.name}}.", subject);
        }

        // Without one parameter a schema may still accept anything, so nothing can be said of names.
        foreach (string name in template.Names)
        {
            if (tool.Parameters.Count > 0 && !tool.Parameters.Any(parameter => parameter.Name == name))
            {
                Bad($"The tool has no parameter {Shown.Name(name)}.", subject);
            }
        }

        return template;
    }
}
