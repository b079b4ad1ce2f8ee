using Microsoft.Extensions.Logging;

namespace Reeve.Server.Upkeeping;

/// <summary>What a node does by schedule. Event ids 2200 to 2299.</summary>
internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Warning, "What is due by schedule cannot be looked for now; it is tried every second.")]
    internal static partial void SchedulesAway(ILogger logger, Exception fault);

    [LoggerMessage(2201, LogLevel.Warning, "What ran by schedule did not end in time, or its end could not be noted; another node makes it up.")]
    internal static partial void RunsLeft(ILogger logger, Exception fault);
}
