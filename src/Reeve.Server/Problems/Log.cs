using Microsoft.Extensions.Logging;

namespace Reeve.Server.Problems;

/// <summary>What answers leave out. Event ids 1200 to 1299.</summary>
internal static partial class ProblemLog
{
    [LoggerMessage(1200, LogLevel.Error, "{Method} {Route} failed.")]
    internal static partial void Failed(ILogger logger, Exception error, string method, string route);

    [LoggerMessage(1201, LogLevel.Warning, "{Method} {Route} could not be answered: {Code}.")]
    internal static partial void Unable(ILogger logger, Exception error, string method, string route, string code);
}
