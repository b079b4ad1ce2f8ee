using Reeve.Core.Calendars;
using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Placeholders;

/// <summary>What a step's condition sees: what every condition sees, and <c>steps</c>.</summary>
/// <remarks>
/// A step that will answer has an error for its output, so that a condition that needs it is unknown and one that does not
/// is judged. A step that never answers has a null output, which conditions read like a missing one.
/// </remarks>
internal sealed class StepActivation(Activation record, PlanSources sources) : Activation
{
    /// <summary>Marks an answer that depends on outputs; found again in <see cref="Truth.Why"/>.</summary>
    internal static readonly ValueError NotRun = new("the step has not run", "steps", 0);

    /// <inheritdoc/>
    public override bool TryFind(string name, out Value value)
    {
        if (name != "steps")
        {
            return record.TryFind(name, out value);
        }

        value = Value.Of(Steps());
        return true;
    }

    /// <inheritdoc/>
    public override BusinessCalendar? FindCalendar(string name) => record.FindCalendar(name);

    private ObjectMap Steps()
    {
        // Of two steps of one id the later is seen, as it would be when both have run.
        List<string> ids = [];
        List<Value> states = [];
        for (int i = sources.Earlier.Count - 1; i >= 0; i--)
        {
            EarlierStep step = sources.Earlier[i];
            if (!ids.Contains(step.Id.Value))
            {
                ids.Add(step.Id.Value);
                states.Add(step.Outcome is { } outcome
                    ? outcome.View()
                    : step.WillAnswer
                    ? Value.Of(ObjectMap.Of(("output", Value.Of(NotRun)), ("status", Value.Of(NotRun))))
                    : Value.Of(ObjectMap.Of(("output", Value.Null), ("status", Value.Of("SKIPPED")))));
            }
        }

        return new ObjectMap([.. ids], [.. states]);
    }
}
