using Microsoft.Extensions.Logging;

namespace Reeve.Server.Hosting;

/// <summary>The server's life and its requests. Event ids 1500 to 1599.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1500, LogLevel.Information, "Listening on {Addresses}, store {Store}, version {Version}.")]
    internal static partial void Started(ILogger logger, string addresses, string store, string version);

    [LoggerMessage(1501, LogLevel.Information, "Stopping; requests have {DeadlineSeconds} s to end.")]
    internal static partial void Stopping(ILogger logger, double deadlineSeconds);

    [LoggerMessage(1502, LogLevel.Information, "Stopped.")]
    internal static partial void Stopped(ILogger logger);

    [LoggerMessage(EventId = 1503, Message = "{Method} {Route} answered {StatusCode} in {ElapsedMs} ms.")]
    internal static partial void Answered(ILogger logger, LogLevel level, string method, string route, int statusCode, double elapsedMs);
}
