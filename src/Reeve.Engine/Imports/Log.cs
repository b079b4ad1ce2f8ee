using Microsoft.Extensions.Logging;

namespace Reeve.Engine.Imports;

/// <summary>Event ids 1700 to 1799.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Warning, "The end of import {ImportId} could not be written ({Code}); it is tried again")]
    internal static partial void EndNotWritten(ILogger logger, string importId, string code);
}
