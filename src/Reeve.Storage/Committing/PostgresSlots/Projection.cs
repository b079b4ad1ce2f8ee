using Npgsql;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording;
using Reeve.Engine.Tools.Executions;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Committing.PlaybookRows;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>
/// What a batch of outcomes does to every table but the log, as the fewest statements: conflicts first, table by table in one order.
/// Made anew when outcomes are taken out of the batch. Not thread-safe.
/// </summary>
internal sealed class Projection
{
    private readonly IReadOnlyList<Outcome> outcomes;
    private readonly List<RowWrite> added = [];
    private readonly List<RowWrite> updated = [];
    private readonly List<(string Tenant, Guid Key)> locked = [];
    private readonly List<(string Tenant, DeliveryKey Key, string Id, bool IsFurther)> deliveries = [];
    private readonly List<Run> runs = [];
    private readonly List<ImportChange> imports = [];
    private readonly List<ImportChange.ItemAdded> items = [];
    private readonly List<ExecutionChange> executions = [];
    private readonly List<PlaybookRunChange> playbookRuns = [];
    private readonly List<PlaybookRunsSuperseded> superseded = [];
    private readonly List<PartChange> playbookParts = [];
    private readonly List<ExceptionChange.Enqueue> enqueued = [];
    private readonly List<ExceptionChange.Dequeue> dequeued = [];

    private readonly Dictionary<(string, Guid), CountedRow> before = [];
    private readonly HashSet<(string, Guid)> rowsThere = [];
    private readonly HashSet<(string, DateOnly, UInt128)> deliveriesThere = [];
    private readonly HashSet<(string, Guid)> runsThere = [];
    private readonly HashSet<(string, Guid)> importsThere = [];
    private readonly HashSet<(string, Guid, ItemPlace)> itemsThere = [];
    private readonly HashSet<(string, Guid)> executionsThere = [];
    private readonly HashSet<(string, Guid)> playbookRunsThere = [];
    private readonly HashSet<(string, Guid)> enqueuedThere = [];
    private readonly HashSet<(string, Guid)> dequeuedThere = [];

    internal Projection(IReadOnlyList<Outcome> outcomes)
    {
        this.outcomes = outcomes;
        foreach (Outcome outcome in outcomes)
        {
            foreach (RowWrite row in outcome.Rows)
            {
                string tenant = row.Row.Record.TenantId.Value;
                (row.From is null ? added : updated).Add(row);
                if (row.From is not null)
                {
                    locked.Add((tenant, row.Row.Key.Value));
                }

                foreach (DeliveryKey delivery in row.Deliveries)
                {
                    deliveries.Add((tenant, delivery, row.Row.Record.ExceptionId.Value, row.IsFurther(delivery)));
                }
            }

            foreach (ExceptionKey key in outcome.Uncounted)
            {
                locked.Add((outcome.Tenant.Value, key.Value));
            }

            runs.AddRange(outcome.Runs);
            imports.AddRange(outcome.Imports);
            items.AddRange(outcome.Items);
            executions.AddRange(outcome.Executions);
            playbookRuns.AddRange(outcome.PlaybookRuns);
            superseded.AddRange(outcome.Superseded);
            playbookParts.AddRange(outcome.Parts);
            enqueued.AddRange(outcome.Enqueued);
            dequeued.AddRange(outcome.Dequeued);
        }

        added.Sort(static (left, right) => Order(left.Row.Record.TenantId, left.Row.Record.ExceptionId.Value, right.Row.Record.TenantId, right.Row.Record.ExceptionId.Value));
        updated.Sort(static (left, right) => Order(left.Row.Record.TenantId, left.Row.Record.ExceptionId.Value, right.Row.Record.TenantId, right.Row.Record.ExceptionId.Value));
        deliveries.Sort(static (left, right) => string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and int tenants ? tenants
            : (left.Key.Day, left.Key.Hash).CompareTo((right.Key.Day, right.Key.Hash)));
        imports.Sort(static (left, right) => Order(left.TenantId, ImportRow.IdOf(left).Value, right.TenantId, ImportRow.IdOf(right).Value));
        items.Sort(static (left, right) => string.CompareOrdinal(left.Tenant.Value, right.Tenant.Value) is not 0 and int tenants ? tenants
            : (left.Day, left.Import.Value, left.Item.Place).CompareTo((right.Day, right.Import.Value, right.Item.Place)));
        executions.Sort(static (left, right) => Order(left.TenantId, left.Id.Value, right.TenantId, right.Id.Value));
        playbookRuns.Sort(static (left, right) => Order(left.TenantId, left.Run.Pass.Value, right.TenantId, right.Run.Pass.Value));
        enqueued.Sort(static (left, right) => Order(left.Tenant, left.Pass.Value, right.Tenant, right.Pass.Value));
        dequeued.Sort(static (left, right) => Order(left.Tenant, left.Pass.Value, right.Tenant, right.Pass.Value));
    }

