using Reeve.Core.Records;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Which status may follow which when a playbook sets it (EX-PB-5).</summary>
public static class StatusTransitions
{
    /// <summary>The status that a word of <c>set_status</c> means; null if it means none. PENDING_APPROVAL is never set by hand.</summary>
    public static ResolutionStatus? Read(string word) => word.Trim().ToUpperInvariant() switch
    {
        "OPEN" => ResolutionStatus.Open,
        "ANALYZING" or "IN_PROGRESS" => ResolutionStatus.InProgress,
        "RESOLVED" => ResolutionStatus.Resolved,
        "ESCALATED" => ResolutionStatus.Escalated,
        _ => null,
    };

    /// <summary>
    /// Whether one may follow the other. What is resolved may only be opened again; what people were called to is not quietly
    /// put back in the pile; the same status again is no change.
    /// </summary>
    public static bool IsLegal(ResolutionStatus from, ResolutionStatus to) => from == to || (from, to) switch
    {
        (ResolutionStatus.Open, not ResolutionStatus.PendingApproval) => true,
        (ResolutionStatus.InProgress, not ResolutionStatus.PendingApproval) => true,
        (ResolutionStatus.Escalated, ResolutionStatus.InProgress or ResolutionStatus.Resolved) => true,
        (ResolutionStatus.Resolved, ResolutionStatus.Open) => true,
        _ => false,
    };
}
