using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.PostgresSlots;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Committing.SqliteSlots;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>Upkeep of the store that is no outcome of the product. Thread-safe.</summary>
public interface IUpkeep
{
    /// <summary>Runs statements in a transaction of their own, as the engine, if this process still holds its slot.</summary>
    /// <param name="calls">The statements, all declared <see cref="Statement.AcrossTenants"/>.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns><see cref="CommitOutcome.Committed"/>, or what a statement that wrote no row says.</returns>
    /// <exception cref="ReeveException">STORE-…; STORE-009 when the slot is another's. After a broken connection it may have been done all the same.</exception>
    Task<CommitOutcome> MaintainAsync(IReadOnlyList<StatementCall> calls, CancellationToken cancellationToken);
}

/// <summary>
/// The door to writing: a queue in front of this process's slots (docs/decisions/0008). Outcomes that concern the same exception, run or
/// delivery are written in the order in which they were handed over; others beside one another. A batch whose slot was lost is written
/// through another, since nothing of it is in: callers learn of it only when no slot can be had. Thread-safe.
/// </summary>
public sealed class Committer : ICommitter, ISlotHolder, ISlotFreshness, IUpkeep, IBacklog, IAsyncDisposable
{
    private static readonly TimeSpan BusyFor = TimeSpan.FromMilliseconds(250);

    private readonly OutcomeQueue queue;
    private readonly OutcomeMaker maker;
    private readonly ISlotWriters writers;
    private readonly CommitterOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Func<Func<Task>, Task> start;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;
    private int closed;
    private long handedOverAt;

    private Committer(
        OutcomeQueue queue, OutcomeMaker maker, ISlotWriters slotWriters, CommitterOptions options, TimeProvider clock, Func<Func<Task>, Task> start, ILogger logger)
    {
        this.start = start;
        this.queue = queue;
        this.maker = maker;
        writers = slotWriters;
        this.options = options;
        this.clock = clock;
        this.logger = logger;
        running = slotWriters.RunAsync(stop.Token);
    }

    /// <inheritdoc/>
    public event EventHandler? TookOver
    {
        add => writers.TookOver += value;
        remove => writers.TookOver -= value;
    }

    /// <inheritdoc/>
    public IReadOnlyList<SlotState> Slots => writers.Slots;

    /// <inheritdoc/>
    public Guid Node => writers.Node;

    /// <inheritdoc/>
    public StopHistory Stops => writers.Stops;

    /// <inheritdoc/>
    public bool IsFresh(int slot, long n)
    {
        foreach (SlotState state in writers.Slots)
        {
            if (state.Slot == slot)
            {
                return state.Since < n && clock.GetElapsedTime(state.RenewedAt) < options.Lease / 2;
            }
        }

        return false;
    }

    /// <summary>What copies the file while it is in use; null for a database that is copied by its own means.</summary>
    public IFileCopier? Copier => writers as IFileCopier;

    /// <summary>Takes slots and begins to write.</summary>
    /// <param name="database">The store, at this release's schema; on a file, its lock must be held.</param>
    /// <param name="changeWriters">The stores whose changes it writes.</param>
    /// <param name="options">How.</param>
    /// <param name="seeds">Where ids and salts come from.</param>
    /// <param name="clock">Measures waiting; on a file its time is the commits' time.</param>
    /// <param name="logger">Where to tell of trouble.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ReeveException">STORE-… when no slot can be taken.</exception>
    public static async Task<Committer> StartAsync(
        Database database, IReadOnlyList<IChangeWriter> changeWriters, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, ILogger logger, CancellationToken cancellationToken)
    {
        Check(options);
        OutcomeQueue queue = new(Bounds(options));
        ISlotWriters slotWriters = database switch
        {
            SqliteDatabase sqlite => new SqliteSlot(sqlite, queue, seeds, clock, logger),
            PostgresDatabase postgres => new SlotWriters(new PostgresSlotStore(postgres.Address, options), queue, options, seeds, clock, SlotThread.Start, logger),
            _ => throw new ArgumentException($"No committer writes to {database.GetType().Name}.", nameof(database)),
        };
        return await StartAsync(queue, slotWriters, changeWriters, options, seeds, clock, StartOnPool, logger, cancellationToken);
    }

    /// <summary>The same on any store that the writing protocol runs on, with its loops started by whoever asks.</summary>
    internal static Task<Committer> StartAsync(
        ISlotStore store, IReadOnlyList<IChangeWriter> changeWriters, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, Func<Func<Task>, Task> start, ILogger logger,
        CancellationToken cancellationToken)
    {
        Check(options);
        OutcomeQueue queue = new(Bounds(options));
        return StartAsync(queue, new SlotWriters(store, queue, options, seeds, clock, start, logger), changeWriters, options, seeds, clock, start, logger, cancellationToken);
    }

