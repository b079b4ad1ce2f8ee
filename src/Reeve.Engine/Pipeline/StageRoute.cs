using Reeve.Core.Decisions;
using Reeve.Core.Records;

namespace Reeve.Engine.Pipeline;

/// <summary>
/// Where an exception goes after a stage (EX-ORCH-1, 6). Pure. Agents say what should happen next; what the stages before
/// insisted on is joined here, so that no agent, whoever wrote it, leads around it.
/// </summary>
/// <param name="Next">The next stage; null when this pass ends.</param>
/// <param name="Status">The status the exception takes on the way; null leaves it.</param>
internal readonly record struct StageRoute(Stage? Next, ResolutionStatus? Status)
{
    private static readonly StageRoute Escalated = new(Stage.Feedback, ResolutionStatus.Escalated);

    internal static StageRoute After(AgentDecision decision, ExceptionCase current)
    {
        if (decision.Stage == Stage.Feedback)
        {
            return new StageRoute(null, null);
        }

        // The problem is known and its source says that it is over: what type this delivery names no longer matters.
        if (decision.Stage == Stage.Intake && current.Arrival is { Closes: true, Follows: true })
        {
            return new StageRoute(Stage.Feedback, ResolutionStatus.Resolved);
        }

        if (decision.NextStep == NextStep.Escalate || Standing.VerdictOf(current.Decisions) == PolicyVerdict.Block)
        {
            return Escalated;
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
            Stage.Policy => new StageRoute(current.Settings.Supervised ? Stage.SupervisorPolicy : Stage.Resolution, null),
            Stage.SupervisorPolicy => new StageRoute(Stage.Resolution, null),
            Stage.Resolution when current.Settings.Supervised => new StageRoute(Stage.SupervisorResolution, null),
            _ => AfterPlan(current),
        };
    }

    // A plan that somebody must approve, or that runs, ends the pass; without a plan there is nothing to do either with.
    private static StageRoute AfterPlan(ExceptionCase current)
    {
        if (!current.HasPlan)
        {
            return new StageRoute(Stage.Feedback, null);
        }

        // With a live tenant it runs (EX-AGENT-RES-4), and Feedback comes when it has ended; else nothing runs, and nothing more comes.
        return Standing.VerdictOf(current.Decisions) == PolicyVerdict.RequireApproval || Standing.AsksPeople(current.Decisions, current.Record.Severity)
            ? new StageRoute(null, ResolutionStatus.PendingApproval)
            : current.Settings.Mode == AutomationMode.Live ? new StageRoute(null, ResolutionStatus.InProgress)
            : new StageRoute(Stage.Feedback, null);
    }
}
