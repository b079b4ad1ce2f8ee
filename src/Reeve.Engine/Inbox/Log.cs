using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Inbox;

/// <summary>Event ids 1600 to 1699.</summary>
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Warning, "Pass {PassId} could not be decided and is set free: {Reason}")]
    internal static partial void NotEnded(ILogger logger, string passId, string reason);

    [LoggerMessage(1601, LogLevel.Warning, "The inbox could not be looked after: {Reason}")]
    internal static partial void LookFailed(ILogger logger, string reason);

    [LoggerMessage(1602, LogLevel.Warning, "{Count} rows of the inbox were this node's and nobody had them; they are set free")]
    internal static partial void Lost(ILogger logger, int count);
}
