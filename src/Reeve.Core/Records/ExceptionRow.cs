namespace Reeve.Core.Records;

/// <summary>
/// An exception as the store keeps it: the latest record beside what lists and metrics ask. The payload and the history are
/// not in the row but in the log, so a record that comes back from the store has an empty payload and an empty trail until
/// they are read from there.
/// </summary>
public sealed record ExceptionRow
{
    /// <summary>The record.</summary>
    public required ExceptionRecord Record { get; init; }

    /// <summary>Its pseudonym.</summary>
    public required ExceptionKey Key { get; init; }

    /// <summary>How often the row was written, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The domain whose pack decided it.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>The run of its latest pass.</summary>
    public required RunId RunId { get; init; }

    /// <summary>Its latest pass.</summary>
    public required PassId PassId { get; init; }

    /// <summary>When it was received, UTC, milliseconds: the time in its key, so that the order of keys is that of receipt.</summary>
    public DateTimeOffset CreatedAt => Key.ReceivedAt;

    /// <summary>When the row was last written, UTC, microseconds.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When Triage was done; null until then.</summary>
    public DateTimeOffset? TriagedAt { get; init; }

    /// <summary>When it became RESOLVED; null while it is not.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Whether it became RESOLVED by Reeve's own action: not by a person, and not because its source said so.</summary>
    public bool ResolvedAutomatically { get; init; }

    /// <summary>What Policy found; null until it has.</summary>
    public Actionability? Actionability { get; init; }

    /// <summary>The source's own id of the delivery; null when it gave none.</summary>
    public string? ExternalId { get; init; }

    /// <summary>What makes deliveries the same problem; null when not mapped.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>What a delivery is known by (EX-AGENT-INTAKE-5); docs/decisions/0009 has the bytes.</summary>
/// <param name="Day">The UTC day of its timestamp.</param>
/// <param name="Hash">Sixteen bytes of SHA-256 over source, external id, and whether it closes.</param>
public readonly record struct DeliveryKey(DateOnly Day, UInt128 Hash);
