using Microsoft.Extensions.Logging;

namespace Reeve.Server.Hosting;

/// <summary>The server's life and its requests. Event ids 2300 to 2399.</summary>
internal static partial class HostLog
{
    [LoggerMessage(2300, LogLevel.Information, "Listening on {Addresses}, store {Store}, version {Version}.")]
    internal static partial void Started(ILogger logger, string addresses, string store, string version);

    [LoggerMessage(2301, LogLevel.Information, "Stopping; requests have {DeadlineSeconds} s to end.")]
    internal static partial void Stopping(ILogger logger, double deadlineSeconds);

    [LoggerMessage(2302, LogLevel.Information, "Stopped.")]
    internal static partial void Stopped(ILogger logger);

    [LoggerMessage(EventId = 2303, Message = "{Method} {Route} answered {StatusCode} in {ElapsedMs} ms.")]
    internal static partial void Answered(ILogger logger, LogLevel level, string method, string route, int statusCode, double elapsedMs);
}

/// <summary>What opening a store says. Event ids 2350 to 2399.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(2350, LogLevel.Warning, "The database role is accepted although row-level security does not bind it: {Reasons}")]
    internal static partial void UnsafeRole(ILogger logger, string reasons);

    [LoggerMessage(2351, LogLevel.Warning, "Packs could not be looked after ({Reason}); it is tried again")]
    internal static partial void PackUpkeepFailed(ILogger logger, Exception fault, string reason);
}
