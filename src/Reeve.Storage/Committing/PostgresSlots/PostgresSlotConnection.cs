using Npgsql;
using NpgsqlTypes;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>The verbs of the writing protocol as statements. Not thread-safe.</summary>
internal sealed class PostgresSlotConnection(NpgsqlConnection connection, CommitterOptions options) : ISlotConnection
{
    // Setting free what a dead node had in memory may take longer than a statement of a commit; nothing but the next taker waits for it.
    private static readonly TimeSpan FreeingLimit = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public async Task<SlotTaken> TakeAsync(SlotHolder holder, SlotTenure? again, CancellationToken cancellationToken)
    {
        await RunAsync(Begin, cancellationToken);
        if (again is not null && await NumberAsync(Of(SlotSql.FindOwn, again.Slot, again.Writer), cancellationToken) is not null)
        {
            long known = await FenceOffAsync(again.Slot, holder, cancellationToken);
            await EndAsync(Of(SlotSql.TakeAgain, again.Slot, holder), cancellationToken);
            return new SlotTaken(new SlotTenure(again.Slot, holder.Writer), known);
        }

        if (await NumberAsync(new NpgsqlBatchCommand(SlotSql.FindExpired.Postgres).With("lease", NpgsqlDbType.Interval, options.Lease), cancellationToken) is { } expired)
        {
            long last = await FenceOffAsync((int)expired, holder, cancellationToken);
            await FreeAsync((int)expired, cancellationToken);
            await EndAsync(Of(SlotSql.TakeOver, (int)expired, holder), cancellationToken);
            return new SlotTaken(new SlotTenure((int)expired, holder.Writer), last);
        }

        long? made = null;
        while (made is null)
        {
            made = await NumberAsync(
                new NpgsqlBatchCommand(SlotSql.Make.Postgres).With("writer", NpgsqlDbType.Uuid, holder.Writer).With("node", NpgsqlDbType.Uuid, holder.Node), cancellationToken);
        }

        await RunAsync(batch => batch.BatchCommands.Add(new NpgsqlBatchCommand("commit")), cancellationToken);
        return new SlotTaken(new SlotTenure((int)made.Value, holder.Writer), 0);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SlotSighting>> ListAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlBatch list = new(connection);
        Begin(list);
        list.BatchCommands.Add(new NpgsqlBatchCommand(SlotSql.List.Postgres).With("lease", NpgsqlDbType.Interval, options.Lease));
        list.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await using NpgsqlDataReader reader = await list.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        List<SlotSighting> seen = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            seen.Add(new SlotSighting
            {
                Slot = reader.GetInt32(0),
                Writer = reader.GetGuid(1),
                Node = reader.IsDBNull(2) ? null : reader.GetGuid(2),
                BeatAt = new DateTimeOffset(DateTime.SpecifyKind(reader.GetDateTime(3), DateTimeKind.Utc)),
                IsGivenBack = reader.GetBoolean(4),
                IsExpired = reader.GetBoolean(5),
                UncleanFor = [.. Ages()],
            });
        }

        return seen;

