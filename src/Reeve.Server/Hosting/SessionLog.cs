using Microsoft.Extensions.Logging;

namespace Reeve.Server.Hosting;

/// <summary>What opening a store says. Event ids 2350 to 2399.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(2350, LogLevel.Warning, "The database role is accepted although row-level security does not bind it: {Reasons}")]
    internal static partial void UnsafeRole(ILogger logger, string reasons);

    [LoggerMessage(2351, LogLevel.Warning, "Packs could not be looked after ({Reason}); it is tried again")]
    internal static partial void PackUpkeepFailed(ILogger logger, Exception fault, string reason);
}
