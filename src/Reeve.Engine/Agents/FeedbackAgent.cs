using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Engine.Agents;

/// <summary>Says what came of it (EX-AGENT-FB-1). Always last.</summary>
public sealed class FeedbackAgent : IStageAgent
{
    /// <inheritdoc/>
    public Stage Stage => Stage.Feedback;

    /// <inheritdoc/>
    public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

    /// <inheritdoc/>
    public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
    {
        StageDetails.Resolution? resolution = message.Findings<StageDetails.Resolution>(Stage.Resolution);
        ResolutionStatus status = message.Exception.ResolutionStatus;
        int completed = 0;
        foreach (PlanStep step in resolution?.ResolvedPlan ?? [])
        {
            completed += step.Status is StepStatus.Success or StepStatus.Skipped ? 1 : 0;
        }

        return new AgentDecision
        {
            Stage = Stage.Feedback,
            Decision = "FEEDBACK_CAPTURED",
            Confidence = 1.0,
            Evidence = message.Outcome is { } ran ? Happened(status, ran) : [Summary(status, resolution, message.Arrival.Closes)],
            NextStep = NextStep.Complete,
            Details = new StageDetails.Feedback
            {
                ResolutionStatus = status,
                FeedbackCapturedAt = message.Now,
                TotalSteps = message.Outcome?.TotalSteps ?? resolution?.ResolvedPlan.Count ?? 0,
                CompletedSteps = message.Outcome?.CompletedSteps ?? completed,
            },
        };
    }

    private static IReadOnlyList<string> Happened(ResolutionStatus status, PlanOutcome outcome)
    {
        string summary = $"{Wire.Name(status)}: {outcome.CompletedSteps} of {outcome.TotalSteps} steps are done. {outcome.Reason}";
        return outcome.NotUndone.Count == 0 ? [summary] : [summary, $"Not undone: {string.Join(", ", outcome.NotUndone.Select(step => $"'{step}'"))}."];
    }

    private static string Summary(ResolutionStatus status, StageDetails.Resolution? resolution, bool closed)
    {
        if (closed)
        {
            return "The source says that the problem is over; nothing was done.";
        }

        return resolution?.ProjectedStatus is { } projected
            ? $"{Wire.Name(status)}: the plan would reach {Wire.Name(projected)}; nothing was called."
            : $"{Wire.Name(status)}: nothing was planned.";
    }
}