        IEnumerable<TimeSpan> Ages()
        {
            for (int column = 6; column <= 7; column++)
            {
                if (!reader.IsDBNull(column))
                {
                    yield return TimeSpan.FromMicroseconds(Math.Max(0, reader.GetInt64(column)));
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> BuryAsync(SlotHolder holder, SlotSighting dead, CancellationToken cancellationToken)
    {
        await RunAsync(Begin, cancellationToken);
        NpgsqlBatchCommand find = Of(SlotSql.FindDead, dead.Slot, dead.Writer).With("beat", NpgsqlDbType.TimestampTz, dead.BeatAt.UtcDateTime);
        if (await NumberAsync(find, cancellationToken) is null)
        {
            await RollBackAsync(cancellationToken);
            return false;
        }

        await FenceOffAsync(dead.Slot, holder, cancellationToken);
        await FreeAsync(dead.Slot, cancellationToken);
        await EndAsync(Of(SlotSql.Bury, dead.Slot, holder), cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    public ISlotAttempt Attempt(SlotTenure held, long n) => new PostgresCommit(connection, options, held.Slot, held.Writer, n);

    /// <inheritdoc/>
    public async Task RollBackAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand rollback = new("rollback", connection);
        await rollback.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<SlotSight> LookAsync(SlotTenure held, long n, string[] tenants, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch look = new(connection);
        Begin(look);
        look.BatchCommands.Add(At(new NpgsqlBatchCommand(CommitSql.Owner.Postgres), held.Slot, n));
        look.BatchCommands.Add(At(Columns.Tenants(CommitSql.EventsOf.Postgres, tenants), held.Slot, n));
        look.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await using NpgsqlDataReader reader = await look.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        (Guid? slotWriter, long last, Guid? commitWriter) = await reader.ReadAsync(cancellationToken)
            ? ((Guid?)reader.GetGuid(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : (Guid?)reader.GetGuid(2))
            : (null, 0, null);
        await reader.NextResultAsync(cancellationToken);
        HashSet<Guid> events = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(reader.GetGuid(0));
        }

        return new SlotSight(slotWriter, last, commitWriter, events);
    }

    /// <inheritdoc/>
    public Task AddMonthsAsync(CancellationToken cancellationToken) =>
        RunAsync(
            batch =>
            {
                Begin(batch);
                batch.BatchCommands.Add(new NpgsqlBatchCommand(SlotSql.AddMonths.Postgres));
                batch.BatchCommands.Add(new NpgsqlBatchCommand(ImportSql.AddDays.Postgres));
                batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<bool> RenewAsync(SlotTenure held, CancellationToken cancellationToken) =>
        ChangeAsync([], SlotSql.Renew, held, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> GiveBackAsync(SlotTenure held, CancellationToken cancellationToken) =>
        ChangeAsync([SlotSql.Hold, .. SlotSql.Leave], SlotSql.GiveBack, held, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<bool> ChangeAsync(Statement[] before, Statement statement, SlotTenure held, CancellationToken cancellationToken)
    {
        NpgsqlBatchCommand change = Of(statement, held.Slot, held.Writer);
        await RunAsync(
            batch =>
            {
                Begin(batch);
                foreach (Statement first in before)
                {
                    batch.BatchCommands.Add(Of(first, held.Slot, held.Writer));
                }

                batch.BatchCommands.Add(change);
                batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
            },
            cancellationToken);
        return change.RecordsAffected == 1;
    }

    // Returns the number of the commit that fences.
    private async Task<long> FenceOffAsync(int slot, SlotHolder holder, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await NumberAsync(Of(SlotSql.FenceOff, slot, holder.Writer), cancellationToken) is { } n)
            {
                return n;
            }
        }
    }

    private async Task FreeAsync(int slot, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch free = new(connection) { Timeout = (int)FreeingLimit.TotalSeconds + 1 };
        free.BatchCommands.Add(new NpgsqlBatchCommand($"set local statement_timeout = '{(int)FreeingLimit.TotalSeconds}s'"));
        foreach (Statement statement in SlotSql.Free)
        {
            free.BatchCommands.Add(new NpgsqlBatchCommand(statement.Postgres).With("slot", NpgsqlDbType.Integer, slot));
        }

        await free.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task EndAsync(NpgsqlBatchCommand change, CancellationToken cancellationToken) =>
        RunAsync(
            batch =>
            {
                batch.BatchCommands.Add(change);
                batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
            },
            cancellationToken);

    private void Begin(NpgsqlBatch batch) => PostgresTransaction.Begin(batch, PostgresDatabase.EngineRole, options);

    private static NpgsqlBatchCommand Of(Statement statement, int slot, SlotHolder holder) =>
        Of(statement, slot, holder.Writer).With("node", NpgsqlDbType.Uuid, holder.Node);

    private static NpgsqlBatchCommand Of(Statement statement, int slot, Guid writer) =>
        new NpgsqlBatchCommand(statement.Postgres).With("slot", NpgsqlDbType.Integer, slot).With("writer", NpgsqlDbType.Uuid, writer);

    private static NpgsqlBatchCommand At(NpgsqlBatchCommand command, int slot, long n) =>
        command.With("slot", NpgsqlDbType.Integer, slot).With("n", NpgsqlDbType.Bigint, n);

    private async Task RunAsync(Action<NpgsqlBatch> fill, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        fill(batch);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<long?> NumberAsync(NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        batch.BatchCommands.Add(command);
        return await batch.ExecuteScalarAsync(cancellationToken) switch
        {
            int number => number,
            long number => number,
            _ => null,
        };
    }
}
