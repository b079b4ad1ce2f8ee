using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Values;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>
/// The one slot of a file, and the one thread that writes to it. Every error but one leaves the file as it was before the batch: what
/// cannot be written is refused and the next batch tries again, so writing goes on when there is room again. After an I/O error at
/// COMMIT nobody knows what the file holds (docs/decisions/0008): nothing more is written until a new process has read it.
/// </summary>
internal sealed class SqliteSlot(
    SqliteDatabase database, OutcomeQueue queue, IEventSeeds seeds, TimeProvider clock, ILogger logger) : ISlotWriters, IFileCopier
{
    private const int Slot = 1;

    private readonly SlotMemory memory = new();
    private readonly SqliteCopies copies = new(queue, clock);
    private readonly List<TenantMemory> counted = [];
    private readonly Guid writer = seeds.NextId(clock.GetUtcNow());
    private SqliteWriting? writing;
    private long last;
    private long since;
    private volatile string? trouble;
    private volatile bool isStopped;
    private volatile bool isAbandoned;
    private volatile List<Outcome> inFlight = [];

    // Nobody else's slots are there to be taken over.
    public event EventHandler? TookOver
    {
        add { }
        remove { }
    }

    public Guid Node { get; } = seeds.NextId(clock.GetUtcNow());

    public StopHistory Stops { get; private set; } = StopHistory.Unknown;

    // Whoever has the file has the slot.
    public IReadOnlyList<SlotState> Slots => [new SlotState(Slot, Interlocked.Read(ref last), clock.GetTimestamp(), trouble) { Since = since }];

    public Task TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            writing = new SqliteWriting(database.OpenWriter());
            writing.Begin();
            if (writing.Run(SlotSql.FindExpired, static _ => { }) is not null)
            {
                last = writing.Run(SlotSql.FenceOff, Bind) ?? 0;
                foreach (Statement free in SlotSql.Free)
                {
                    writing.Run(free, Bind);
                }

                writing.Run(SlotSql.TakeOver, Bind);
            }
            else
            {
                writing.Run(SlotSql.Make, Bind);
            }

            writing.Commit();
            since = last;
            Stops = ReadStops();
            Log.SlotTaken(logger, Slot, last);
            return Task.CompletedTask;
        }
        catch (SqliteException fault)
        {
            throw StoreFaults.Of(fault, database.Address);
        }
    }

    public bool Begin(FileCopy copy) => copies.Begin(copy);

    public Task RunAsync(CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // A disk that does not answer cannot be told to stop; the thread still has the connection.
    public void Abandon()
    {
        isAbandoned = true;
        Refuse(inFlight, new ReeveException(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, "The disk did not answer in time.", database.Address.Masked)));
    }

    public ValueTask DisposeAsync()
    {
        if (isAbandoned)
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            if (!isStopped && writing is not null)
            {
                writing.Begin();
                foreach (Statement leave in SlotSql.Leave)
                {
                    writing.Run(leave, Bind);
                }

                writing.Run(SlotSql.GiveBack, Bind);
                writing.Commit();
            }
        }
        catch (SqliteException fault)
        {
            Log.SlotKept(logger, fault, Slot);
        }

        writing?.Dispose();
        return ValueTask.CompletedTask;
    }

    // Nobody else writes to the file, so the loop may not end without a word.
    private void Run(CancellationToken stop)
    {
        List<Outcome> batch = [];
        try
        {
            Loop(ref batch, stop);
        }
        catch (Exception fault)
        {
            isStopped = true;
            trouble = ErrorCatalogue.Record.Stopped.Code;
            queue.Close();
            ReeveException refused = new(new ReeveError(ErrorCatalogue.Record.Stopped, "The writing loop failed.", database.Address.Masked), fault);
            Refuse(batch, refused);
            Refuse(queue.Clear(), refused);
        }
        finally
        {
            copies.Dispose();
        }
    }

    private void Loop(ref List<Outcome> batch, CancellationToken stop)
    {
        while (!queue.IsDrained && !stop.IsCancellationRequested)
        {
            batch = queue.Take(out long seen);
            inFlight = batch;
            if (batch.Count == 0)
            {
                TimeSpan wait = copies.WhileIdle(isStopped ? null : writing);
                if (wait != TimeSpan.Zero)
                {
                    queue.Wait(seen, wait);
                }

                continue;
            }

            long began = clock.GetTimestamp();
            int count = batch.Count;
            try
            {
                Write(batch);
                CommitMeter.Record(clock.GetElapsedTime(began), count);
            }
            catch (Exception fault)
            {
                // A bug: nobody must wait for ever, and the other batches are not to blame.
                Log.LoopFailed(logger, fault, Slot);
                Undo();
                Refuse(batch, fault);
            }
            finally
            {
                queue.Finish(batch);
            }

            copies.AfterCommit(isStopped ? null : writing, clock.GetElapsedTime(began));
        }
    }

    private void Write(List<Outcome> batch)
    {
        if (isStopped)
        {
            Refuse(batch, new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "The disk failed at a commit.", database.Address.Masked)));
            return;
        }

        bool committing = false;
        try
        {
            writing ??= new SqliteWriting(database.OpenWriter());
            writing.Begin();
            if (batch[0].Kind == OutcomeKind.Chore)
            {
                Maintain(batch[0], ref committing);
            }
            else
            {
                Commit(batch, ref committing);
            }

            trouble = null;
        }
        catch (SqliteException fault) when (committing && fault.SqliteErrorCode == raw.SQLITE_IOERR)
        {
            isStopped = true;
            trouble = ErrorCatalogue.Record.Stopped.Code;
            Log.Stopped(logger, fault);
            Refuse(batch, new ReeveException(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, $"SQLite answered {fault.SqliteErrorCode} at the commit.", database.Address.Masked), fault));
        }
        catch (SqliteException fault)
        {
            Undo();
            RolledBack(batch, fault);
        }
        catch (ReeveException fault)
        {
            Undo();
            trouble = fault.Error.Code;
            Refuse(batch, fault);
        }
    }

    private void Commit(List<Outcome> batch, ref bool committing)
    {
        SqliteWriting file = writing!; // not null: Write opened it
        long n = last + 1;
        if (file.Fence(Slot, writer, n, clock.GetUtcNow()) is not { } at)
        {
            file.Rollback();
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Another process wrote to the file.", database.Address.Masked));
        }

        memory.Trim();
        counted.Clear();
        List<Outcome> written = new(batch.Count);
        foreach (Outcome outcome in batch)
        {
            if (file.ConflictOf(outcome, at) is { } why)
            {
                outcome.Become(why);
                continue;
            }

            TenantMemory tenant = memory.Find(outcome.Tenant.Value) ?? file.Learn(outcome.Tenant.Value, Slot, memory);
            bool wasCounted = tenant.Counters.IsChanged;
            if (file.Write(outcome, Slot, n, at, tenant.Counters) is { } unmade)
            {
                // Only one that goes alone has statements that can say so, and nothing else is in its transaction.
                outcome.Become(unmade);
                Undo();
                return;
            }

            written.Add(outcome);
            if (tenant.Counters.IsChanged && !wasCounted)
            {
                counted.Add(tenant);
            }
        }

        if (written.Count == 0)
        {
            file.Rollback();
            return;
        }

        ChainLinks links = ChainLinks.Of(written, Slot, n, at, memory);
        foreach (LinkedEvent item in links.Events)
        {
            file.Add(item, Slot, n, at);
        }

        foreach (TenantMemory tenant in counted)
        {
            file.Tally(tenant.Tenant, Slot, tenant.Counters.Render());
        }

        file.NoteTenants(links.Tenants, Outcome.SignalsOf(written), Slot, n);
        committing = true;
        file.Commit();
        committing = false;
        Interlocked.Exchange(ref last, n);
        CommitOutcome.Committed committed = new(Slot, n);
        foreach (Outcome outcome in written)
        {
            outcome.Become(committed);
        }
    }

    private void Maintain(Outcome chore, ref bool committing)
    {
        SqliteWriting file = writing!; // not null: Write opened it
        if (!file.Holds(Slot, writer))
        {
            file.Rollback();
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Another process wrote to the file.", database.Address.Masked));
        }

        if (file.Run(chore.Calls, null) is { } unmade)
        {
            file.Rollback();
            chore.Become(unmade);
            return;
        }

        committing = true;
        file.Commit();
        committing = false;
        chore.Become(new CommitOutcome.Committed(Slot, 0));
    }

    private void RolledBack(List<Outcome> batch, SqliteException fault)
    {
        // What one outcome holds must not be the end of those that only shared its transaction.
        bool isData = fault.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH;
        List<Outcome> left = batch.FindAll(outcome => !outcome.IsAnswered);
        if (isData && left.Count > 1)
        {
            foreach (Outcome outcome in left)
            {
                Write([outcome]);
            }

            return;
        }

        bool isDuplicate = fault.SqliteExtendedErrorCode is raw.SQLITE_CONSTRAINT_PRIMARYKEY or raw.SQLITE_CONSTRAINT_UNIQUE;
        if (isData && isDuplicate && left is [{ Kind: OutcomeKind.Alone } alone])
        {
            alone.Become(new CommitOutcome.AlreadyThere(null));
            return;
        }

        ReeveException refused = StoreFaults.Of(fault, database.Address);
        if (isData)
        {
            Log.OutcomeRefused(logger, fault, refused.Error.Code);
        }
        else
        {
            trouble = refused.Error.Code;
            Log.CommitGivenUp(logger, Slot, last + 1, refused.Error.Code, left.Count);
        }

        Refuse(left, refused);
    }

    // After this the file is as before the batch. A connection that cannot even roll back is closed, which does.
    private void Undo()
    {
        memory.Forget();
        try
        {
            writing?.Rollback();
        }
        catch (SqliteException)
        {
            writing?.Dispose();
            writing = null;
        }
    }

    private StopHistory ReadStops()
    {
        List<TimeSpan> ages = [];
        foreach (Statement age in new[] { SlotSql.UncleanFor, SlotSql.UncleanBeforeFor })
        {
            if (writing!.Run(age, Bind) is { } microseconds) // not null: TakeAsync opened it
            {
                ages.Add(TimeSpan.FromMicroseconds(Math.Max(0, microseconds)));
            }
        }

        return StopHistory.Of(ages, isSettled: true, TimeSpan.Zero, clock);
    }

    private void Bind(Parameters parameters) =>
        parameters.Id("writer", writer).Id("node", Node).Number("slot", Slot).Time("now", TimeText.ToMicroseconds(clock.GetUtcNow()));

    private static void Refuse(IReadOnlyList<Outcome> batch, Exception fault)
    {
        foreach (Outcome outcome in batch)
        {
            outcome.Fail(fault);
        }
    }
}
