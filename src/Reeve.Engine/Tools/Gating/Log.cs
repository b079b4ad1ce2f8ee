using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;

namespace Reeve.Engine.Tools.Gating;

/// <summary>What the gate logs. Event ids 2440 to 2459.</summary>
internal static partial class Log
{
    [LoggerMessage(2440, LogLevel.Error, "The check {Check} of a call of {Tool} by {Tenant} failed, so the call is refused.")]
    internal static partial void CheckFailed(ILogger logger, Exception fault, GateCheck check, string tool, string tenant);

    [LoggerMessage(2441, LogLevel.Error, "A call that nobody waited for failed.")]
    internal static partial void Unwatched(ILogger logger, Exception fault);

    [LoggerMessage(2442, LogLevel.Warning, "{Calls} calls are still under way and are left to be found.")]
    internal static partial void LeftUnderWay(ILogger logger, int calls);

    [LoggerMessage(2443, LogLevel.Warning, "Where a call of {Tool} by {Tenant} would go cannot be told.")]
    internal static partial void NoTarget(ILogger logger, Exception fault, string tool, string tenant);
}
