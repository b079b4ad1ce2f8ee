using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Engine.Pipeline;

/// <summary>Where an exception goes after a stage (EX-ORCH-1, 6). Pure.</summary>
/// <param name="Next">The next stage; null when this pass ends.</param>
/// <param name="Status">The status the exception takes on the way; null leaves it.</param>
internal readonly record struct StageRoute(Stage? Next, ResolutionStatus? Status)
{
    internal static StageRoute After(AgentDecision decision, ExceptionCase current, PipelineOptions options)
    {
        if (decision.Stage == Stage.Feedback)
        {
            return new StageRoute(null, null);
        }

        if (decision.NextStep == NextStep.Escalate)
        {
            return new StageRoute(Stage.Feedback, ResolutionStatus.Escalated);
        }

        // Whatever an agent asks for, only the way forward is open, or the way back to Triage.
        if (decision.NextStep == NextStep.Triage && decision.Stage is not Stage.Intake)
        {
            return new StageRoute(Stage.Triage, null);
        }

        return decision.Stage switch
        {
            Stage.Intake when current.Arrival.Closes => new StageRoute(Stage.Feedback, ResolutionStatus.Resolved),
            Stage.Intake => new StageRoute(Stage.Triage, null),
            Stage.Triage => new StageRoute(Stage.Policy, null),
            Stage.Policy when decision.NextStep == NextStep.Feedback => new StageRoute(Stage.Feedback, null),
            Stage.Policy => new StageRoute(options.Supervised ? Stage.SupervisorPolicy : Stage.Resolution, null),
            Stage.SupervisorPolicy => new StageRoute(Stage.Resolution, null),
            Stage.Resolution when options.Supervised => new StageRoute(Stage.SupervisorResolution, null),
            _ => AfterPlan(decision, current),
        };
    }

    // A plan that waits for a person ends the pass; without a plan there is nothing to wait for.
    private static StageRoute AfterPlan(AgentDecision decision, ExceptionCase current)
    {
        bool planned = current.Decisions.Any(earlier => earlier.Details is StageDetails.Resolution { ResolvedPlan.Count: > 0 });
        return decision.NextStep == NextStep.PendingApproval && planned
            ? new StageRoute(null, ResolutionStatus.PendingApproval)
            : new StageRoute(Stage.Feedback, null);
    }
}
