using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Schedules;

/// <summary>What schedules log. Event ids 1600 to 1699.</summary>
internal static partial class Log
{
    [LoggerMessage(1600, LogLevel.Information, "{Name} of {Tenant}, due {DueAt}, begins.")]
    internal static partial void Began(ILogger logger, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1601, LogLevel.Information, "{Name} of {Tenant}, due {DueAt}, ended: {Outcome}.")]
    internal static partial void Ended(ILogger logger, string name, string tenant, DateTimeOffset dueAt, ScheduleOutcome outcome);

    [LoggerMessage(1602, LogLevel.Error, "{Name} of {Tenant}, due {DueAt}, failed.")]
    internal static partial void Failed(ILogger logger, Exception fault, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1603, LogLevel.Warning, "{Name} of {Tenant}, due {DueAt}, ended here after its node was taken for dead; it may have been made up.")]
    internal static partial void TakenForDead(ILogger logger, string name, string tenant, DateTimeOffset dueAt);

    [LoggerMessage(1604, LogLevel.Warning, "The schedule {Name} of {Tenant} cannot be read by this node, which leaves it to others.")]
    internal static partial void Unreadable(ILogger logger, Exception fault, string name, string tenant);
}