    /// <summary>Whether anything had to give way: then <see cref="Refused"/> says what.</summary>
    internal bool HasConflicts => rowsThere.Count < added.Count + updated.Count || deliveriesThere.Count < deliveries.Count
        || runsThere.Count < runs.Count || importsThere.Count < imports.Count || itemsThere.Count < items.Count
        || executionsThere.Count < executions.Count || playbookRunsThere.Count < playbookRuns.Count || enqueuedThere.Count < enqueued.Count || dequeuedThere.Count < dequeued.Count;

    /// <summary>Adds the statements to a batch of commands.</summary>
    internal void AddTo(NpgsqlBatch batch, int slot, long n, TimeSpan lease)
    {
        if (locked.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Keys(CommitSql.LockRows.Postgres, locked));
        }

        if (added.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Added(CommitSql.AddRows.Postgres, added));
        }

        if (updated.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Updated(CommitSql.UpdateRows.Postgres, updated));
        }

        if (deliveries.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Deliveries(CommitSql.AddDeliveries.Postgres, deliveries, withIds: true));
        }

        if (runs.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Runs(CommitSql.AddRuns.Postgres, runs));
        }

        foreach (ImportChange import in imports)
        {
            batch.BatchCommands.Add(Columns.Import(import));
        }

        if (items.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Items(ImportSql.AddItems.Postgres, items));
        }

        foreach (NpgsqlBatchCommand command in ExecutionColumns.Of(executions, slot, n, lease))
        {
            batch.BatchCommands.Add(command);
        }

        foreach (NpgsqlBatchCommand command in PlaybookColumns.Of(playbookRuns, superseded, playbookParts, slot))
        {
            batch.BatchCommands.Add(command);
        }

        if (enqueued.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Enqueued(CommitSql.Enqueue.Postgres, enqueued, slot));
        }

        if (dequeued.Count > 0)
        {
            batch.BatchCommands.Add(Columns.Dequeued(CommitSql.Dequeue.Postgres, dequeued));
        }
    }

    /// <summary>Reads what the statements answered, in their order; the reader stands before the first of their results.</summary>
    internal void Read(NpgsqlDataReader reader)
    {
        if (locked.Count > 0)
        {
            ForEach(reader, row => before[(row.GetString(0), row.GetGuid(1))] = Counted(row));
        }

        if (added.Count > 0)
        {
            ForEach(reader, row => rowsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        if (updated.Count > 0)
        {
            ForEach(reader, row => rowsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        if (deliveries.Count > 0)
        {
            ForEach(reader, row => deliveriesThere.Add((row.GetString(0), row.GetFieldValue<DateOnly>(1), DeliveryBytes.Read(row.GetFieldValue<byte[]>(2)))));
        }

        if (runs.Count > 0)
        {
            ForEach(reader, row => runsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        foreach (ImportChange _ in imports)
        {
            ForEach(reader, row => importsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        if (items.Count > 0)
        {
            ForEach(reader, row => itemsThere.Add((row.GetString(0), row.GetGuid(1), new ItemPlace(row.GetInt64(2), row.GetInt32(3)))));
        }

        for (int i = ExecutionColumns.Count(executions); i > 0; i--)
        {
            ForEach(reader, row => executionsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        for (int i = PlaybookColumns.Count(playbookRuns); i > 0; i--)
        {
            ForEach(reader, row => playbookRunsThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        if (enqueued.Count > 0)
        {
            ForEach(reader, row => enqueuedThere.Add((row.GetString(0), row.GetGuid(1))));
        }

        if (dequeued.Count > 0)
        {
            ForEach(reader, row => dequeuedThere.Add((row.GetString(0), row.GetGuid(1))));
        }
    }

    /// <summary>What met a conflict, and which; what was delivered before is asked for by <see cref="Deliveries"/>.</summary>
    internal List<(Outcome Outcome, CommitOutcome Why)> Refused() => [.. outcomes.Select(outcome => (outcome, Why(outcome))).Where(item => item.Item2 is not null).Select(item => (item.outcome, item.Item2!))];

    /// <summary>The deliveries of one outcome.</summary>
    internal static List<(string Tenant, DeliveryKey Key, string Id, bool IsFurther)> Deliveries(Outcome outcome) =>
        [.. outcome.Rows.SelectMany(row => row.Deliveries.Select(delivery => (row.Row.Record.TenantId.Value, delivery, "", row.IsFurther(delivery))))];

    /// <summary>Counts what the batch changes, when nothing met a conflict: the rows of counters that are to be, by tenant.</summary>
    internal List<(string Tenant, string Counts)> Count(SlotMemory memory)
    {
        List<TenantMemory> changed = [];
        foreach (RowWrite row in added)
        {
            CounterRow counters = Of(row.Row.Record.TenantId.Value);
            counters.Receive();
            counters.Count(CountedRow.Of(row.Row), 1);
        }

        foreach (RowWrite row in updated)
        {
            Of(row.Row.Record.TenantId.Value).Count(CountedRow.Of(row.Row), 1);
        }

        foreach (((string tenant, Guid _), CountedRow row) in before)
        {
            Of(tenant).Count(row, -1);
        }

        changed.Sort(static (one, other) => string.CompareOrdinal(one.Tenant, other.Tenant));
        return changed.ConvertAll(static tenant => (tenant.Tenant, tenant.Counters.Render()));

        CounterRow Of(string tenant)
        {
            TenantMemory known = memory.Known(tenant);
            if (!known.Counters.IsChanged)
            {
                changed.Add(known);
            }

            return known.Counters;
        }
    }

    private CommitOutcome? Why(Outcome outcome)
    {
        foreach (ImportChange.ItemAdded item in outcome.Items)
        {
            // Taken away as it is found: of two outcomes with one place, which nothing keeps apart before, the other gives way.
            if (!itemsThere.Remove((item.Tenant.Value, item.Import.Value, item.Item.Place)))
            {
                return new CommitOutcome.ItemThere();
            }
        }

        foreach (ImportChange import in outcome.Imports)
        {
            if (!importsThere.Contains((import.TenantId.Value, ImportRow.IdOf(import).Value)))
            {
                return import is ImportChange.Begun ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();
            }
        }

        foreach (RowWrite row in outcome.Rows)
        {
            string tenant = row.Row.Record.TenantId.Value;
            if (!rowsThere.Contains((tenant, row.Row.Key.Value)))
            {
                return row.From is null ? new CommitOutcome.AlreadyThere(null) : new CommitOutcome.MovedOn();
            }

            foreach (DeliveryKey delivery in row.Deliveries)
            {
                if (!deliveriesThere.Contains((tenant, delivery.Day, delivery.Hash)))
                {
                    return new CommitOutcome.AlreadyThere(null);
                }
            }
        }

        foreach (ExecutionChange execution in outcome.Executions)
        {
            if (!executionsThere.Contains((execution.TenantId.Value, execution.Id.Value)))
            {
                return ExecutionRow.Conflict(execution);
            }
        }

        foreach (PlaybookRunChange run in outcome.PlaybookRuns)
        {
            if (!playbookRunsThere.Contains((run.TenantId.Value, run.Run.Pass.Value)))
            {
                return PlaybookSql.Conflict(run);
            }
        }

        return Array.Exists(outcome.Runs, run => !runsThere.Contains((run.TenantId.Value, run.Id.Value))) ? new CommitOutcome.AlreadyThere(null)
            : Array.Exists(outcome.Enqueued, item => !enqueuedThere.Contains((item.Tenant.Value, item.Pass.Value))) ? new CommitOutcome.AlreadyThere(null)
            : Array.Exists(outcome.Dequeued, item => !dequeuedThere.Contains((item.Tenant.Value, item.Pass.Value))) ? new CommitOutcome.MovedOn()
            : null;
    }

    private static void ForEach(NpgsqlDataReader reader, Action<NpgsqlDataReader> take)
    {
        while (reader.Read())
        {
            take(reader);
        }

        reader.NextResult();
    }

    private static CountedRow Counted(NpgsqlDataReader row) => new()
    {
        Status = row.GetString(3),
        Severity = row.IsDBNull(4) ? null : row.GetString(4),
        Actionability = row.IsDBNull(5) ? null : row.GetString(5),
        Domain = row.GetString(6),
        Type = row.IsDBNull(7) ? null : row.GetString(7),
        ResolvedAutomatically = row.GetBoolean(8),
        TriageTook = row.IsDBNull(9) ? null : row.GetInt64(9),
        ResolveTook = row.IsDBNull(10) ? null : row.GetInt64(10),
    };

    private static int Order(TenantId leftTenant, string left, TenantId rightTenant, string right) =>
        string.CompareOrdinal(leftTenant.Value, rightTenant.Value) is not 0 and int tenants ? tenants : string.CompareOrdinal(left, right);

    private static int Order(TenantId leftTenant, Guid left, TenantId rightTenant, Guid right) =>
        string.CompareOrdinal(leftTenant.Value, rightTenant.Value) is not 0 and int tenants ? tenants : left.CompareTo(right);
}
