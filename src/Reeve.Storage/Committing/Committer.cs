using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
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
public sealed class Committer : ICommitter, ISlotHolder, IUpkeep, IAsyncDisposable
{
    private readonly OutcomeQueue queue;
    private readonly OutcomeMaker maker;
    private readonly ISlotWriters writers;
    private readonly CommitterOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private readonly Task running;
    private int closed;

    private Committer(OutcomeQueue queue, OutcomeMaker maker, ISlotWriters slotWriters, CommitterOptions options, TimeProvider clock, ILogger logger)
    {
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
        OutcomeQueue queue = new(options.QueueLength, options.BatchSize);
        ISlotWriters slotWriters = database switch
        {
            SqliteDatabase sqlite => new SqliteSlot(sqlite, queue, seeds, clock, logger),
            PostgresDatabase postgres => new SlotWriters(new PostgresSlotStore(postgres.Address, options), queue, options, seeds, clock, StartOnPool, logger),
            _ => throw new ArgumentException($"No committer writes to {database.GetType().Name}.", nameof(database)),
        };
        return await StartAsync(queue, slotWriters, changeWriters, options, seeds, clock, logger, cancellationToken);
    }

    /// <summary>The same on any store that the writing protocol runs on, with its loops started by whoever asks.</summary>
    internal static Task<Committer> StartAsync(
        ISlotStore store, IReadOnlyList<IChangeWriter> changeWriters, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, Func<Func<Task>, Task> start, ILogger logger,
        CancellationToken cancellationToken)
    {
        Check(options);
        OutcomeQueue queue = new(options.QueueLength, options.BatchSize);
        return StartAsync(queue, new SlotWriters(store, queue, options, seeds, clock, start, logger), changeWriters, options, seeds, clock, logger, cancellationToken);
    }

    private static async Task<Committer> StartAsync(
        OutcomeQueue queue, ISlotWriters slotWriters, IReadOnlyList<IChangeWriter> changeWriters, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, ILogger logger,
        CancellationToken cancellationToken)
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

        return new Committer(queue, new OutcomeMaker(changeWriters, seeds, clock), slotWriters, options, clock, logger);
    }

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        AddAsync(maker.Make(OutcomeKind.Grouped, default, changes), cancellationToken);

    /// <inheritdoc/>
    public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        AddAsync(maker.Make(OutcomeKind.Alone, tenant, changes), cancellationToken);

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

            // Here and now: CancelAsync would go through the thread pool, whoever schedules this.
#pragma warning disable CA1849
            stop.Cancel();
#pragma warning restore CA1849
            queue.Wake();
            await running;
        }

        await writers.DisposeAsync();
        stop.Dispose();
    }

    private static void Check(CommitterOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lease, TimeSpan.FromSeconds(3));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
    }

    private static Task StartOnPool(Func<Task> loop) => Task.Run(loop, CancellationToken.None);

    private async Task<CommitOutcome> AddAsync(Outcome outcome, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        queue.Add(outcome);
        return await outcome.Answer.WaitAsync(cancellationToken);
    }
}

/// <summary>What writes to one kind of database.</summary>
internal interface ISlotWriters : ISlotHolder, IAsyncDisposable
{
    /// <summary>Takes the slots.</summary>
    Task TakeAsync(CancellationToken cancellationToken);

    /// <summary>Writes until the queue is closed and empty; never fails.</summary>
    Task RunAsync(CancellationToken stop);
}