    private static async Task<Committer> StartAsync(
        OutcomeQueue queue, ISlotWriters slotWriters, IReadOnlyList<IChangeWriter> changeWriters, CommitterOptions options, IEventSeeds seeds, TimeProvider clock,
        Func<Func<Task>, Task> start, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            await slotWriters.TakeAsync(cancellationToken);
        }
        catch
        {
            await slotWriters.DisposeAsync();
            throw;
        }

        return new Committer(queue, new OutcomeMaker(changeWriters, seeds, clock), slotWriters, options, clock, start, logger);
    }

    /// <summary>Whether something was handed over lately, within a quarter of a second: then whoever reads much for its own sake rests now and again.</summary>
    public bool IsBusy => Interlocked.Read(ref handedOverAt) is not 0 and var at && clock.GetElapsedTime(at) < BusyFor;

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        Interlocked.Exchange(ref handedOverAt, clock.GetTimestamp());
        return AddAsync(maker.MakeGrouped(changes), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        AddAsync(maker.MakeAlone(tenant, changes), cancellationToken);

    /// <inheritdoc/>
    public Backlog Waiting => queue.Waiting;

    /// <inheritdoc/>
    public Backlog WaitingOf(TenantId tenant) => queue.WaitingOf(tenant);

    /// <inheritdoc/>
    public Task<CommitOutcome> MaintainAsync(IReadOnlyList<StatementCall> calls, CancellationToken cancellationToken) =>
        AddAsync(new Outcome { Kind = OutcomeKind.Chore, Calls = [.. calls] }, cancellationToken);

    /// <summary>Accepts nothing more, writes what was accepted within <see cref="CommitterOptions.StopWithin"/>, refuses the rest with REC-007, and gives the slots back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref closed, 1) == 1)
        {
            return;
        }

        queue.Close();
        try
        {
            await running.WaitAsync(options.StopWithin, clock);
        }
        catch (TimeoutException)
        {
            IReadOnlyList<Outcome> left = queue.Clear();
            Log.ClosedLate(logger, (long)options.StopWithin.TotalMilliseconds, left.Count);
            foreach (Outcome outcome in left)
            {
                outcome.Fail(new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "The committer was closed before its turn came.")));
            }

            await CutOffAsync();
        }

        await writers.DisposeAsync();
        stop.Dispose();
    }

    // Beside this: a driver may ask a server that does not answer to cancel, one connection after another, and a stop has a deadline.
    private async Task CutOffAsync()
    {
        Task cutting = start(() =>
        {
            try
            {
                stop.Cancel();
            }
            catch (AggregateException fault)
            {
                // A driver that cannot cancel: whoever waits for it is waited for below, and slots are given back all the same.
                Log.CutFailed(logger, fault);
            }

            return Task.CompletedTask;
        });
        try
        {
            await running.WaitAsync(options.GiveBackWithin, clock);
            await cutting.WaitAsync(options.GiveBackWithin, clock);
        }
        catch (TimeoutException)
        {
            writers.Abandon();
        }
    }

    private static void Check(CommitterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lease, TimeSpan.FromSeconds(3));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
    }

    private static QueueBounds Bounds(CommitterOptions options) => new(options.QueueLength, options.QueueBytes, options.BatchSize, options.BatchBytes);

    private static Task StartOnPool(Func<Task> loop) => Task.Run(loop, CancellationToken.None);

    private async Task<CommitOutcome> AddAsync(Outcome outcome, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        queue.Add(outcome);
        Task<CommitOutcome> answer = outcome.Signals == Signals.None ? outcome.Answer : TellAsync(outcome);
        return await answer.WaitAsync(cancellationToken);
    }

    // Also of what met a conflict or a fault, whose end nobody may know: to forget too much costs a read. Whether or not the caller is still there.
    private async Task<CommitOutcome> TellAsync(Outcome outcome)
    {
        try
        {
            return await outcome.Answer;
        }
        finally
        {
            options.Signals?.Committed(outcome.Signals, outcome.Kind == OutcomeKind.Alone ? outcome.Tenant : null);
        }
    }
}

/// <summary>What writes to one kind of database.</summary>
internal interface ISlotWriters : ISlotHolder, IAsyncDisposable
{
    /// <summary>Takes the slots.</summary>
    Task TakeAsync(CancellationToken cancellationToken);

    /// <summary>Writes until the queue is closed and empty; never fails.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Gives up what is being written, whose end nobody waits for any more: it is answered that nobody knows. Slots are left to expire.</summary>
    void Abandon();
}
