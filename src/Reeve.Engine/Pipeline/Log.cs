using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Pipeline;

/// <summary>Event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "A hook failed at {Stage} of {ExceptionId}")]
    internal static partial void HookFailed(ILogger logger, Exception error, string stage, string exceptionId);

    [LoggerMessage(1001, LogLevel.Error, "Stage {Stage} of {ExceptionId} failed ({Code}), attempt {Attempt}")]
    internal static partial void StageFailed(ILogger logger, Exception error, string stage, string exceptionId, string code, int attempt);

    [LoggerMessage(1002, LogLevel.Warning, "Evidence for {Stage} of {ExceptionId} is unavailable")]
    internal static partial void EvidenceUnavailable(ILogger logger, Exception error, string stage, string exceptionId);
}
