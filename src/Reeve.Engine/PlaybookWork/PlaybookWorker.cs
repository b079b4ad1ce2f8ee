using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.PlaybookWork;

/// <summary>
/// Finds runs of playbooks that are nobody's, and has them driven: a bounded number at once, and of no tenant more than are still free, so that a flood of one never takes the last place. Thread-safe.
/// </summary>
public sealed class PlaybookWorker
{
    /// <summary>How many runs are driven at once. Each waits for its tools and its commits.</summary>
    public const int Places = 64;

    private const int OwnedAtOnce = 10_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly IPlaybookRunStore runs;
    private readonly PlaybookDriver driver;
    private readonly IHold hold;
    private readonly IAutomationMode modes;
    private readonly IRuntime runtime;
    private readonly ILogger logger;
    private readonly PlaybookPlaces places = new(Places);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock changing = new();

    // What could not be driven to where it lets go, and is still to be set free; what the last sweep found nobody has.
    private List<(TenantId Tenant, PassId Pass)> unended = [];
    private HashSet<(TenantId, PassId)> suspects = [];
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes a worker that does nothing yet.</summary>
    /// <param name="runs">The rows.</param>
    /// <param name="driver">Drives them.</param>
    /// <param name="hold">Whose effects people stopped: nothing of them is begun.</param>
    /// <param name="modes">Whose automation is live: of others nothing is begun.</param>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="logger">For faults.</param>
    public PlaybookWorker(IPlaybookRunStore runs, PlaybookDriver driver, IHold hold, IAutomationMode modes, IRuntime runtime, ILogger logger)
    {
        this.runs = runs;
        this.driver = driver;
        this.hold = hold;
        this.modes = modes;
        this.runtime = runtime;
        this.logger = logger;
    }

    /// <summary>Says that runs may be due: it looks at once instead of within a second.</summary>
    public void Wake()
    {
        lock (changing)
        {
            wake.TrySetResult();
        }
    }

    /// <summary>Works until <see cref="Drain"/>; never fails.</summary>
    /// <param name="cut">Gives up calls that are under way; they answer from the record.</param>
    public async Task RunAsync(CancellationToken cut)
    {
        await runtime.ForEachAsync(Places + 1, Places + 1, (i, _) => new ValueTask(i == 0 ? LookAsync(cut) : WorkAsync(cut)), CancellationToken.None);
        await TrySetFreeAsync(CancellationToken.None);
        stopping.Dispose();
    }

    /// <summary>Takes nothing more; what is driven is let go at its next part. <see cref="RunAsync"/> then ends.</summary>
    public void Drain()
    {
        lock (changing)
        {
            stopping.Cancel();
            wake.TrySetResult();
        }

        places.Close();
    }

    private async Task WorkAsync(CancellationToken cut)
    {
        while (await places.NextAsync() is { } run)
        {
            try
            {
                await driver.DriveAsync(run, stopping.Token, cut);
            }
            catch (Exception fault)
            {
                // The top of a worker's loop. What is not the store's trouble would come again: people must look.
                await EndedBadlyAsync(run, fault, cut);
            }
            finally
            {
                places.Leave(run);
                Wake();
            }
        }
    }

    private async Task EndedBadlyAsync(PlaybookRun run, Exception fault, CancellationToken cut)
    {
        bool passes = fault is OperationCanceledException || cut.IsCancellationRequested || fault is ReeveException { Error.IsTransient: true };
        try
        {
            if (passes)
            {
                Log.NotEnded(logger, run.Pass.ToString(), fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
            }
            else
            {
                Log.Failed(logger, fault, run.Pass.ToString());
                ReeveError error = fault is ReeveException coded ? coded.Error : new ReeveError(ErrorCatalogue.Runs.Undrivable, "Driving the plan failed; the log of the process says how.");
                if (await driver.GiveUpAsync(run, error, CancellationToken.None))
                {
                    return;
                }
            }
        }
        catch (ReeveException away)
        {
            Log.NotEnded(logger, run.Pass.ToString(), away.Error.Message);
        }

        lock (changing)
        {
            unended.Add((run.TenantId, run.Pass));
        }
    }

    private async Task LookAsync(CancellationToken cut)
    {
        long swept = runtime.Clock.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await TrySetFreeAsync(cut);
                if (runtime.Clock.GetElapsedTime(swept) >= SweepEvery)
                {
                    swept = runtime.Clock.GetTimestamp();
                    await SweepAsync(cut);
                }

                await FillAsync(cut);
            }
            catch (Exception fault)
            {
                // The top of a worker's loop. The store is away, mostly: it is asked again in a second.
                if (fault is not OperationCanceledException)
                {
                    Log.LookFailed(logger, fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
                }
            }

            await WaitAsync();
        }
    }

    // Until no place is free, or nothing is due of anybody who may have one more.
    private async Task FillAsync(CancellationToken cancellationToken)
    {
        Dictionary<TenantId, bool> mayRun = [];
        List<TenantId> except = [];
        bool took = true;
        while (took && places.Free > 0)
        {
            took = false;
            IReadOnlyList<PlaybookRun> due = await runs.DueAsync(except, Places * 2, cancellationToken);
            foreach (PlaybookRun run in due)
            {
                if (!mayRun.TryGetValue(run.TenantId, out bool may))
                {
                    mayRun[run.TenantId] = may = await modes.OfAsync(run.TenantId, cancellationToken) == AutomationMode.Live && !await hold.IsHeldAsync(run.TenantId, cancellationToken);
                    if (!may)
                    {
                        except.Add(run.TenantId);
                        took = true;
                    }
                }

                if ((may || run.Ruling is not null) && !places.TryTake(run) && !places.Has(run) && !except.Contains(run.TenantId))
                {
                    except.Add(run.TenantId);
                    took = true;
                }
            }
        }
    }

    // The second that passed says it by the same signal as who wakes it, so that whoever waits resumes once.
    private async Task WaitAsync()
    {
        TaskCompletionSource woken;
        lock (changing)
        {
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            woken = wake;
        }

        using (runtime.Clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), woken, LookEvery, Timeout.InfiniteTimeSpan)) // not null: it is the signal
        {
            await woken.Task;
        }

        lock (changing)
        {
            wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    // What is this node's by the store, and at two looks in a row nobody here has, was lost between a commit and its answer.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        HashSet<(TenantId, PassId)> now = [];
        List<(TenantId Tenant, PassId Pass)> lost = [];
        foreach ((TenantId Tenant, PassId Pass) run in await runs.OwnedAsync(OwnedAtOnce, cancellationToken))
        {
            if (!places.Has(run.Tenant, run.Pass))
            {
                now.Add(run);
                if (suspects.Contains(run))
                {
                    lost.Add(run);
                }
            }
        }

        suspects = now;
        if (lost.Count > 0)
        {
            Log.Lost(logger, lost.Count);
            await runs.SetFreeAsync(lost, cancellationToken);
        }
    }

    private async Task TrySetFreeAsync(CancellationToken cancellationToken)
    {
        List<(TenantId Tenant, PassId Pass)> left;
        lock (changing)
        {
            (left, unended) = (unended, []);
        }

        if (left.Count == 0)
        {
            return;
        }

        try
        {
            await runs.SetFreeAsync(left, cancellationToken);
        }
        catch (ReeveException fault)
        {
            Log.LookFailed(logger, fault.Error.Message);
            lock (changing)
            {
                unended.AddRange(left);
            }
        }
    }
}
