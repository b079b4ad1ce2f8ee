using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Planning;

namespace Reeve.Engine.PlaybookWork;

/// <summary>What Reeve's own actions do (EX-PB-5): they change the exception, or are a request on record, and nothing outside. Pure.</summary>
internal static class OwnActions
{
    /// <summary>Does one.</summary>
    /// <param name="step">The step, filled in.</param>
    /// <param name="record">The exception as it stands.</param>
    /// <param name="policy">The packs.</param>
    /// <returns>The exception after it, what was done, and why it failed; null when it did not.</returns>
    internal static (ExceptionRecord Record, ObjectMap Result, string? Problem) Do(PlanStep step, ExceptionRecord record, BoundPolicy policy)
    {
        switch (step.Action)
        {
            case StepActions.AssignOwner:
                Value owner = step.Arguments["user_id"] is { IsNull: false } user ? user : step.Arguments["queue"];
                return (record with { Owner = owner.StringOrNull() ?? JsonText.ToText(owner) }, ObjectMap.Of(("owner", owner)), null);
            case StepActions.SetStatus when step.Arguments["status"].StringOrNull() is { } word && StatusTransitions.Read(word) is { } status:
                // RESOLVED is said at the end: nobody is told that a problem is over while its plan still runs.
                return StatusTransitions.IsLegal(record.ResolutionStatus, status)
                    ? (status == ResolutionStatus.Resolved ? record : WithStatus(record, status, policy), ObjectMap.Of(("status", Value.Of(Wire.Name(status)))), null)
                    : (record, ObjectMap.Empty, $"{Wire.Name(status)} cannot follow {Wire.Name(record.ResolutionStatus)}.");
            case StepActions.SetStatus:
                return (record, ObjectMap.Empty, "The status is none of open, analyzing, resolved and escalated.");
            case StepActions.AddComment:
                return (record, ObjectMap.Of(("comment", step.Arguments["text"] is { IsNull: false } text ? text : step.Arguments["text_template"])), null);
            default:
                // notify: a request. Whoever reads the log delivers it.
                return (record, ObjectMap.Of(("requested", Value.Of(step.Arguments))), null);
        }
    }

    /// <summary>Escalations go to the tenant's escalation queue.</summary>
    internal static ExceptionRecord WithStatus(ExceptionRecord record, ResolutionStatus status, BoundPolicy policy) => record with
    {
        ResolutionStatus = status,
        Owner = status == ResolutionStatus.Escalated && record.ResolutionStatus != ResolutionStatus.Escalated ? policy.Policy.EscalationQueue ?? record.Owner : record.Owner,
    };
}
