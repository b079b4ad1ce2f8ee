using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Inbox;

/// <summary>
/// Decides what was received (docs/decisions/0012): from memory, what this node received; by claims, what is nobody's. A pass is in memory, or its row
/// is set free, or it is decided: none is lost as long as some node lives, and none is decided again and again. Thread-safe.
/// </summary>
public sealed partial class InboxWorker
{
    // How many passes are worked at once: each waits for its commit, and some for their evidence.
    private const int Workers = 64;

    // How many rows that a living node set free are claimed at once.
    private const int ClaimedAtOnce = 64;

    private const int MostPassedOver = 10_000;
    private const int OwnedAtOnce = 200_000;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly IInboxStore store;
    private readonly IPassFinisher finisher;
    private readonly TenantQueues queues;
    private readonly IRuntime runtime;
    private readonly ILogger logger;
    private readonly Lock changing = new();

    // What this process may not decide, until it starts again or the pass is so old that it ends undecided; oldest first.
    private readonly List<(PassId Pass, long Until)> passedOver = [];

    // What could not be decided and is still to be set free; what the last sweep found nobody has.
    private List<(TenantId Tenant, PassId Pass)> unended = [];
    private HashSet<(TenantId, PassId)> suspects = [];
    private TaskCompletionSource wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TenantId? last;
    private bool isStopping;
    private volatile bool claimsNothing;

    /// <summary>Makes a worker that does nothing yet.</summary>
    /// <param name="store">The rows.</param>
    /// <param name="finisher">Decides what was claimed.</param>
    /// <param name="queues">The gate.</param>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="logger">For faults.</param>
    public InboxWorker(IInboxStore store, IPassFinisher finisher, TenantQueues queues, IRuntime runtime, ILogger logger)
    {
        this.store = store;
        this.finisher = finisher;
        this.queues = queues;
        this.runtime = runtime;
        this.logger = logger;
    }

    internal PassLines Lines { get; } = new(Workers);

    /// <summary>Begins the hand-over of one input.</summary>
    public HandOver Begin() => new(this);

    /// <summary>Says that rows may be nobody's: it looks at once instead of within a second.</summary>
    public void Wake()
    {
        lock (changing)
        {
            wake.TrySetResult();
        }
    }

    /// <summary>Notes a pass that somebody here decides beside the worker, so that its row is not set free meanwhile.</summary>
    public void Know(TenantId tenant, PassId pass) => Lines.Know((tenant, pass));

    /// <summary>Takes that back.</summary>
    public void Forget(TenantId tenant, PassId pass) => Lines.Forget((tenant, pass));

    /// <summary>Works until <see cref="Drain"/>, and ends once what is in memory is decided; never fails.</summary>
    /// <param name="cut">Breaks off what is under way; what is left is then set free.</param>
    public async Task RunAsync(CancellationToken cut)
    {
        await runtime.ForEachAsync(Workers + 1, Workers + 1, (i, _) => new ValueTask(i == 0 ? LookAsync(cut) : WorkAsync(cut)), CancellationToken.None);
        await GiveUpAsync();
    }

    /// <summary>Claims nothing more: a process that stops leaves what is nobody's to others. What it has it goes on deciding.</summary>
    public void StopClaims() => claimsNothing = true;

    /// <summary>Claims nothing more and decides what is in memory; <see cref="RunAsync"/> then ends.</summary>
    public void Drain()
    {
        lock (changing)
        {
            isStopping = true;
            wake.TrySetResult();
        }

        Lines.Close();
    }

    internal void Take(ReceivedPass pass)
    {
        if (!Lines.TryAdd(pass))
        {
            Leave(pass, isDecided: false);
        }
    }

    private bool IsStopping
    {
        get
        {
            lock (changing)
            {
                return isStopping;
            }
        }
    }

