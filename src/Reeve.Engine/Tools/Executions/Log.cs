using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Tools.Executions;

/// <summary>What the record of calls logs. Event ids 2440 to 2459.</summary>
internal static partial class Log
{
    [LoggerMessage(2440, LogLevel.Warning, "The end of execution {ExecutionId} could not be written ({Code}); it is tried again")]
    internal static partial void EndNotWritten(ILogger logger, string executionId, string code);

    [LoggerMessage(2441, LogLevel.Warning, "Calls are still under way; they are found by whoever takes this node's slots")]
    internal static partial void StillUnderWay(ILogger logger);

    [LoggerMessage(2442, LogLevel.Warning, "Execution {ExecutionId} was this node's and not in its memory; it is set free")]
    internal static partial void Lost(ILogger logger, string executionId);

    [LoggerMessage(2443, LogLevel.Warning, "Executions that nobody makes could not be looked for ({Message}); it is tried again")]
    internal static partial void LookFailed(ILogger logger, string message);

    [LoggerMessage(2444, LogLevel.Warning, "Execution {ExecutionId} could not be gone on with ({Message}); it is tried again")]
    internal static partial void NotGoneOn(ILogger logger, string executionId, string message);
}
