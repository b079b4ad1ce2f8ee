using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Schedules;

/// <summary>What schedules log. Event ids 1800 to 1899.</summary>
internal static partial class Log
{
    [LoggerMessage(1800, LogLevel.Information, "{Name} of {Tenant}, due {DueAt}, begins.")]
    internal static partial void Began(ILogger logger, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1801, LogLevel.Information, "{Name} of {Tenant}, due {DueAt}, ended: {Outcome}.")]
    internal static partial void Ended(ILogger logger, string name, string tenant, DateTimeOffset dueAt, ScheduleOutcome outcome);

    [LoggerMessage(1802, LogLevel.Error, "{Name} of {Tenant}, due {DueAt}, failed.")]
    internal static partial void Failed(ILogger logger, Exception fault, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1803, LogLevel.Warning, "{Name} of {Tenant}, due {DueAt}, ended here after its node was taken for dead; it may have been made up.")]
    internal static partial void TakenForDead(ILogger logger, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1804, LogLevel.Warning, "The schedule {Name} of {Tenant} cannot be read by this node, which leaves it to others.")]
    internal static partial void Unreadable(ILogger logger, Exception fault, string name, string tenant);
}
