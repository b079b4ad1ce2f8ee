using Reeve.Core.Records;

namespace Reeve.Core.Events;

/// <summary>
/// An event as it stands in the log, column by column (docs/audit-format.md). Nothing is interpreted here: a reader that
/// verifies must see what is stored, be it senseless.
/// </summary>
public sealed record LoggedEvent
{
    /// <summary>The tenant whose log it is in.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Where.</summary>
    public required EventPosition Position { get; init; }

    /// <summary>UUIDv7.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When its commit was made, by the database's clock, UTC, microseconds.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>What happened.</summary>
    public required EventType Type { get; init; }

    /// <summary>The shape of the body.</summary>
    public required int Version { get; init; }

    /// <summary>When it happened, UTC, microseconds.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The exception it is about; null when about none.</summary>
    public ExceptionKey? ExceptionKey { get; init; }

    /// <summary>The version of the exception's row that its commit leaves; null when it leaves none.</summary>
    public long? RowVersion { get; init; }

    /// <summary>The run; null when in none.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The pass; null when in none.</summary>
    public PassId? PassId { get; init; }

    /// <summary>The key of the stage; of an event with parts, the keys of its stages (<see cref="EventParts"/>); null when at none.</summary>
    public string? Stage { get; init; }

    /// <summary>PERSON, AGENT or SERVICE.</summary>
    public required string ActorKind { get; init; }

    /// <summary>Its id.</summary>
    public required string ActorId { get; init; }

    /// <summary>SHA-256 of salt and body.</summary>
    public required ReadOnlyMemory<byte> Commitment { get; init; }

    /// <summary>The link.</summary>
    public required ReadOnlyMemory<byte> Hash { get; init; }

    /// <summary>Null once erased.</summary>
    public ReadOnlyMemory<byte>? Salt { get; init; }

    /// <summary>Null once erased.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Its place among the parts of the event it was taken out of, from 0; null for an event as it stands. Whoever handles parts is idempotent by <see cref="EventId"/> and this.</summary>
    public int? Part { get; init; }
}
