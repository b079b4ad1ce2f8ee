using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Tools.Breakers;

/// <summary>What breakers log. Event ids 2400 to 2419.</summary>
internal static partial class Log
{
    [LoggerMessage(2400, LogLevel.Warning, "The breaker of the tool {Tool} of {Tenant} went from {From} to {To}.")]
    internal static partial void Changed(ILogger logger, string tool, string tenant, BreakerState from, BreakerState to);

    [LoggerMessage(2401, LogLevel.Error, "That the breaker of the tool {Tool} of {Tenant} is {State} could not be recorded; it is so on this node alone.")]
    internal static partial void NotRecorded(ILogger logger, Exception fault, string tool, string tenant, BreakerState state);
}
