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

    /// <inheritdoc/>
    public bool CommitSent { get; private set; }

    /// <inheritdoc/>
    public async Task<AttemptEnd> RunAsync(List<Outcome> outcomes, SlotMemory memory, CancellationToken cancellationToken)
    {
        Projection projection = new(outcomes);
        DateTimeOffset at;
        await using (NpgsqlBatch first = new(connection))
        {
            Begin(first, PostgresDatabase.EngineRole);
            first.BatchCommands.Add(Numbered(CommitSql.Fence).With("writer", NpgsqlDbType.Uuid, writer));
            FindUnknown(outcomes, memory);
            if (unknown.Count > 0)
            {
                first.BatchCommands.Add(Columns.Tenants(CommitSql.Known.Postgres, unknown).With("slot", NpgsqlDbType.Integer, slot));
            }

            first.BatchCommands.Add(new NpgsqlBatchCommand("savepoint outcomes"));
            projection.AddTo(first, slot);
            (int calls, StatementCall[] called) = AddCalls(first, outcomes);
            DateTimeOffset? fenced = null;
            await using (NpgsqlDataReader reader = await first.ExecuteReaderAsync(cancellationToken))
            {
                await reader.NextResultAsync(cancellationToken);
                fenced = await reader.ReadAsync(cancellationToken) ? Time(reader) : null;
                await reader.NextResultAsync(cancellationToken);
                await LearnAsync(reader, memory, cancellationToken);
                await projection.ReadAsync(reader, cancellationToken);
                while (await reader.NextResultAsync(cancellationToken))
                {
                    // Statements that no conflict tells itself by: an error of any of them is thrown here.
                }
            }

            if (fenced is not { } time)
            {
                await RollbackAsync(cancellationToken);
                return AttemptEnd.Fenced;
            }

            at = time;
            if (Unmade(first, calls, called) is { } why)
            {
                await RollbackAsync(cancellationToken);
                outcomes[0].Become(why);
                outcomes.Clear();
                return AttemptEnd.Nothing;
            }
        }

        while (projection.HasConflicts)
        {
            await GiveWayAsync(projection, outcomes, cancellationToken);
            if (outcomes.Count == 0)
            {
                await RollbackAsync(cancellationToken);
                return AttemptEnd.Nothing;
            }

            projection = await AgainAsync(outcomes, cancellationToken);
        }

        await FinishAsync(projection, outcomes, at, memory, cancellationToken);
        return AttemptEnd.Committed;
    }

    /// <inheritdoc/>
    public async Task<CommitOutcome?> RunChoreAsync(Outcome chore, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = new(connection);
        Begin(batch, PostgresDatabase.EngineRole);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SlotSql.Hold.Postgres).With("slot", NpgsqlDbType.Integer, slot).With("writer", NpgsqlDbType.Uuid, writer));
        int from = batch.BatchCommands.Count;
        foreach (StatementCall call in chore.Calls)
        {
            batch.BatchCommands.Add(Command(call, default));
        }

        bool held;
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            held = await reader.ReadAsync(cancellationToken);
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        if (!held || Unmade(batch, from, chore.Calls) is not null)
        {
            await RollbackAsync(cancellationToken);
            return held ? Unmade(batch, from, chore.Calls) : null;
        }

        CommitSent = true;
        await using NpgsqlCommand commit = new("commit", connection);
        await commit.ExecuteNonQueryAsync(cancellationToken);
        return new CommitOutcome.Committed(slot, 0);
    }

    // Answers what conflicts, and goes back to where the commit's row is all there is.
    private async Task GiveWayAsync(Projection projection, List<Outcome> outcomes, CancellationToken cancellationToken)
    {
        List<(Outcome Outcome, CommitOutcome Why)> refused = projection.Refused();
        if (refused.Count == 0)
        {
            throw new InvalidOperationException("A statement wrote fewer rows than it was given, and no outcome misses one.");
        }

        List<(Outcome Outcome, (string Tenant, DeliveryKey Key, string Id, bool IsFurther) Delivery)> deliveries =
            [.. refused.SelectMany(item => Projection.Deliveries(item.Outcome).Select(delivery => (item.Outcome, delivery)))];
        await using NpgsqlBatch back = new(connection);
        back.BatchCommands.Add(new NpgsqlBatchCommand("rollback to savepoint outcomes"));
        if (deliveries.Count > 0)
        {
            back.BatchCommands.Add(Columns.Deliveries(CommitSql.FindDeliveries.Postgres, [.. deliveries.Select(item => item.Delivery)], withIds: false));
        }

        Dictionary<Outcome, ExceptionId> delivered = [];
        await using (NpgsqlDataReader reader = await back.ExecuteReaderAsync(cancellationToken))
        {
            while (deliveries.Count > 0 && await reader.ReadAsync(cancellationToken))
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

    private async Task<Projection> AgainAsync(List<Outcome> outcomes, CancellationToken cancellationToken)
    {
        Projection projection = new(outcomes);
        await using NpgsqlBatch batch = new(connection);
        projection.AddTo(batch, slot);
        if (batch.BatchCommands.Count > 0)
        {
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            await projection.ReadAsync(reader, cancellationToken);
        }

        return projection;
    }

    private async Task FinishAsync(Projection projection, List<Outcome> outcomes, DateTimeOffset at, SlotMemory memory, CancellationToken cancellationToken)
    {
        ChainLinks links = ChainLinks.Of(outcomes, slot, n, at, memory);
        List<(string Tenant, string Counts)> tallies = projection.Count(memory);
        await using NpgsqlBatch last = new(connection);
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
        CommitSent = true;
        await last.ExecuteNonQueryAsync(cancellationToken);
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

    private async Task LearnAsync(NpgsqlDataReader reader, SlotMemory memory, CancellationToken cancellationToken)
    {
        if (unknown.Count == 0)
        {
            return;
        }

        while (await reader.ReadAsync(cancellationToken))
        {
            memory.Learn(reader.GetString(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<byte[]>(1), reader.IsDBNull(2) ? null : reader.GetString(2));
        }

        await reader.NextResultAsync(cancellationToken);
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

    private async Task RollbackAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand rollback = new("rollback", connection);
        await rollback.ExecuteNonQueryAsync(cancellationToken);
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
