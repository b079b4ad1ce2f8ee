using Microsoft.Data.Sqlite;
using SQLitePCL;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Recording;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.PlaybookRows;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.SqliteSlots;

/// <summary>The connection that writes to a file, with every statement of a commit prepared. Not thread-safe.</summary>
internal sealed class SqliteWriting : IDisposable
{
    // How long another process's lock is waited for, such as a copy being made; the lock file keeps other writers away.
    private const int BusyTimeoutMs = 5000;

    // The leaves that commits fill stay in memory, in KiB; a checkpoint copies pages that many commits changed once, in pages of 4 KiB.
    private const string Memory = "pragma cache_size = -65536; pragma wal_autocheckpoint = 4000";

    private readonly SqliteConnection connection;
    private readonly List<PreparedStatement> prepared = [];
    private readonly PreparedStatement fence;
    private readonly PreparedStatement noteTenants;
    private readonly PreparedStatement known;
    private readonly PreparedStatement readRow;
    private readonly PreparedStatement findRow;
    private readonly PreparedStatement addRow;
    private readonly PreparedStatement updateRow;
    private readonly PreparedStatement findDelivery;
    private readonly PreparedStatement addDelivery;
    private readonly PreparedStatement findRun;
    private readonly PreparedStatement addRun;
    private readonly PreparedStatement findPass;
    private readonly PreparedStatement enqueue;
    private readonly PreparedStatement dequeue;
    private readonly PreparedStatement addEvent;
    private readonly PreparedStatement tally;
    private readonly PreparedStatement hold;
    private readonly SqliteImports imports;
    private readonly SqliteExecutions executions;
    private readonly SqlitePlaybooks playbooks;

    /// <summary>Takes the connection over.</summary>
    internal SqliteWriting(SqliteConnection connection)
    {
        this.connection = connection;
        sqlite3 handle = connection.Handle!; // not null: it is open
        _ = raw.sqlite3_busy_timeout(handle, BusyTimeoutMs);
        Execute(Memory);
        fence = Prepare(CommitSql.Fence);
        noteTenants = Prepare(CommitSql.NoteTenants);
        known = Prepare(CommitSql.Known);
        readRow = Prepare(CommitSql.LockRows);
        findRow = Prepare(CommitSql.FindRow);
        addRow = Prepare(CommitSql.AddRows);
        updateRow = Prepare(CommitSql.UpdateRows);
        findDelivery = Prepare(CommitSql.FindDeliveries);
        addDelivery = Prepare(CommitSql.AddDeliveries);
        findRun = Prepare(CommitSql.FindRun);
        addRun = Prepare(CommitSql.AddRuns);
        findPass = Prepare(CommitSql.FindPass);
        enqueue = Prepare(CommitSql.Enqueue);
        dequeue = Prepare(CommitSql.Dequeue);
        addEvent = Prepare(CommitSql.AddEvents);
        tally = Prepare(CommitSql.Tally);
        hold = Prepare(SlotSql.Hold);
        imports = new SqliteImports(Prepare);
        executions = new SqliteExecutions(Prepare);
        playbooks = new SqlitePlaybooks(Prepare);
    }

    /// <summary>Begins a copy of the file; its steps go between transactions of this connection.</summary>
    internal OnlineCopy Copy(string path) => new(connection.Handle!, path); // not null: it is open

    /// <summary>Whether a copy is one of this connection's.</summary>
    internal bool IsSourceOf(OnlineCopy copy) => copy.IsOf(connection.Handle!); // not null: it is open

    internal void Begin() => Execute("begin immediate");

    internal void Commit() => Execute("commit");

