using Microsoft.Extensions.Logging;

namespace Reeve.Server.Api;

/// <summary>What came in. Event ids 1400 to 1499.</summary>
internal static partial class ApiLog
{
    [LoggerMessage(1400, LogLevel.Information, "{Accepted} of {Items} items accepted, {Repeated} of them repeats; sent by {Method}.")]
    internal static partial void Ingested(ILogger logger, long accepted, long items, long repeated, string method);

    [LoggerMessage(1401, LogLevel.Information, "Import {ImportId}: {Accepted} of {Items} items accepted, {Repeated} of them repeats.")]
    internal static partial void Imported(ILogger logger, string importId, long accepted, long items, long repeated);

    [LoggerMessage(1402, LogLevel.Information, "Run {RunId} decided {Items} items.")]
    internal static partial void Ran(ILogger logger, string runId, long items);

    [LoggerMessage(1403, LogLevel.Error, "Run {RunId} ended after {Items} items; its answer was cut off.")]
    internal static partial void RunCut(ILogger logger, Exception error, string runId, long items);
}
