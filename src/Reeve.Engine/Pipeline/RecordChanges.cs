using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;

namespace Reeve.Engine.Pipeline;

/// <summary>What a decision changes of the record. Pure.</summary>
internal static class RecordChanges
{
    internal static ExceptionRecord After(ExceptionRecord record, AgentDecision decision, BoundPolicy policy, AgentMessage message) =>
        decision.Details switch
        {
            StageDetails.Intake intake => intake.NormalizedException,
            StageDetails.Triage triage => record with
            {
                Severity = triage.Severity,
                SuggestedActions = Suggested(record, triage, message),
            },
            StageDetails.Policy found => record with
            {
                Severity = found.EffectiveSeverity,
                Owner = found.AssignGroup ?? record.Owner,
            },
            StageDetails.Resolution resolution when resolution.ResolvedPlan.Count > 0 => WithStatus(record, ResolutionStatus.InProgress, policy) with
            {
                CurrentPlaybookId = message.Findings<StageDetails.Policy>(Stage.Policy)!.SelectedPlaybookId,
                CurrentStep = 1,
            },
            StageDetails.Resolution => WithStatus(record, ResolutionStatus.InProgress, policy),
            _ => record,
        };

    /// <summary>Escalations go to the tenant's escalation queue.</summary>
    internal static ExceptionRecord WithStatus(ExceptionRecord record, ResolutionStatus status, BoundPolicy policy) => record with
    {
        ResolutionStatus = status,
        Owner = status == ResolutionStatus.Escalated ? policy.Policy.EscalationQueue ?? record.Owner : record.Owner,
    };

    private static IReadOnlyList<string> Suggested(ExceptionRecord record, StageDetails.Triage triage, AgentMessage message)
    {
        if (triage.Classification is null)
        {
            return record.SuggestedActions;
        }

        IReadOnlyList<PlaybookId> applicable = message.Select(record with { Severity = triage.Severity }).Applicable;
        return applicable.Count == 0 ? record.SuggestedActions : [.. record.SuggestedActions, .. applicable.Select(id => id.Value).Except(record.SuggestedActions)];
    }
}
