using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Ledger;

/// <summary>The columns of an event in the order of the table, and how they are read where they are trusted.</summary>
internal static class EventColumns
{
    /// <summary>For a select from <c>events</c> under the name <c>e</c>.</summary>
    internal const string All = """
        e.tenant_id, e.slot, e.n, e.ordinal, e.event_id, e.recorded_at, e.type, e.version, e.occurred_at, e.exception_key, e.row_version,
        e.run_id, e.pass_id, e.stage, e.actor_kind, e.actor_id, e.commitment, e.hash, e.salt, e.body
        """;

    /// <summary>Reads them from a column on.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-008 when one of them cannot be read.</exception>
    internal static LoggedEvent Read(Row row, int from = 0) => new()
    {
        TenantId = new TenantId(row.Text(from)),
        Position = new EventPosition(row.Int(from + 1), row.Long(from + 2), row.Int(from + 3)),
        EventId = row.Id(from + 4),
        RecordedAt = row.Time(from + 5),
        Type = new EventType(row.Text(from + 6)),
        Version = row.Int(from + 7),
        OccurredAt = row.Time(from + 8),
        ExceptionKey = row.IdOrNull(from + 9) is { } key ? new ExceptionKey(key) : null,
        RowVersion = row.LongOrNull(from + 10),
        RunId = row.IdOrNull(from + 11) is { } run ? new RunId(run) : null,
        PassId = row.IdOrNull(from + 12) is { } pass ? new PassId(pass) : null,
        Stage = row.TextOrNull(from + 13),
        ActorKind = row.Text(from + 14),
        ActorId = row.Text(from + 15),
        Commitment = row.Bytes(from + 16),
        Hash = row.Bytes(from + 17),
        Salt = Memory(row.BytesOrNull(from + 18)),
        Body = Memory(row.BytesOrNull(from + 19)),
    };

    // A null array would convert to an empty memory that is not null.
    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;
}
