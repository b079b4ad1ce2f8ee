using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Tools.Kinds.CommandTools;

/// <summary>What programs leave behind. Event ids 2700 to 2799.</summary>
internal static partial class Log
{
    [LoggerMessage(2700, LogLevel.Warning, "The folder {Path} of a program that ended could not be removed.")]
    internal static partial void FolderStays(ILogger logger, string path, Exception fault);

    [LoggerMessage(2701, LogLevel.Warning, "Execution {ExecutionId}: the program left {Count} processes running, which were ended.")]
    internal static partial void SurvivorsEnded(ILogger logger, string executionId, int count);
}
