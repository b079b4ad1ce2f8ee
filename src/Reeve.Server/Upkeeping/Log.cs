using Microsoft.Extensions.Logging;

namespace Reeve.Server.Upkeeping;

/// <summary>What a node does by schedule. Event ids 2200 to 2299.</summary>
internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Warning, "What is due by schedule cannot be looked for now; it is tried every second.")]
    internal static partial void SchedulesAway(ILogger logger, Exception fault);

    [LoggerMessage(2201, LogLevel.Warning, "What ran by schedule did not end in time, or its end could not be noted; another node makes it up.")]
    internal static partial void RunsLeft(ILogger logger, Exception fault);

    [LoggerMessage(2202, LogLevel.Information, "Retention: {Erased} exceptions were erased, and {Months} months of the log removed.")]
    internal static partial void Retained(ILogger logger, long erased, int months);

    [LoggerMessage(2203, LogLevel.Warning, "The month {Month} of the log is past every tenant's retention and stays, because exception {Exception} of tenant {Tenant} has events in it and is not final.")]
    internal static partial void MonthKept(ILogger logger, string month, string exception, string tenant);

    [LoggerMessage(2204, LogLevel.Warning, "Retention was left out: the clock is {Days} days ahead of what has passed since this process last looked. Set it right; if it is right, restart the process.")]
    internal static partial void ClockStepped(ILogger logger, double days);
}
