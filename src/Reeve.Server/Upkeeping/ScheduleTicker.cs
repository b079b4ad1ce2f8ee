using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Engine.Schedules;

namespace Reeve.Server.Upkeeping;

/// <summary>Has a node look every second for what is due. One loop, which ends with <see cref="StopAsync"/>.</summary>
public sealed class ScheduleTicker
{
    private readonly ScheduleRunner runner;
    private readonly ILogger logger;
    private readonly PeriodicTimer timer;
    private readonly CancellationTokenSource stop = new();
    private readonly Task ticking;
    private bool isAway;

    private ScheduleTicker(ScheduleRunner runner, TimeProvider clock, ILogger logger)
    {
        this.runner = runner;
        this.logger = logger;
        timer = new PeriodicTimer(ScheduleRunner.Interval, clock);
        ticking = TickAsync();
    }

    /// <summary>Begins to look, a second from now.</summary>
    public static ScheduleTicker Start(ScheduleRunner runner, TimeProvider clock, ILogger logger) => new(runner, clock, logger);

    /// <summary>Begins nothing more and has what runs stop.</summary>
    /// <param name="cut">Gives up waiting: what has not ended by then is lost, and made up by another node.</param>
    public async Task StopAsync(CancellationToken cut)
    {
        await stop.CancelAsync();
        timer.Dispose();
        await ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await runner.StopAsync(cut);
        }
        catch (Exception fault) when (fault is ReeveException or OperationCanceledException)
        {
            Log.RunsLeft(logger, fault);
        }
    }

    private async Task TickAsync()
    {
        while (await timer.WaitForNextTickAsync(stop.Token))
        {
            try
            {
                await runner.TickAsync(stop.Token);
                isAway = false;
            }
            catch (Exception fault) when (!stop.IsCancellationRequested)
            {
                if (!isAway)
                {
                    isAway = true;
                    Log.SchedulesAway(logger, fault);
                }
            }
        }
    }
}
