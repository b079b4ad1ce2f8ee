using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Tools;

namespace Reeve.Engine.Playbooks.StepTexts;

/// <summary>What a step's <c>action</c> turned out to be.</summary>
internal abstract record StepForm
{
    private StepForm()
    {
    }

    /// <summary>One of Reeve's actions (EX-PB-5); <paramref name="Word"/> is one of <see cref="StepActions"/>.</summary>
    internal sealed record OwnAction(string Word) : StepForm;

    /// <summary>A tool by its name.</summary>
    internal sealed record ByName(ToolName Tool) : StepForm;

    /// <summary>Words for a person, in which tools may be named.</summary>
    internal sealed record InWords(StepText Text) : StepForm;

    /// <summary>Reads a step's action.</summary>
    internal static StepForm Of(PlaybookStep step, NamedList<ToolDefinition> tools)
    {
        string action = step.Action.Trim();

        // The words of actions are reserved: a tool called "notify" is reached by call_tool.
        if (StepActions.Canonical(action) is { } word)
        {
            return new OwnAction(word);
        }

        return tools.Has(action) ? new ByName(new ToolName(action)) : new InWords(StepTextReader.Read(step.Action, tools));
    }
}
