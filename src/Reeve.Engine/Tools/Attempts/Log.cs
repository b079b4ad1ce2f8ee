using Microsoft.Extensions.Logging;
using Reeve.Core.Packs;

namespace Reeve.Engine.Tools.Attempts;

/// <summary>What sending logs. Event ids 2420 to 2439.</summary>
internal static partial class Log
{
    [LoggerMessage(2420, LogLevel.Error, "An attempt at the tool {Tool} of the kind {Kind} did not end as kinds promise.")]
    internal static partial void KindBrokeItsWord(ILogger logger, Exception fault, string tool, ToolType kind);

    [LoggerMessage(2421, LogLevel.Warning, "The tool {Tool} is not tried again: where its breaker stands cannot be read.")]
    internal static partial void BreakerUnreadable(ILogger logger, Exception fault, string tool);
}
