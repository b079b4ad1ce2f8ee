using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Tests.Playbooks;

/// <summary>A plan in a line or two, for comparing.</summary>
internal static class PlanText
{
    internal static string Of(Plan plan) => string.Join('|', plan.Steps.Select(Of));

    internal static string Of(PlanStep step) => string.Join(' ', new[]
    {
        step.StepId.Value,
        Wire.Name(step.Kind),
        step.Tool?.Value ?? (step.Kind == PlanStepKind.Action ? step.Action : null),
        step.Tool is null && step.Arguments.Count == 0 ? null : JsonText.ToText(Value.Of(step.Arguments)),
        Wire.Name(step.Status),
    }.OfType<string>());
}
