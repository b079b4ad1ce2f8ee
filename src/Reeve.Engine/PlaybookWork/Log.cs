using Microsoft.Extensions.Logging;

namespace Reeve.Engine.PlaybookWork;

/// <summary>Event ids 2500 to 2599.</summary>
internal static partial class Log
{
    [LoggerMessage(2500, LogLevel.Warning, "The run of pass {PassId} stopped here and is set free: {Reason}")]
    internal static partial void NotEnded(ILogger logger, string passId, string reason);

    [LoggerMessage(2501, LogLevel.Warning, "Runs of playbooks could not be looked after: {Reason}")]
    internal static partial void LookFailed(ILogger logger, string reason);

    [LoggerMessage(2502, LogLevel.Warning, "{Count} runs of playbooks were this node's and nobody had them; they are set free")]
    internal static partial void Lost(ILogger logger, int count);

    [LoggerMessage(2503, LogLevel.Error, "The run of pass {PassId} is escalated: {Code}")]
    internal static partial void GivenUp(ILogger logger, string passId, string code);

    [LoggerMessage(2504, LogLevel.Information, "The run of pass {PassId} moved on elsewhere")]
    internal static partial void MovedOn(ILogger logger, string passId);

    [LoggerMessage(2505, LogLevel.Error, "Driving the run of pass {PassId} failed")]
    internal static partial void Failed(ILogger logger, Exception fault, string passId);
}
