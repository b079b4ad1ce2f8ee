using Microsoft.Extensions.Logging;

namespace Reeve.Commands;

/// <summary>What the command says about itself. Event ids 1100 to 1199.</summary>
public static partial class CommandLog
{
    /// <summary>A command begins.</summary>
    [LoggerMessage(1100, LogLevel.Debug, "{Command} started.")]
    public static partial void Started(ILogger logger, string command);

    /// <summary>A command is done.</summary>
    [LoggerMessage(1101, LogLevel.Debug, "{Command} ended with {ExitCode}.")]
    public static partial void Ended(ILogger logger, string command, int exitCode);

    /// <summary>A command ended in a defect.</summary>
    [LoggerMessage(1102, LogLevel.Error, "{Command} failed.")]
    public static partial void Failed(ILogger logger, Exception error, string command);
}
