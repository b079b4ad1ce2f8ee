using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Engine.HotReload;
using Reeve.Engine.PackVersions;

namespace Reeve.Server.Hosting;

/// <summary>
/// What a serving node does for packs now and then: it looks at the folder that is watched, and writes down how often packs were used.
/// A poll and not the file system's own signals: those are silent on network folders, and would save less than the second for which a
/// file has to stand still anyway.
/// </summary>
public sealed class PackUpkeep : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(15);

    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private PackUpkeep(PackUse use, PackWatch? watch, TimeProvider clock, ILogger logger) => running = RunAsync(use, watch, clock, logger);

    /// <summary>Begins.</summary>
    /// <param name="session">The store.</param>
    /// <param name="folder">The folder to watch; null: none.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="loggers">Makes the loggers.</param>
    public static PackUpkeep Start(StoreSession session, string? folder, TimeProvider clock, ILoggerFactory loggers)
    {
        PackWatch? watch = folder is null ? null : new PackWatch(
            new PackWatchOptions { Folder = folder }, session.Packs, session.WatchTurn,
            async (tenant, token) => await session.Tenants.FindAsync(tenant, token) is not null, clock, loggers.CreateLogger("Engine.HotReload"));
        return new PackUpkeep(session.PackUse, watch, clock, loggers.CreateLogger("Reeve.Server.Hosting"));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    // Ends when it is told to, and for nothing else: what goes wrong is said, once until it goes well again, and tried again.
    private async Task RunAsync(PackUse use, PackWatch? watch, TimeProvider clock, ILogger logger)
    {
        long flushed = clock.GetTimestamp();
        bool isTold = false;
        while (true)
        {
            try
            {
                await Task.Delay(Pause, clock, stop.Token);
                if (clock.GetElapsedTime(flushed) >= FlushEvery)
                {
                    flushed = clock.GetTimestamp();
                    await use.FlushAsync(stop.Token);
                }

                if (watch is not null)
                {
                    await watch.PollAsync(stop.Token);
                }

                isTold = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                if (!isTold)
                {
                    SessionLog.PackUpkeepFailed(logger, fault, fault is ReeveException known ? known.Error.Code : fault.GetType().Name);
                }

                isTold = true;
            }
        }
    }
}

/// <summary>Writes down, before the store is closed, what was counted and not written yet.</summary>
internal sealed class LastFlush(PackUse use, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async ValueTask DisposeAsync()
    {
        try
        {
            using CancellationTokenSource patience = new(Patience, clock);
            await use.FlushAsync(patience.Token);
        }
        catch (Exception fault) when (fault is ReeveException or OperationCanceledException)
        {
            SessionLog.PackUpkeepFailed(logger, fault, fault is ReeveException known ? known.Error.Code : "");
        }
    }
}
