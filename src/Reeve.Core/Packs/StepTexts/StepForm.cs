using Reeve.Core.Records;

namespace Reeve.Core.Packs.StepTexts;

/// <summary>What a step's <c>action</c> turns out to be once the tools are known (EX-PB-3).</summary>
public abstract record StepForm
{
    private StepForm()
    {
    }

    /// <summary>One of Reeve's actions (EX-PB-5); <paramref name="Word"/> is one of <see cref="StepActions"/>.</summary>
    public sealed record OwnAction(string Word) : StepForm;

    /// <summary>A tool by its name.</summary>
    public sealed record ByName(ToolName Tool) : StepForm;

    /// <summary>Words for a person, in which tools may be named.</summary>
    public sealed record InWords(StepText Text) : StepForm;

    /// <summary>Reads a step's action.</summary>
    public static StepForm Of(PlaybookStep step, NamedList<ToolDefinition> tools)
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
