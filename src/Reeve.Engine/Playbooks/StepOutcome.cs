using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks;

/// <summary>What a step that has run came to, as later steps see it under <c>steps.&lt;stepId&gt;</c>.</summary>
/// <param name="Status">SUCCESS, FAILED or SKIPPED.</param>
/// <param name="Output">Its tool's answer; null when it gave none.</param>
public sealed record StepOutcome(StepStatus Status, Value Output)
{
    /// <summary>The members that conditions and placeholders read: <c>output</c> and <c>status</c>.</summary>
    internal Value View() => Value.Of(ObjectMap.Of(("output", Output), ("status", Value.Of(Wire.Name(Status)))));
}
