using Microsoft.Extensions.Logging;

namespace Reeve.Storage.Signalling;

/// <summary>What the watch over signals logs; events 2100 to 2199.</summary>
internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Warning, "What other nodes change cannot be seen now: what is held in memory is not believed, and read each time")]
    internal static partial void Away(ILogger logger, Exception fault);

    [LoggerMessage(2101, LogLevel.Information, "What other nodes change is seen again")]
    internal static partial void Back(ILogger logger);

    [LoggerMessage(2102, LogLevel.Warning, "The connection that listens for other nodes was lost; their changes are seen within half a second all the same")]
    internal static partial void Deaf(ILogger logger, Exception fault);

    [LoggerMessage(2103, LogLevel.Trace, "Looked at what other nodes change in {ElapsedMs} ms")]
    internal static partial void Looked(ILogger logger, double elapsedMs);
}
