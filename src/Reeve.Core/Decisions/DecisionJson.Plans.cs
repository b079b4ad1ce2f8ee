using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>How plans are written.</summary>
internal sealed partial class DecisionJson
{
    private void Resolution(StageDetails.Resolution resolution)
    {
        writer.WriteStartArray("resolvedPlan");
        foreach (PlanStep step in resolution.ResolvedPlan)
        {
            Step(step);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("stepResults");
        foreach (StepResult result in resolution.StepResults)
        {
            writer.WriteStartObject();
            writer.WriteString("stepId", result.StepId.Value);
            writer.WriteString("status", Wire.Name(result.Status));
            writer.WriteBoolean("dryRun", result.DryRun);
            Member("output", result.Output);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Criteria(resolution.SuccessCriteria);
        writer.WriteString("projectedStatus", resolution.ProjectedStatus is { } status ? Wire.Name(status) : null);
        Member("suggestedDraftPlaybook", resolution.SuggestedDraftPlaybook);
        Rejected("rejectedAlternatives", resolution.RejectedAlternatives);
    }

    private void Step(PlanStep step)
    {
        writer.WriteStartObject();
        writer.WriteString("stepId", step.StepId.Value);
        writer.WriteNumber("order", step.Order);
        writer.WriteString("kind", Wire.Name(step.Kind).ToLowerInvariant());
        writer.WriteString("action", step.Action);
        writer.WriteString("tool", step.Tool?.Value);
        writer.WriteString("toolVersion", step.ToolVersion);
        Member("arguments", Value.Of(step.Arguments));
        writer.WriteString("effect", step.Effect is { } effect ? Wire.Name(effect).ToLowerInvariant() : null);
        writer.WriteString("status", Wire.Name(step.Status));
        writer.WriteString("reason", step.Reason);
        Awaited(step.Awaited);
        if (step.Fallback.Count > 0)
        {
            writer.WriteStartArray("fallback");
            foreach (PlanStep other in step.Fallback)
            {
                Step(other);
            }

            writer.WriteEndArray();
        }

        if (step.Rollback is { } rollback)
        {
            writer.WriteStartObject("rollback");
            writer.WriteString("tool", rollback.Tool.Value);
            writer.WriteString("toolVersion", rollback.ToolVersion);
            Member("arguments", Value.Of(rollback.Arguments));
            Awaited(rollback.Awaited);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    // What an earlier step's answer will fill in: without this list a reader could not tell it from text that looks like it.
    private void Awaited(IReadOnlyList<string> pointers)
    {
        if (pointers.Count > 0)
        {
            Strings("awaited", pointers);
        }
    }

    private void Criteria(IReadOnlyList<PlanCriterion> criteria)
    {
        if (criteria.Count == 0)
        {
            return;
        }

        writer.WriteStartArray("successCriteria");
        foreach (PlanCriterion criterion in criteria)
        {
            writer.WriteStartObject();
            writer.WriteString("text", criterion.Text);
            writer.WriteString("tool", criterion.Tool?.Value);
            Member("arguments", Value.Of(criterion.Arguments));
            writer.WriteString("outlook", Wire.Name(criterion.Outlook));
            writer.WriteString("reason", criterion.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
