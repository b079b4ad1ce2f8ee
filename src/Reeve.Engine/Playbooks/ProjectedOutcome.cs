using Reeve.Core.Packs;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools;

namespace Reeve.Engine.Playbooks;

/// <summary>
/// What a plan would come to if its tools answered as they declare (EX-AGENT-RES-7). Nothing ran, so the exception itself
/// stays IN_PROGRESS and no figure of resolutions counts this.
/// </summary>
/// <param name="Status">RESOLVED, IN_PROGRESS or ESCALATED.</param>
/// <param name="Reason">A sentence that names what decided.</param>
public sealed record ProjectedOutcome(ResolutionStatus Status, string Reason)
{
    /// <summary>Projects a plan. The safer answer goes first: a failure, then whatever a person must still do.</summary>
    public static ProjectedOutcome Of(Plan plan)
    {
        if (plan.IsRefused)
        {
            return new ProjectedOutcome(ResolutionStatus.Escalated, $"The plan is refused: {plan.Errors[0].Message}");
        }

        if (plan.Steps.FirstOrDefault(step => step.Status == StepStatus.Failed) is { } failed)
        {
            return new ProjectedOutcome(ResolutionStatus.Escalated, $"Step '{failed.StepId}' fails: {failed.Reason}");
        }

        if (plan.Criteria.FirstOrDefault(criterion => criterion.Outlook == CriterionOutlook.Unmet) is { } unmet)
        {
            return new ProjectedOutcome(ResolutionStatus.Escalated, $"The success criterion '{unmet.Text}' is not met: {unmet.Reason}");
        }

        if (plan.Steps.FirstOrDefault(step => step.Status == StepStatus.NeedsApproval) is { } waiting)
        {
            return new ProjectedOutcome(ResolutionStatus.InProgress, $"Step '{waiting.StepId}' waits for a person: {waiting.Reason}");
        }

        if (plan.Criteria.FirstOrDefault(criterion => criterion.Outlook == CriterionOutlook.AwaitsPerson) is { } open)
        {
            return new ProjectedOutcome(ResolutionStatus.InProgress, $"The success criterion '{open.Text}' waits for a person: {open.Reason}");
        }

        return WithoutPeople(plan);
    }

    private static ProjectedOutcome WithoutPeople(Plan plan)
    {
        if (plan.Steps.Count == 0)
        {
            return new ProjectedOutcome(ResolutionStatus.InProgress, "The playbook has no steps, so nothing would be done.");
        }

        // SKIPPED by a condition counts as done (EX-AGENT-RES-7 says "condition-SKIPPED"); an instruction is somebody's work.
        if (plan.Steps.FirstOrDefault(IsInstruction) is { } instruction)
        {
            return new ProjectedOutcome(ResolutionStatus.InProgress, $"Step '{instruction.StepId}' is an instruction that a person carries out.");
        }

        if (plan.Steps.LastOrDefault(SetsStatus) is { } last && last.Arguments["status"].StringOrNull() is { } status
            && status != Wire.Name(ResolutionStatus.Resolved))
        {
            return status == Wire.Name(ResolutionStatus.Escalated)
                ? new ProjectedOutcome(ResolutionStatus.Escalated, $"Step '{last.StepId}' sets the status {status}.")
                : new ProjectedOutcome(ResolutionStatus.InProgress, $"Step '{last.StepId}' sets the status {status}.");
        }

        string assumed = plan.Criteria.Any(criterion => criterion.Outlook == CriterionOutlook.Assumed)
            ? " and its success criteria are taken to be met"
            : "";
        return new ProjectedOutcome(ResolutionStatus.Resolved, $"Every step would run by itself{assumed}, if the tools answer as they declare.");
    }

    private static bool IsInstruction(PlanStep step) => step is { Kind: PlanStepKind.Instruction, Status: StepStatus.Skipped, IsConditionFalse: false };

    private static bool SetsStatus(PlanStep step) =>
        step is { Kind: PlanStepKind.Action, Action: StepActions.SetStatus, Status: StepStatus.Success };
}
