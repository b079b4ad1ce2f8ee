using Npgsql;
using NpgsqlTypes;
using Reeve.Core.Changes;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Imports;
using Reeve.Engine.Recording;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <summary>Rows as the arrays that PostgreSQL unnests: one parameter per column. Rows come sorted, so that nodes lock in one order.</summary>
internal static class Columns
{
    private static readonly DateTime WireEpoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly int WireDay = DateOnly.FromDateTime(WireEpoch).DayNumber;

    /// <summary>Rows that are added: what they came as stands in them.</summary>
    internal static NpgsqlBatchCommand Added(string sql, List<RowWrite> rows)
    {
        NpgsqlBatchCommand command = Updated(sql, rows);
        Add(command, "days", NpgsqlDbType.Date, Of(rows, row => row.First is { } first ? first.Day.DayNumber - WireDay : (int?)null));
        Add(command, "hashes", NpgsqlDbType.Bytea, Of(rows, row => row.First is { } first ? DeliveryBytes.Of(first.Hash) : null));
        return command;
    }

    internal static NpgsqlBatchCommand Updated(string sql, List<RowWrite> rows)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(rows, row => row.Row.Record.TenantId.Value));
        Add(command, "ids", NpgsqlDbType.Text, Of(rows, row => row.Row.Record.ExceptionId.Value));
        Add(command, "keys", NpgsqlDbType.Uuid, Of(rows, row => row.Row.Key.Value));
        Add(command, "versions", NpgsqlDbType.Bigint, Of(rows, row => row.Row.Version));
        Add(command, "domains", NpgsqlDbType.Text, Of(rows, row => row.Row.Domain.Value));
        Add(command, "sources", NpgsqlDbType.Text, Of(rows, row => row.Row.Record.SourceSystem));
        Add(command, "types", NpgsqlDbType.Text, Of(rows, row => row.Row.Record.ExceptionType?.Value));
        Add(command, "severities", NpgsqlDbType.Text, Of(rows, row => row.Row.Record.Severity is { } severity ? Wire.Name(severity) : null));
        Add(command, "statuses", NpgsqlDbType.Text, Of(rows, row => Wire.Name(row.Row.Record.ResolutionStatus)));
        Add(command, "actionabilities", NpgsqlDbType.Text, Of(rows, row => row.Row.Actionability is { } actionability ? Wire.Name(actionability) : null));
        Add(command, "occurred", NpgsqlDbType.TimestampTz, Of(rows, row => Time(row.Row.Record.Timestamp)));
        Add(command, "created", NpgsqlDbType.TimestampTz, Of(rows, row => Time(row.Row.CreatedAt)));
        Add(command, "updated", NpgsqlDbType.TimestampTz, Of(rows, row => Time(row.Row.UpdatedAt)));
        Add(command, "triaged", NpgsqlDbType.TimestampTz, Of(rows, row => Time(row.Row.TriagedAt)));
        Add(command, "resolved", NpgsqlDbType.TimestampTz, Of(rows, row => Time(row.Row.ResolvedAt)));
        Add(command, "automatic", NpgsqlDbType.Boolean, Of(rows, row => row.Row.ResolvedAutomatically));
        Add(command, "runs", NpgsqlDbType.Uuid, Of(rows, row => row.Row.RunId.Value));
        Add(command, "passes", NpgsqlDbType.Uuid, Of(rows, row => row.Row.PassId.Value));
        Add(command, "externals", NpgsqlDbType.Text, Of(rows, row => row.Row.ExternalId));
        Add(command, "fingerprints", NpgsqlDbType.Text, Of(rows, row => row.Row.Fingerprint));
        Add(command, "records", NpgsqlDbType.Bytea, Of(rows, row => row.Json));
        return command;
    }

    internal static NpgsqlBatchCommand Keys(string sql, List<(string Tenant, Guid Key)> keys)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(keys, key => key.Tenant));
        Add(command, "keys", NpgsqlDbType.Uuid, Of(keys, key => key.Key));
        return command;
    }

    /// <summary>Deliveries, with the exceptions they are of unless <paramref name="withIds"/> is false.</summary>
    internal static NpgsqlBatchCommand Deliveries(string sql, List<(string Tenant, DeliveryKey Key, string Id, bool IsFurther)> deliveries, bool withIds)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(deliveries, item => item.Tenant));
        Add(command, "days", NpgsqlDbType.Date, Of(deliveries, item => item.Key.Day.DayNumber - WireDay));
        Add(command, "hashes", NpgsqlDbType.Bytea, Of(deliveries, item => DeliveryBytes.Of(item.Key.Hash)));
        if (withIds)
        {
            Add(command, "ids", NpgsqlDbType.Text, Of(deliveries, item => item.Id));
            Add(command, "further", NpgsqlDbType.Boolean, Of(deliveries, item => item.IsFurther));
        }

        return command;
    }

    internal static NpgsqlBatchCommand Runs(string sql, List<Run> runs)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(runs, run => run.TenantId.Value));
        Add(command, "ids", NpgsqlDbType.Uuid, Of(runs, run => run.Id.Value));
        Add(command, "kinds", NpgsqlDbType.Text, Of(runs, run => Wire.Name(run.Kind)));
        Add(command, "domains", NpgsqlDbType.Text, Of(runs, run => run.Domain.Value));
        Add(command, "packs", NpgsqlDbType.Text, Of(runs, run => run.DomainPack));
        Add(command, "policies", NpgsqlDbType.Text, Of(runs, run => run.TenantPolicy));
        Add(command, "times", NpgsqlDbType.TimestampTz, Of(runs, run => Time(run.AsOf)));
        Add(command, "logics", NpgsqlDbType.Integer, Of(runs, run => run.LogicVersion));
        Add(command, "products", NpgsqlDbType.Text, Of(runs, run => run.Product));
        Add(command, "started", NpgsqlDbType.TimestampTz, Of(runs, run => Time(run.StartedAt)));
        Add(command, "starters", NpgsqlDbType.Text, Of(runs, run => run.StartedBy.Id));
        return command;
    }

    internal static NpgsqlBatchCommand Items(string sql, List<ImportChange.ItemAdded> items)
    {
        ErrorRow[] errors = Of(items, item => ErrorRow.Of(item.Item.Errors));
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(items, item => item.Tenant.Value));
        Add(command, "days", NpgsqlDbType.Date, Of(items, item => item.Day.DayNumber - WireDay));
        Add(command, "imports", NpgsqlDbType.Uuid, Of(items, item => item.Import.Value));
        Add(command, "items", NpgsqlDbType.Bigint, Of(items, item => item.Item.Place.Item));
        Add(command, "parts", NpgsqlDbType.Integer, Of(items, item => item.Item.Place.Part));
        Add(command, "hashes", NpgsqlDbType.Bytea, Of(items, item => item.Item.BytesHash is { } hash ? DeliveryBytes.Of(hash) : null));
        Add(command, "ids", NpgsqlDbType.Text, Of(items, item => item.Item.ExceptionId?.Value));
        Add(command, "repeats", NpgsqlDbType.Boolean, Of(items, item => item.Item.Repeats));
        Add(command, "codes", NpgsqlDbType.Text, Array.ConvertAll(errors, error => error.Code));
        Add(command, "pointers", NpgsqlDbType.Text, Array.ConvertAll(errors, error => error.Pointer));
        Add(command, "messages", NpgsqlDbType.Text, Array.ConvertAll(errors, error => error.Message));
        Add(command, "errors", NpgsqlDbType.Text, Array.ConvertAll(errors, error => error.All));
        return command;
    }

    internal static NpgsqlBatchCommand Import(ImportChange change)
    {
        NpgsqlBatchCommand command = new(ImportRow.StatementOf(change).Postgres);
        command.With("tenant", NpgsqlDbType.Text, change.TenantId.Value).With("id", NpgsqlDbType.Uuid, ImportRow.IdOf(change).Value);
        return change switch
        {
            ImportChange.Begun begun => command.With("kind", NpgsqlDbType.Text, Wire.Name(begun.Kind)).With("domain", NpgsqlDbType.Text, begun.Domain.Value)
                .With("hash", NpgsqlDbType.Bytea, begun.BodyHash?.ToArray()).With("node", NpgsqlDbType.Uuid, begun.Node),
            ImportChange.TakenUp { From: var from } taken => command.With("node", NpgsqlDbType.Uuid, taken.Node).With("started", NpgsqlDbType.TimestampTz, Time(from.StartedAt))
                .With("state", NpgsqlDbType.Text, Wire.Name(from.State)).With("from", NpgsqlDbType.Uuid, from.Node),
            ImportChange.Ended { Counts: var counts } ended => command.With("day", NpgsqlDbType.Date, ended.Day.DayNumber - WireDay).With("node", NpgsqlDbType.Uuid, ended.Node)
                .With("state", NpgsqlDbType.Text, Wire.Name(ended.State)).With("items", NpgsqlDbType.Bigint, counts.Items).With("accepted", NpgsqlDbType.Bigint, counts.Accepted)
                .With("repeated", NpgsqlDbType.Bigint, counts.Repeated).With("refused", NpgsqlDbType.Bigint, counts.Refused),
            _ => throw new ArgumentOutOfRangeException(nameof(change)),
        };
    }

    internal static NpgsqlBatchCommand Enqueued(string sql, List<ExceptionChange.Enqueue> items, int slot)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(items, item => item.Tenant.Value));
        Add(command, "passes", NpgsqlDbType.Uuid, Of(items, item => item.Pass.Value));
        Add(command, "keys", NpgsqlDbType.Uuid, Of(items, item => item.Key.Value));
        Add(command, "runs", NpgsqlDbType.Uuid, Of(items, item => item.Run.Value));
        return command.With("slot", NpgsqlDbType.Integer, slot);
    }

    internal static NpgsqlBatchCommand Dequeued(string sql, List<ExceptionChange.Dequeue> items)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(items, item => item.Tenant.Value));
        Add(command, "passes", NpgsqlDbType.Uuid, Of(items, item => item.Pass.Value));
        return command;
    }

    internal static NpgsqlBatchCommand Events(string sql, LinkedEvent[] events, int slot, long n, DateTimeOffset at)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(events, item => item.Event.TenantId.Value));
        Add(command, "ordinals", NpgsqlDbType.Integer, Of(events, item => item.Ordinal));
        Add(command, "ids", NpgsqlDbType.Uuid, Of(events, item => item.Event.EventId));
        Add(command, "types", NpgsqlDbType.Text, Of(events, item => item.Event.Type.Name));
        Add(command, "versions", NpgsqlDbType.Integer, Of(events, item => item.Event.Version));
        Add(command, "occurred", NpgsqlDbType.TimestampTz, Of(events, item => Time(item.Event.OccurredAt)));
        Add(command, "keys", NpgsqlDbType.Uuid, Of(events, item => item.Event.ExceptionKey?.Value));
        Add(command, "rows", NpgsqlDbType.Bigint, Of(events, item => item.Event.RowVersion));
        Add(command, "runs", NpgsqlDbType.Uuid, Of(events, item => item.Event.RunId?.Value));
        Add(command, "passes", NpgsqlDbType.Uuid, Of(events, item => item.Event.PassId?.Value));
        Add(command, "stages", NpgsqlDbType.Text, Of(events, item => item.Event.Stage));
        Add(command, "kinds", NpgsqlDbType.Text, Of(events, item => item.Event.ActorKind));
        Add(command, "actors", NpgsqlDbType.Text, Of(events, item => item.Event.ActorId));
        Add(command, "commitments", NpgsqlDbType.Bytea, Of(events, item => item.Event.Commitment));
        Add(command, "hashes", NpgsqlDbType.Bytea, Of(events, item => item.Hash));

        // An event that is written has salt and body; only erasure takes them.
        Add(command, "salts", NpgsqlDbType.Bytea, Of(events, item => item.Event.Salt.GetValueOrDefault()));
        Add(command, "bodies", NpgsqlDbType.Bytea, Of(events, item => item.Event.Body.GetValueOrDefault()));
        return command.With("slot", NpgsqlDbType.Integer, slot).With("n", NpgsqlDbType.Bigint, n).With("at", NpgsqlDbType.TimestampTz, Time(at));
    }

    internal static NpgsqlBatchCommand Tallies(string sql, List<(string Tenant, string Counts)> tallies, int slot)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, Of(tallies, item => item.Tenant));
        Add(command, "counts", NpgsqlDbType.Text, Of(tallies, item => item.Counts));
        return command.With("slot", NpgsqlDbType.Integer, slot);
    }

    internal static NpgsqlBatchCommand Tenants(string sql, IReadOnlyList<string> tenants)
    {
        NpgsqlBatchCommand command = new(sql);
        Add(command, "tenants", NpgsqlDbType.Text, tenants.ToArray());
        return command;
    }

    /// <summary>Adds one value.</summary>
    internal static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, string name, NpgsqlDbType type, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T>(name, type) { TypedValue = value });
        return command;
    }

    internal static void Add<T>(NpgsqlBatchCommand command, string name, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = values });

    internal static TOut[] Of<TIn, TOut>(IReadOnlyList<TIn> items, Func<TIn, TOut> column)
    {
        TOut[] values = new TOut[items.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column(items[i]);
        }

        return values;
    }

    // Times and days go as the numbers of the wire, from 2000: the driver takes the first and last moment of its own types for infinity.
    internal static long Time(DateTimeOffset time) => (TimeText.ToMicroseconds(time).UtcTicks - WireEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    internal static long? Time(DateTimeOffset? time) => time is { } known ? Time(known) : null;
}
