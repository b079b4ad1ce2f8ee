using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>
/// One writing slot of a node on PostgreSQL: takes batches from the queue and writes each as the slot's next commit, until it is known
/// what became of it. What docs/decisions/0008 says about fencing, lost connections and lost slots is here. One loop drives it;
/// <see cref="State"/> may be read and <see cref="Tenure"/> renewed from elsewhere.
/// </summary>
internal sealed partial class PostgresSlot(
    PostgresConnections connections, OutcomeQueue queue, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, byte[]> heads = new(StringComparer.Ordinal);
    private NpgsqlConnection? connection;
    private volatile SlotTenure? tenure;
    private long last;
    private long renewedAt;
    private long? unreachableSince;
    private volatile string? trouble;

    /// <summary>The slot as it is held; null while none is.</summary>
    internal SlotTenure? Tenure => tenure;

    internal SlotState State => new(tenure?.Slot ?? 0, Interlocked.Read(ref last), Interlocked.Read(ref renewedAt), trouble);

    /// <summary>Notes that the slot was renewed, asked at this timestamp of the clock.</summary>
    internal void Renewed(SlotTenure known, long askedAt)
    {
        if (ReferenceEquals(known, tenure))
        {
            Interlocked.Exchange(ref renewedAt, askedAt);
        }
    }

    /// <summary>Takes a slot.</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be reached.</exception>
    internal async Task TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TakeSlotAsync(cancellationToken);
        }
        catch (DbException fault)
        {
            await DropAsync();
            throw StoreFaults.Of(fault, connections.Address);
        }
    }

    /// <summary>Writes until the queue is closed and empty, or <paramref name="stop"/> says that it takes too long.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        while (!queue.IsDrained && !stop.IsCancellationRequested)
        {
            List<Outcome> batch = queue.Take(out long seen);
            if (batch.Count == 0)
            {
                await queue.WaitAsync(seen, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            Outcome[] taken = [.. batch];
            try
            {
                await WriteAsync(batch, new Effort(clock.GetTimestamp()), stop);
            }
            catch (Exception fault)
            {
                // A bug: nobody must wait for ever, and the other batches are not to blame.
                Log.LoopFailed(logger, fault, tenure?.Slot ?? 0);
                await DropAsync();
                Refuse(batch, fault);
            }
            finally
            {
                queue.Finish(taken);
            }
        }
    }

    /// <summary>Gives the slot back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (tenure is { } held)
        {
            try
            {
                using CancellationTokenSource limit = new(options.StatementLimit, clock);
                connection ??= await connections.OpenAsync(limit.Token);
                await held.GiveBackAsync(connection, options, limit.Token);
            }
            catch (Exception fault) when (fault is DbException or OperationCanceledException or TimeoutException or InvalidOperationException)
            {
                Log.SlotKept(logger, fault, held.Slot);
            }
        }

        tenure = null;
        await DropAsync();
    }

    // Writes a batch and answers all of it. Every way out of the loop is an answer.
    private async Task WriteAsync(List<Outcome> batch, Effort effort, CancellationToken stop)
    {
        for (; batch.Count > 0; effort.Attempt++)
        {
            PostgresCommit? commit = null;
            try
            {
                if (tenure is not { } held)
                {
                    await TakeSlotAsync(stop);
                    continue;
                }

                connection ??= await OpenAsync(stop);
                commit = new PostgresCommit(connection, options, held.Slot, held.Writer, last + 1);
                if (batch[0].Kind == OutcomeKind.Chore)
                {
                    await RunChoreAsync(commit, batch[0], stop);
                    return;
                }

                switch (await commit.RunAsync(batch, heads, stop))
                {
                    case AttemptEnd.Committed:
                        Committed(batch, held);
                        return;
                    case AttemptEnd.Fenced:
                        await ResolveAsync(batch, held, stop);
                        effort.InDoubt = false;
                        break;
                }

                trouble = null;
            }
            catch (PostgresException fault) when (IsRollback(fault))
            {
                heads.Clear();
                if (!await RolledBackAsync(batch, fault, effort, stop))
                {
                    return;
                }
            }
            catch (Exception fault) when (fault is DbException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException or System.Net.Sockets.SocketException)
            {
                effort.InDoubt |= commit?.CommitSent ?? false;
                if (!await BrokenAsync(batch, fault, effort, stop))
                {
                    return;
                }
            }
        }
    }

    private async Task RunChoreAsync(PostgresCommit commit, Outcome chore, CancellationToken stop)
    {
        if (await commit.RunChoreAsync(chore, stop) is { } end)
        {
            chore.Become(end);
        }
        else
        {
            Lose();
            chore.Fail(new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Another process took the slot over.")));
        }
    }

    private void Committed(List<Outcome> batch, SlotTenure held)
    {
        Interlocked.Increment(ref last);
        trouble = null;
        CommitOutcome.Committed committed = new(held.Slot, last);
        foreach (Outcome outcome in batch)
        {
            outcome.Become(committed);
        }
    }

    // Looks whether an attempt whose end we never heard is in, or the slot is lost, and answers what is in. Returns whether the number is
    // decided: then what is left in the batch is in nowhere. It is not while a transaction with it may still be under way.
    private async Task<bool> ResolveAsync(List<Outcome> batch, SlotTenure held, CancellationToken stop)
    {
        heads.Clear();
        long n = last + 1;
        (Guid? slotWriter, long slotLast, Guid? commitWriter, HashSet<Guid> present) = await LookAsync(batch, held, n, stop);
        bool isOurs = commitWriter == held.Writer;
        CommitOutcome.Committed committed = new(held.Slot, n);
        for (int i = batch.Count - 1; i >= 0; i--)
        {
            if (batch[i].Events.Length > 0 ? present.Contains(batch[i].Events[0].Event.EventId) : isOurs)
            {
                Answer(batch[i]);
                batch.RemoveAt(i);
            }
        }

        if (slotWriter == held.Writer)
        {
            Interlocked.Exchange(ref last, slotLast);
        }
        else
        {
            Log.SlotLost(logger, held.Slot, n);
            Lose();
        }

        return commitWriter is not null || slotWriter != held.Writer;

        // An outcome without an event leaves nothing that says it was this one.
        void Answer(Outcome outcome)
        {
            if (outcome.Events.Length > 0)
            {
                outcome.Become(committed);
            }
            else
            {
                outcome.Fail(Unknown(fault: null));
            }
        }
    }

    private async Task<(Guid? SlotWriter, long SlotLast, Guid? CommitWriter, HashSet<Guid> Present)> LookAsync(
        List<Outcome> batch, SlotTenure held, long n, CancellationToken stop)
    {
        await using NpgsqlBatch look = new(connection!); // not null: the commit that was fenced ran on it
        PostgresTransaction.Begin(look, PostgresDatabase.EngineRole, options);
        look.BatchCommands.Add(At(CommitSql.Owner.Postgres, held.Slot, n));
        string[] tenants = [.. batch.SelectMany(outcome => outcome.Events).Select(item => item.Event.TenantId.Value).Distinct(StringComparer.Ordinal)];
        NpgsqlBatchCommand events = Columns.Tenants(CommitSql.EventsOf.Postgres, tenants).With("slot", NpgsqlDbType.Integer, held.Slot).With("n", NpgsqlDbType.Bigint, n);
        look.BatchCommands.Add(events);
        look.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await using NpgsqlDataReader reader = await look.ExecuteReaderAsync(stop);
        await reader.NextResultAsync(stop);
        (Guid?, long, Guid?) owner = await reader.ReadAsync(stop)
            ? (reader.GetGuid(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetGuid(2))
            : (null, 0, null);
        await reader.NextResultAsync(stop);
        HashSet<Guid> present = [];
        while (await reader.ReadAsync(stop))
        {
            present.Add(reader.GetGuid(0));
        }

        return (owner.Item1, owner.Item2, owner.Item3, present);
    }

    private async Task AddMonthsAsync(CancellationToken stop)
    {
        await using NpgsqlBatch batch = new(connection!); // not null: it just rolled back on it
        PostgresTransaction.Begin(batch, PostgresDatabase.EngineRole, options);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SlotSql.AddMonths.Postgres));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await batch.ExecuteNonQueryAsync(stop);
    }

    private async Task TakeSlotAsync(CancellationToken cancellationToken)
    {
        connection ??= await OpenAsync(cancellationToken);
        heads.Clear();
        long asked = clock.GetTimestamp();
        (SlotTenure taken, long n) = await SlotTenure.TakeAsync(connection, seeds.NextId(clock.GetUtcNow()), options, cancellationToken);
        Interlocked.Exchange(ref last, n);
        Interlocked.Exchange(ref renewedAt, asked);
        tenure = taken;
        trouble = null;
        Log.SlotTaken(logger, taken.Slot, n);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        long asked = clock.GetTimestamp();
        try
        {
            NpgsqlConnection opened = await connections.OpenAsync(cancellationToken);
            unreachableSince = null;
            return opened;
        }
        catch
        {
            unreachableSince ??= asked;
            throw;
        }
    }

    private void Lose()
    {
        tenure = null;
        heads.Clear();
    }

    private async Task DropAsync()
    {
        heads.Clear();
        if (connection is { } broken)
        {
            connection = null;
            await broken.DisposeAsync();
        }
    }

    // Until the lease would be over. A store that was away for longer is not waited for once per batch.
    private bool IsEarly(Effort effort) => clock.GetElapsedTime(Math.Min(effort.Began, unreachableSince ?? long.MaxValue)) < options.Lease;

    private async Task PauseAsync(Effort effort, CancellationToken stop)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(effort.Attempt - 1, 10));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Refuse(List<Outcome> batch, Exception fault)
    {
        foreach (Outcome outcome in batch)
        {
            outcome.Fail(fault);
        }
    }

    private static NpgsqlBatchCommand At(string sql, int slot, long n) =>
        new NpgsqlBatchCommand(sql).With("slot", NpgsqlDbType.Integer, slot).With("n", NpgsqlDbType.Bigint, n);

    /// <summary>What was tried to write one batch.</summary>
    /// <param name="began">When it began, a timestamp of the clock.</param>
    private sealed class Effort(long began)
    {
        internal long Began => began;

        internal int Attempt { get; set; } = 1;

        /// <summary>Whether an attempt may be in of which we do not know.</summary>
        internal bool InDoubt { get; set; }

        /// <summary>Whether months were added already: once is enough, or it does not help.</summary>
        internal bool AddedMonths { get; set; }
    }
}
