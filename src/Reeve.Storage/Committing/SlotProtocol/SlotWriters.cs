using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>The slots of a node, each with a loop and a connection of its own, the beat that renews them, and the watch over those of others.</summary>
internal sealed class SlotWriters : ISlotWriters
{
    /// <summary>How a wait that may be cut short is awaited: it throws nothing, and goes on where it was asked for.</summary>
    internal const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    private readonly ISlotStore store;
    private readonly SlotWriter[] slots;
    private readonly SlotWatch watch;
    private readonly CommitterOptions options;
    private readonly TimeProvider clock;
    private readonly Func<Func<Task>, Task> start;
    private readonly ILogger logger;

    /// <summary>Makes them; nothing runs yet.</summary>
    /// <param name="store">Where they write; closed with them.</param>
    /// <param name="queue">What they write.</param>
    /// <param name="options">How.</param>
    /// <param name="seeds">Where writers' ids come from.</param>
    /// <param name="clock">Measures every wait.</param>
    /// <param name="start">Starts a loop beside the caller and returns its end: on a thread of its own, or a scheduler of the tests.</param>
    /// <param name="logger">Where to tell of trouble.</param>
    internal SlotWriters(
        ISlotStore store, OutcomeQueue queue, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, Func<Func<Task>, Task> start, ILogger logger)
    {
        this.store = store;
        this.options = options;
        this.clock = clock;
        this.start = start;
        this.logger = logger;
        Node = seeds.NextId(clock.GetUtcNow());
        watch = new SlotWatch(store, Node, options, seeds, clock, Tell, logger);
        slots = new SlotWriter[options.Slots];
        for (int i = 0; i < slots.Length; i++)
        {
            slots[i] = new SlotWriter(store, Node, queue, options, seeds, clock, logger);
        }
    }

    public event EventHandler? TookOver;

    public Guid Node { get; }

    public StopHistory Stops => watch.Stops;

    public IReadOnlyList<SlotState> Slots => Array.ConvertAll(slots, slot => slot.State);

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        foreach (SlotWriter slot in slots)
        {
            await slot.TakeAsync(cancellationToken);
        }

        try
        {
            await using ISlotConnection looking = await store.OpenAsync(cancellationToken);
            await watch.LookAsync(looking, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && store.Judge(fault) is not null)
        {
            throw store.Judge(fault)!.Told; // not null: the filter asked
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using CancellationTokenSource written = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task beating = start(() => BeatAsync(written.Token));
        Task watching = start(() => watch.RunAsync(written.Token));
        try
        {
            await Task.WhenAll(Array.ConvertAll(slots, slot => start(() => slot.RunAsync(stop))));
        }
        finally
        {
            // Here and now: CancelAsync would go through the thread pool, whoever schedules this.
#pragma warning disable CA1849
            written.Cancel();
#pragma warning restore CA1849
            await beating;
            await watching;
        }
    }

    public void Abandon()
    {
        foreach (SlotWriter slot in slots)
        {
            slot.Abandon();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Beside each other: a stop has a deadline, and a store that is away costs each its own.
        await Task.WhenAll(Array.ConvertAll(slots, slot => slot.DisposeAsync().AsTask()));
        await store.DisposeAsync();
    }

    private void Tell()
    {
        options.Signals?.Committed(Signals.Inbox | Signals.Playbooks | Signals.Schedules, null);
        TookOver?.Invoke(this, EventArgs.Empty);
    }

    // On a connection of its own: a commit that is stuck behind an earlier attempt must not cost the slot. A slot that turns out to be
    // another's is replaced by its loop, also when that has nothing to write: what a node owns, it owns through a slot.
    private async Task BeatAsync(CancellationToken stop)
    {
        ISlotConnection? connection = null;
        TimeSpan pause = options.Lease / 3;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, stop).ConfigureAwait(Quietly);
            pause = options.Lease / 3;
            try
            {
                stop.ThrowIfCancellationRequested();
                connection ??= await store.OpenAsync(stop);
                foreach (SlotWriter slot in slots)
                {
                    long asked = clock.GetTimestamp();
                    SlotTenure? tenure = slot.Tenure;
                    if (tenure is not null && await connection.RenewAsync(tenure, stop))
                    {
                        slot.Renewed(tenure, asked);
                    }
                    else
                    {
                        slot.Missed(tenure);
                    }
                }
            }
            catch (Exception fault)
            {
                if (connection is { } broken)
                {
                    connection = null;
                    await broken.DisposeAsync();
                }

                if (!stop.IsCancellationRequested)
                {
                    // Again soon: a lease has room for a few.
                    Log.RenewalFailed(logger, fault, store.Judge(fault)?.Told.Error.Code ?? ErrorCatalogue.Storage.Unavailable.Code);
                    pause = options.Lease / 10;
                }
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