    /// <summary>Undoes what is under way; some errors have done so already.</summary>
    internal void Rollback()
    {
        if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Execute("rollback");
        }
    }

    /// <summary>Inserts the commit's row; its time, or null when the slot is not this writer's.</summary>
    internal DateTimeOffset? Fence(int slot, Guid writer, long n, DateTimeOffset now) =>
        fence.Number(n).Time(now).Number(slot).Id(writer).First(static row => (long?)raw.sqlite3_column_int64(row, 0)) is { } at
            ? DateTimeOffset.UnixEpoch.AddTicks(at * TimeSpan.TicksPerMicrosecond)
            : null;

    internal bool Holds(int slot, Guid writer) => hold.Number(slot).Id(writer).Any();

    internal void NoteTenants(string tenants, string? signals, int slot, long n) => noteTenants.Text(tenants).Text(signals).Number(slot).Number(n).Run();

    /// <summary>What the file says of a tenant of a slot.</summary>
    internal TenantMemory Learn(string tenant, int slot, SlotMemory memory)
    {
        (byte[] head, string? counts) = known.Text(tenant).Number(slot)
            .First(static row => (raw.sqlite3_column_blob(row, 0).ToArray(), TextOrNull(row, 1)));
        return memory.Learn(tenant, head, counts);
    }

    /// <summary>What an outcome runs into; null when nothing. Changes nothing.</summary>
    internal CommitOutcome? ConflictOf(Outcome outcome, DateTimeOffset now)
    {
        if (imports.ConflictOf(outcome, now) is { } import)
        {
            return import;
        }

        if (executions.ConflictOf(outcome, now) is { } execution)
        {
            return execution;
        }

        if (playbooks.ConflictOf(outcome) is { } playbook)
        {
            return playbook;
        }

        foreach (RowWrite row in outcome.Rows)
        {
            string tenant = row.Row.Record.TenantId.Value;
            foreach (DeliveryKey delivery in row.Deliveries)
            {
                findDelivery.Text(tenant).Number(StoredDay(delivery.Day)).Bytes(DeliveryBytes.Of(delivery.Hash));
                if (findDelivery.First(static found => raw.sqlite3_column_text(found, 0).utf8_to_string()) is { } first)
                {
                    return new CommitOutcome.AlreadyThere(new ExceptionId(first));
                }
            }

            (string Id, long Version, CountedRow Row)? known = Read(tenant, row.Row.Key.Value);
            if (row.From is { } from)
            {
                if (known is not { } there || there.Version != from || there.Id != row.Row.Record.ExceptionId.Value)
                {
                    return new CommitOutcome.MovedOn();
                }
            }
            else if (known is not null || findRow.Text(tenant).Text(row.Row.Record.ExceptionId.Value).Any())
            {
                return new CommitOutcome.AlreadyThere(null);
            }
        }

        return Array.Exists(outcome.Runs, run => findRun.Text(run.TenantId.Value).Id(run.Id.Value).Any()) ? new CommitOutcome.AlreadyThere(null)
            : Array.Exists(outcome.Enqueued, item => findPass.Text(item.Tenant.Value).Id(item.Pass.Value).Any()) ? new CommitOutcome.AlreadyThere(null)
            : Array.Exists(outcome.Dequeued, item => !findPass.Text(item.Tenant.Value).Id(item.Pass.Value).Any()) ? new CommitOutcome.MovedOn()
            : null;
    }

    /// <summary>Writes every table but the log, and counts.</summary>
    /// <returns>What it means that a statement of a store wrote no row; null when all went well.</returns>
    internal CommitOutcome? Write(Outcome outcome, int slot, long n, DateTimeOffset at, CounterRow counters)
    {
        imports.Write(outcome, at);
        executions.Write(outcome, slot, n, at);
        playbooks.Write(outcome, slot, at);
        foreach (RowWrite row in outcome.Rows)
        {
            Write(row, counters);
        }

        foreach (Run run in outcome.Runs)
        {
            addRun.Text(run.TenantId.Value).Id(run.Id.Value).Text(Wire.Name(run.Kind)).Text(run.Domain.Value).Text(run.DomainPack).Text(run.TenantPolicy)
                .Time(run.AsOf).Number(run.LogicVersion).Text(run.Product).Time(run.StartedAt).Text(run.StartedBy.Id).Run();
        }

        foreach (ExceptionChange.Enqueue item in outcome.Enqueued)
        {
            enqueue.Text(item.Tenant.Value).Id(item.Pass.Value).Id(item.Key.Value).Id(item.Run.Value).Number(slot).Time(at).Run();
        }

        foreach (ExceptionChange.Dequeue item in outcome.Dequeued)
        {
            dequeue.Text(item.Tenant.Value).Id(item.Pass.Value).Run();
        }

        foreach (ExceptionKey key in outcome.Uncounted)
        {
            if (Read(outcome.Tenant.Value, key.Value) is { } there)
            {
                counters.Count(there.Row, -1);
            }
        }

        return Run(outcome.Calls, outcome.Kind == OutcomeKind.Alone ? outcome.Tenant.Value : null);
    }

    /// <summary>Runs the statements of stores.</summary>
    internal CommitOutcome? Run(StatementCall[] calls, string? tenant)
    {
        foreach (StatementCall call in calls)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = call.Statement.Sqlite;
            Parameters parameters = Parameters.Of(command);
            if (tenant is not null)
            {
                parameters.Text("tenant", tenant);
            }

            call.Bind(parameters);
            if (command.ExecuteNonQuery() == 0 && call.Otherwise is { } otherwise)
            {
                return otherwise;
            }
        }

        return null;
    }

    internal void Add(in LinkedEvent item, int slot, long n, DateTimeOffset at)
    {
        var columns = item.Event;
        addEvent.Text(columns.TenantId.Value).Number(slot).Number(n).Number(item.Ordinal).Id(columns.EventId).Time(at).Text(columns.Type.Name).Number(columns.Version)
            .Time(columns.OccurredAt).Id(columns.ExceptionKey?.Value).Number(columns.RowVersion).Id(columns.RunId?.Value).Id(columns.PassId?.Value).Text(columns.Stage)
            .Text(columns.ActorKind).Text(columns.ActorId).Bytes(columns.Commitment.Span).Bytes(item.Hash.Span)
            .Bytes(columns.Salt.GetValueOrDefault().Span).Bytes(columns.Body.GetValueOrDefault().Span).Run();
    }

    internal void Tally(string tenant, int slot, string counts) => tally.Text(tenant).Number(slot).Text(counts).Run();

    /// <summary>Runs a statement about slots, and reads a number when it gives one.</summary>
    internal long? Run(Statement statement, Action<Parameters> bind)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement.Sqlite;
        bind(Parameters.Of(command));
        return command.ExecuteScalar() as long?;
    }

    public void Dispose()
    {
        foreach (PreparedStatement statement in prepared)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private void Write(RowWrite write, CounterRow counters)
    {
        ExceptionRow row = write.Row;
        ExceptionRecord record = row.Record;
        string tenant = record.TenantId.Value;
        bool isNew = write.From is null;
        if (isNew)
        {
            counters.Receive();
            addRow.Text(tenant).Text(record.ExceptionId.Value).Id(row.Key.Value);
        }
        else if (Read(tenant, row.Key.Value) is { } before)
        {
            counters.Count(before.Row, -1);
        }

        counters.Count(CountedRow.Of(row), 1);
        PreparedStatement statement = isNew ? addRow : updateRow;
        statement.Number(row.Version).Text(row.Domain.Value).Text(record.SourceSystem).Text(record.ExceptionType?.Value)
            .Text(record.Severity is { } severity ? Wire.Name(severity) : null).Text(Wire.Name(record.ResolutionStatus))
            .Text(row.Actionability is { } actionability ? Wire.Name(actionability) : null)
            .Time(TimeText.ToMicroseconds(record.Timestamp)).Time(row.CreatedAt).Time(row.UpdatedAt).Time(row.TriagedAt).Time(row.ResolvedAt)
            .Number(row.ResolvedAutomatically ? 1 : 0).Id(row.RunId.Value).Id(row.PassId.Value).Text(row.ExternalId).Text(row.Fingerprint).Bytes(write.Json);
        if (!isNew)
        {
            statement.Text(tenant).Text(record.ExceptionId.Value);
        }
        else if (write.First is { } first)
        {
            statement.Number(StoredDay(first.Day)).Bytes(DeliveryBytes.Of(first.Hash));
        }

        statement.Run();
        foreach (DeliveryKey delivery in write.Deliveries)
        {
            addDelivery.Text(tenant).Number(StoredDay(delivery.Day)).Bytes(DeliveryBytes.Of(delivery.Hash)).Text(record.ExceptionId.Value).Number(write.IsFurther(delivery) ? 1 : 0).Run();
        }
    }

    private (string Id, long Version, CountedRow Row)? Read(string tenant, Guid key) =>
        readRow.Text(tenant).Id(key).First(static row => ((string, long, CountedRow)?)(
            raw.sqlite3_column_text(row, 0).utf8_to_string(),
            raw.sqlite3_column_int64(row, 1),
            new CountedRow
            {
                Status = raw.sqlite3_column_text(row, 2).utf8_to_string(),
                Severity = TextOrNull(row, 3),
                Actionability = TextOrNull(row, 4),
                Domain = raw.sqlite3_column_text(row, 5).utf8_to_string(),
                Type = TextOrNull(row, 6),
                ResolvedAutomatically = raw.sqlite3_column_int64(row, 7) != 0,
                TriageTook = NumberOrNull(row, 8),
                ResolveTook = NumberOrNull(row, 9),
            }));

    private static string? TextOrNull(sqlite3_stmt row, int column) =>
        raw.sqlite3_column_type(row, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_text(row, column).utf8_to_string();

    private static long? NumberOrNull(sqlite3_stmt row, int column) =>
        raw.sqlite3_column_type(row, column) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(row, column);

    internal static long StoredDay(DateOnly day) => day.DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    private PreparedStatement Prepare(Statement statement)
    {
        PreparedStatement made = new(connection.Handle!, statement); // not null: it is open
        prepared.Add(made);
        return made;
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
