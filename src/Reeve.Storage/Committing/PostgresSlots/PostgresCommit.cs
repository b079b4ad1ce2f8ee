using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.SlotProtocol;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>
/// One attempt to write a batch as commit <paramref name="n"/> of a slot: two round trips when nothing conflicts. The first fences,
/// writes every table but the log and so finds the conflicts; the second writes the events, which need the time that the first
/// returned, and commits. Not thread-safe.
/// </summary>
internal sealed class PostgresCommit(NpgsqlConnection connection, CommitterOptions options, int slot, Guid writer, long n) : ISlotAttempt
{
    private readonly List<string> unknown = [];
    private volatile NpgsqlBatch? running;
    private CancellationToken stopping;

    /// <inheritdoc/>
    public bool CommitSent { get; private set; }

    /// <inheritdoc/>
    public Task<AttemptEnd> RunAsync(List<Outcome> outcomes, SlotMemory memory, CancellationToken cancellationToken) =>
        Blocking(() => Run(outcomes, memory), cancellationToken);

    /// <inheritdoc/>
    public Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken) => Blocking(() => RunChore(chore), cancellationToken);

    private AttemptEnd Run(List<Outcome> outcomes, SlotMemory memory)
    {
        Projection projection = new(outcomes);
        DateTimeOffset at;
        using (NpgsqlBatch first = new(connection))
        {
            Begin(first, PostgresDatabase.EngineRole);
            first.BatchCommands.Add(Numbered(CommitSql.Fence).With("writer", NpgsqlDbType.Uuid, writer));
            FindUnknown(outcomes, memory);
            if (unknown.Count > 0)
            {
                first.BatchCommands.Add(Columns.Tenants(CommitSql.Known.Postgres, unknown).With("slot", NpgsqlDbType.Integer, slot));
            }

            first.BatchCommands.Add(new NpgsqlBatchCommand("savepoint outcomes"));
            projection.AddTo(first, slot, n, options.Lease);
            (int calls, StatementCall[] called) = AddCalls(first, outcomes);
            DateTimeOffset? fenced = null;
            using (NpgsqlDataReader reader = Execute(first))
            {
                reader.NextResult();
                fenced = reader.Read() ? Time(reader) : null;
                reader.NextResult();
                Learn(reader, memory);
                projection.Read(reader);
                while (reader.NextResult())
                {
                    // Statements that no conflict tells itself by: an error of any of them is thrown here.
                }
            }

            if (fenced is not { } time)
            {
                Rollback();
                return AttemptEnd.Fenced;
            }

            at = time;
            if (Unmade(first, calls, called) is { } why)
            {
                Rollback();
                outcomes[0].Become(why);
                outcomes.Clear();
                return AttemptEnd.Nothing;
            }
        }

        while (projection.HasConflicts)
        {
            GiveWay(projection, outcomes);
            if (outcomes.Count == 0)
            {
                Rollback();
                return AttemptEnd.Nothing;
            }

            projection = Again(outcomes);
        }

        Finish(projection, outcomes, at, memory);
        return AttemptEnd.Committed;
    }

    private CommitOutcome? RunChore(Outcome chore)
    {
        using NpgsqlBatch batch = new(connection);
        Begin(batch, PostgresDatabase.EngineRole);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SlotSql.Hold.Postgres).With("slot", NpgsqlDbType.Integer, slot).With("writer", NpgsqlDbType.Uuid, writer));
        int from = batch.BatchCommands.Count;
        foreach (StatementCall call in chore.Calls)
        {
            batch.BatchCommands.Add(Command(call, default));
        }

        bool held;
        using (NpgsqlDataReader reader = Execute(batch))
        {
            reader.NextResult();
            held = reader.Read();
            while (reader.NextResult())
            {
            }
        }

        if (!held || Unmade(batch, from, chore.Calls) is not null)
        {
            Rollback();
            return held ? Unmade(batch, from, chore.Calls) : null;
        }

        CommitSent = true;
        using NpgsqlCommand commit = new("commit", connection);
        commit.ExecuteNonQuery();
        return new CommitOutcome.Committed(slot, 0);
    }

    // On the slot's own thread, which waits for the answer: handed to the pool, it would stand behind all that is being decided there.
    private Task<T> Blocking<T>(Func<T> run, CancellationToken cancellationToken)
    {
        try
        {
            stopping = cancellationToken;
            stopping.ThrowIfCancellationRequested();
            using CancellationTokenRegistration cutting = stopping.Register(() => running?.Cancel());
            return Task.FromResult(run());
        }
        catch (Exception fault)
        {
            return Task.FromException<T>(fault);
        }
    }

    // A stop between two batches finds none to cancel, so each looks for itself, once it can be found. One that has begun is cancelled, or ends by its statement's limit.
    private NpgsqlDataReader Execute(NpgsqlBatch batch)
    {
        running = batch;
        stopping.ThrowIfCancellationRequested();
        return batch.ExecuteReader();
    }

    // Answers what conflicts, and goes back to where the commit's row is all there is.
    private void GiveWay(Projection projection, List<Outcome> outcomes)
    {
        List<(Outcome Outcome, CommitOutcome Why)> refused = projection.Refused();
        if (refused.Count == 0)
        {
            throw new InvalidOperationException("A statement wrote fewer rows than it was given, and no outcome misses one.");
        }

        List<(Outcome Outcome, (string Tenant, DeliveryKey Key, string Id, bool IsFurther) Delivery)> deliveries =
            [.. refused.SelectMany(item => Projection.Deliveries(item.Outcome).Select(delivery => (item.Outcome, delivery)))];
        using NpgsqlBatch back = new(connection);
        back.BatchCommands.Add(new NpgsqlBatchCommand("rollback to savepoint outcomes"));
        if (deliveries.Count > 0)
        {
            back.BatchCommands.Add(Columns.Deliveries(CommitSql.FindDeliveries.Postgres, [.. deliveries.Select(item => item.Delivery)], withIds: false));
        }

        Dictionary<Outcome, ExceptionId> delivered = [];
        using (NpgsqlDataReader reader = Execute(back))
        {
            while (deliveries.Count > 0 && reader.Read())
            {
                delivered.TryAdd(deliveries[(int)reader.GetInt64(0) - 1].Outcome, new ExceptionId(reader.GetString(1)));
            }
        }

        foreach ((Outcome outcome, CommitOutcome why) in refused)
        {
            outcomes.Remove(outcome);
            outcome.Become(why is not CommitOutcome.ItemThere && delivered.TryGetValue(outcome, out ExceptionId first) ? new CommitOutcome.AlreadyThere(first) : why);
        }
    }

    private Projection Again(List<Outcome> outcomes)
    {
        Projection projection = new(outcomes);
        using NpgsqlBatch batch = new(connection);
        projection.AddTo(batch, slot, n, options.Lease);
        if (batch.BatchCommands.Count > 0)
        {
            using NpgsqlDataReader reader = Execute(batch);
            projection.Read(reader);
        }

        return projection;
    }

    private void Finish(Projection projection, List<Outcome> outcomes, DateTimeOffset at, SlotMemory memory)
    {
        ChainLinks links = ChainLinks.Of(outcomes, slot, n, at, memory);
        List<(string Tenant, string Counts)> tallies = projection.Count(memory);
        using NpgsqlBatch last = new(connection);
        if (outcomes[0].Kind == OutcomeKind.Alone)
        {
            last.BatchCommands.Add(PostgresDatabase.Become(PostgresDatabase.EngineRole, null));
        }

        if (links.Events.Length > 0)
        {
            last.BatchCommands.Add(Columns.Events(CommitSql.AddEvents.Postgres, links.Events, slot, n, at));
        }

        if (tallies.Count > 0)
        {
            last.BatchCommands.Add(Columns.Tallies(CommitSql.Tally.Postgres, tallies, slot));
        }

        last.BatchCommands.Add(Numbered(CommitSql.NoteTenants).With("tenants", NpgsqlDbType.Text, links.Tenants).With("signals", NpgsqlDbType.Text, Outcome.SignalsOf(outcomes)));
        last.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        running = last;
        stopping.ThrowIfCancellationRequested();
        CommitSent = true;
        last.ExecuteNonQuery();
    }

    private void FindUnknown(List<Outcome> outcomes, SlotMemory memory)
    {
        memory.Trim();
        HashSet<string>? asked = null;
        foreach (Outcome outcome in outcomes)
        {
            if (memory.Find(outcome.Tenant.Value) is null && (asked ??= new(StringComparer.Ordinal)).Add(outcome.Tenant.Value))
            {
                unknown.Add(outcome.Tenant.Value);
            }
        }
    }

    private void Learn(NpgsqlDataReader reader, SlotMemory memory)
    {
        if (unknown.Count == 0)
        {
            return;
        }

        while (reader.Read())
        {
            memory.Learn(reader.GetString(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetString(2));
        }

        reader.NextResult();
    }

    // The stores' statements, each under its role; the place of the first of them, and which they are: a change of role is none.
    private static (int From, StatementCall[] Calls) AddCalls(NpgsqlBatch batch, List<Outcome> outcomes)
    {
        int from = batch.BatchCommands.Count;
        foreach (Outcome outcome in outcomes)
        {
            foreach (StatementCall call in outcome.Calls)
            {
                batch.BatchCommands.Add(PostgresDatabase.Become(call.Erases ? PostgresDatabase.EraserRole : PostgresDatabase.AppRole, outcome.Tenant.Value));
                batch.BatchCommands.Add(Command(call, outcome.Tenant));
            }
        }

        return (from, outcomes.Count == 1 ? outcomes[0].Calls : []);
    }

    // What it means that a call wrote no row; null when all did what they should.
    private static CommitOutcome? Unmade(NpgsqlBatch batch, int from, StatementCall[] calls)
    {
        int step = calls.Length == 0 ? 1 : (batch.BatchCommands.Count - from) / calls.Length;
        for (int i = 0; i < calls.Length; i++)
        {
            if (calls[i].Otherwise is { } otherwise && batch.BatchCommands[from + (i * step) + step - 1].RecordsAffected == 0)
            {
                return otherwise;
            }
        }

        return null;
    }

    private static NpgsqlBatchCommand Command(StatementCall call, TenantId tenant)
    {
        NpgsqlBatchCommand command = new(call.Statement.Postgres);
        Parameters parameters = Parameters.Of(command.Parameters);
        if (tenant.Value is not null)
        {
            parameters.Text("tenant", tenant.Value);
        }

        call.Bind(parameters);
        return command;
    }

    private NpgsqlBatchCommand Numbered(Statement statement) =>
        new NpgsqlBatchCommand(statement.Postgres).With("slot", NpgsqlDbType.Integer, slot).With("n", NpgsqlDbType.Bigint, n);

    private void Begin(NpgsqlBatch batch, string role) => PostgresTransaction.Begin(batch, role, options);

    private void Rollback()
    {
        using NpgsqlCommand rollback = new("rollback", connection);
        rollback.ExecuteNonQuery();
    }

    private static DateTimeOffset Time(NpgsqlDataReader reader) => new(DateTime.SpecifyKind(reader.GetDateTime(0), DateTimeKind.Utc));
}

/// <summary>How the committer's transactions begin.</summary>
internal static class PostgresTransaction
{
    // All of it ends with the transaction, so nothing depends on which session it is, and a pooler in between changes nothing. A frozen
    // node's open transaction ends before its slot may be taken (docs/decisions/0008).
    private const string Settings =
        "select set_config('role', $1, true), set_config('reeve.tenant', '', true), set_config('statement_timeout', $2, true), set_config('idle_in_transaction_session_timeout', $2, true)";

    internal static void Begin(NpgsqlBatch batch, string role, CommitterOptions options)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand("begin"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Settings)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = role },
                new NpgsqlParameter<string> { TypedValue = ((long)options.StatementLimit.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture) },
            },
        });
    }
}
