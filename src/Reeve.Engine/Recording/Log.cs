using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Recording;

/// <summary>Event ids 1500 to 1599.</summary>
internal static partial class Log
{
    [LoggerMessage(1500, LogLevel.Warning, "Pass {PassId} is left undecided: {Reason}")]
    internal static partial void LeftAlone(ILogger logger, string passId, string reason);

    [LoggerMessage(1501, LogLevel.Information, "Resumed {Decided} passes that an earlier process had received")]
    internal static partial void Resumed(ILogger logger, int decided);

    [LoggerMessage(1503, LogLevel.Error, "Pass {PassId} is escalated undecided: {Code}")]
    internal static partial void GivenUp(ILogger logger, string passId, string code);

    [LoggerMessage(1502, LogLevel.Information, "Pass {PassId} was decided elsewhere")]
    internal static partial void DecidedElsewhere(ILogger logger, string passId);
}
