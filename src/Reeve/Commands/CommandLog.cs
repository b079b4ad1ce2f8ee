using Microsoft.Extensions.Logging;

namespace Reeve.Commands;

/// <summary>What the command says about itself. Event ids 1000 to 1099.</summary>
public static partial class CommandLog
{
    /// <summary>A command begins.</summary>
    [LoggerMessage(1000, LogLevel.Debug, "{Command} started.")]
    public static partial void Started(ILogger logger, string command);

    /// <summary>A command is done.</summary>
    [LoggerMessage(1001, LogLevel.Debug, "{Command} ended with {ExitCode}.")]
    public static partial void Ended(ILogger logger, string command, int exitCode);

    /// <summary>A command ended in a defect.</summary>
    [LoggerMessage(1002, LogLevel.Error, "{Command} failed.")]
    public static partial void Failed(ILogger logger, Exception error, string command);
}
