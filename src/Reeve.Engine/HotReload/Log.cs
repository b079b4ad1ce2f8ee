using Microsoft.Extensions.Logging;

namespace Reeve.Engine.HotReload;

/// <summary>Event ids 1900 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1900, LogLevel.Information, "Watched packs: {Version} is active for the tenant {Tenant} now")]
    internal static partial void Activated(ILogger logger, string version, string tenant);

    [LoggerMessage(1901, LogLevel.Warning, "Watched packs: {File} is refused, and what is active stays: {ErrorCount} errors, the first {Code} at {Subject}, line {Line}")]
    internal static partial void Refused(ILogger logger, string file, int errorCount, string code, string subject, int line);

    [LoggerMessage(1902, LogLevel.Warning, "Watched packs: the folder cannot be listed ({Reason}); it is tried again")]
    internal static partial void Unlisted(ILogger logger, string reason);

    [LoggerMessage(1903, LogLevel.Information, "Watched packs: {File} lies beside no domain pack, or beside several, and is left alone")]
    internal static partial void Alone(ILogger logger, string file);

    [LoggerMessage(1904, LogLevel.Warning, "Watched packs: the change of {File} waits for the store ({Code})")]
    internal static partial void Waits(ILogger logger, string file, string code);
}
