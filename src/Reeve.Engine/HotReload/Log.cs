using Microsoft.Extensions.Logging;

namespace Reeve.Engine.HotReload;

/// <summary>Event ids 1700 to 1799.</summary>
internal static partial class Log
{
    [LoggerMessage(1700, LogLevel.Information, "Watched packs: {Version} is active for the tenant {Tenant} now")]
    internal static partial void Activated(ILogger logger, string version, string tenant);

    [LoggerMessage(1701, LogLevel.Warning, "Watched packs: {File} is refused, and what is active stays: {ErrorCount} errors, the first {Code} at {Subject}, line {Line}")]
    internal static partial void Refused(ILogger logger, string file, int errorCount, string code, string subject, int line);

    [LoggerMessage(1702, LogLevel.Warning, "Watched packs: the folder cannot be listed ({Reason}); it is tried again")]
    internal static partial void Unlisted(ILogger logger, string reason);

    [LoggerMessage(1703, LogLevel.Information, "Watched packs: {File} lies beside no domain pack, or beside several, and is left alone")]
    internal static partial void Alone(ILogger logger, string file);

    [LoggerMessage(1704, LogLevel.Warning, "Watched packs: the change of {File} waits for the store ({Code})")]
    internal static partial void Waits(ILogger logger, string file, string code);
}
