using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Reeve.Storage.Committing;
using Reeve.Storage.Committing.PostgresSlots;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Databases;

namespace Reeve.Load.Ceilings;

/// <summary>
/// A slot's commits in one round trip each: the statements of the committer, with their arrays filled beforehand. The committer needs a
/// second one, for the time that its links hash; here the time is known.
/// </summary>
internal sealed class PostgresCeilingWriter : CeilingWriter
{
    private readonly PostgresSlotStore store;
    private readonly NpgsqlConnection connection;
    private readonly PostgresSlotConnection slots;
    private readonly SlotTenure tenure;
    private readonly Queue<(NpgsqlBatch Commands, int Exceptions)> ready = new();
    private long last;

    private PostgresCeilingWriter(PostgresSlotStore store, NpgsqlConnection connection, PostgresSlotConnection slots, SlotTaken taken)
    {
        this.store = store;
        this.connection = connection;
        this.slots = slots;
        tenure = taken.Tenure;
        last = taken.Last;
    }

    internal static async Task<CeilingWriter> OpenAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        PostgresSlotStore store = new(address, Committer);
        NpgsqlConnection connection = await store.ConnectAsync(cancellationToken);
        PostgresSlotConnection slots = new(connection, Committer);
        SlotTaken taken = await slots.TakeAsync(new SlotHolder(Guid.CreateVersion7(), Guid.CreateVersion7()), again: null, cancellationToken);
        return new PostgresCeilingWriter(store, connection, slots, taken);
    }

    internal override void Prepare(CeilingBatch batch)
    {
        long n = ++last;
        NpgsqlBatch commands = new(connection);
        PostgresTransaction.Begin(commands, PostgresDatabase.EngineRole, Committer);
        commands.BatchCommands.Add(Numbered(CommitSql.Fence, n).With("writer", NpgsqlDbType.Uuid, tenure.Writer));
        commands.BatchCommands.Add(Columns.Added(CommitSql.AddRows.Postgres, batch.Rows));
        if (batch.Deliveries.Count > 0)
        {
            commands.BatchCommands.Add(Columns.Deliveries(CommitSql.AddDeliveries.Postgres, batch.Deliveries, withIds: true));
        }

        commands.BatchCommands.Add(Columns.Events(CommitSql.AddEvents.Postgres, batch.Events, tenure.Slot, n, batch.At < Earliest() ? Earliest() : batch.At));
        commands.BatchCommands.Add(Columns.Tallies(CommitSql.Tally.Postgres, batch.Tallies, tenure.Slot));
        commands.BatchCommands.Add(Numbered(CommitSql.NoteTenants, n).With("tenants", NpgsqlDbType.Text, batch.Tenants).With("signals", NpgsqlDbType.Text, (string?)null));
        commands.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        ready.Enqueue((commands, batch.Exceptions));
    }

    internal override async Task AddMonthsAsync(CancellationToken cancellationToken)
    {
        const string Sql = "select add_event_months($1, 3)";
        await using NpgsqlBatch commands = new(connection);
        PostgresTransaction.Begin(commands, PostgresDatabase.EngineRole, Committer);
        commands.BatchCommands.Add(new NpgsqlBatchCommand(Sql) { Parameters = { new NpgsqlParameter<DateOnly> { TypedValue = DateOnly.FromDateTime(Earliest().UtcDateTime) } } });
        commands.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await commands.ExecuteNonQueryAsync(cancellationToken);
    }

    internal override async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        if (!ready.TryDequeue(out (NpgsqlBatch Commands, int Exceptions) next))
        {
            return 0;
        }

        await next.Commands.ExecuteNonQueryAsync(cancellationToken);
        await next.Commands.DisposeAsync();
        return next.Exceptions;
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await slots.GiveBackAsync(tenure, CancellationToken.None);
        }
        catch (DbException)
        {
            // The connection broke, or a transaction did; what broke it was told. The slot expires by itself.
        }

        await slots.DisposeAsync();
        await store.DisposeAsync();
    }

    // The function that adds months goes two months back and no further; what is older is recorded then.
    private static DateTimeOffset Earliest()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(-2);
    }

    private NpgsqlBatchCommand Numbered(Statement statement, long n) =>
        new NpgsqlBatchCommand(statement.Postgres).With("slot", NpgsqlDbType.Integer, tenure.Slot).With("n", NpgsqlDbType.Bigint, n);
}