    private async Task WorkAsync(CancellationToken cut)
    {
        while (!cut.IsCancellationRequested && await Lines.TakeAsync() is { } pass)
        {
            bool isDecided = false;
            try
            {
                isDecided = await DecideAsync(pass, cut);
            }
            catch (Exception fault)
            {
                // The top of a worker's loop: whatever it was, the pass goes back to where others find it.
                if (fault is not OperationCanceledException)
                {
                    Log.NotEnded(logger, pass.PassId.ToString(), fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
                }
            }
            finally
            {
                Lines.Finish(pass);
                Leave(pass, isDecided);
            }
        }
    }

    private async Task<bool> DecideAsync(ReceivedPass pass, CancellationToken cut)
    {
        await queues.EnterAsync(pass.TenantId, 1, cut);
        try
        {
            return await pass.DecideAsync(cut) != PassEnd.NotHere;
        }
        finally
        {
            queues.Leave(1);
        }
    }

    // Out of memory: decided, or to be set free.
    private void Leave(ReceivedPass pass, bool isDecided)
    {
        if (isDecided)
        {
            Lines.Forget((pass.TenantId, pass.PassId));
        }
        else
        {
            lock (changing)
            {
                unended.Add((pass.TenantId, pass.PassId));
            }
        }

        pass.Ended(isDecided);
    }

    private async Task LookAsync(CancellationToken cut)
    {
        long swept = runtime.Clock.GetTimestamp();
        while (!IsStopping && !cut.IsCancellationRequested)
        {
            bool found = false;
            try
            {
                await SetFreeAsync(cut);
                if (runtime.Clock.GetElapsedTime(swept) >= SweepEvery)
                {
                    swept = runtime.Clock.GetTimestamp();
                    await SweepAsync(cut);
                }

                found = !claimsNothing && Lines.Waiting < ClaimedAtOnce && await ClaimAndDecideAsync(cut);
            }
            catch (Exception fault)
            {
                // The top of a worker's loop. The store is away, mostly: it is asked again in a second.
                if (fault is not OperationCanceledException)
                {
                    Log.LookFailed(logger, fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
                }
            }

            if (!found)
            {
                await WaitAsync(cut);
            }
        }
    }

    // The second that passed and the end say it by the same signal as who wakes it: to wait for the first of several resumes on the thread pool,
    // whoever schedules this.
    private async Task WaitAsync(CancellationToken cut)
    {
        TaskCompletionSource woken;
        lock (changing)
        {
            if (isStopping)
            {
                return;
            }

            woken = wake;
        }

        using (runtime.Clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), woken, LookEvery, Timeout.InfiniteTimeSpan)) // not null: it is the signal
        using (cut.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), woken)) // not null: as above
        {
            await woken.Task;
        }

        lock (changing)
        {
            if (!isStopping)
            {
                wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private async Task SetFreeAsync(CancellationToken cancellationToken)
    {
        List<(TenantId Tenant, PassId Pass)> passes;
        lock (changing)
        {
            if (unended.Count == 0)
            {
                return;
            }

            (passes, unended) = (unended, []);
        }

        try
        {
            await store.SetFreeAsync(passes, cancellationToken);
        }
        catch
        {
            lock (changing)
            {
                unended.AddRange(passes);
            }

            throw;
        }

        foreach ((TenantId, PassId) pass in passes)
        {
            Lines.Forget(pass);
        }
    }

    // What is this node's by the store, and at two looks in a row nobody here has, was lost between a commit and its answer.
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        HashSet<(TenantId, PassId)> now = [];
        List<(TenantId Tenant, PassId Pass)> lost = [];
        foreach ((TenantId Tenant, PassId Pass) pass in await store.OwnedAsync(OwnedAtOnce, cancellationToken))
        {
            if (!Lines.Knows(pass))
            {
                now.Add(pass);
                if (suspects.Contains(pass))
                {
                    lost.Add(pass);
                }
            }
        }

        suspects = now;
        if (lost.Count > 0)
        {
            Log.Lost(logger, lost.Count);
            await store.SetFreeAsync(lost, cancellationToken);
        }
    }

    private async Task GiveUpAsync()
    {
        foreach (ReceivedPass pass in Lines.Clear())
        {
            Leave(pass, isDecided: false);
        }

        List<(TenantId Tenant, PassId Pass)> left;
        lock (changing)
        {
            (left, unended) = (unended, []);
        }

        await TrySetFreeAsync(left);
    }

    // At the end: what cannot be set free any more is set free with the slot.
    private async Task TrySetFreeAsync(List<(TenantId Tenant, PassId Pass)> passes)
    {
        if (passes.Count == 0)
        {
            return;
        }

        try
        {
            await store.SetFreeAsync(passes, CancellationToken.None);
        }
        catch (ReeveException fault)
        {
            Log.LookFailed(logger, fault.Error.Message);
        }
    }
}
