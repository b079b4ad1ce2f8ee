using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Approvals;

/// <summary>Event ids 2400 to 2499.</summary>
internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Warning, "Approvals whose time is over could not be looked for: {Reason}")]
    internal static partial void WatchFailed(ILogger logger, string reason);

    [LoggerMessage(2401, LogLevel.Warning, "The approval {ApprovalId} could not be escalated, and is tried again in a second: {Code} {Reason}")]
    internal static partial void EscalationFailed(ILogger logger, Guid approvalId, string code, string reason);
}
