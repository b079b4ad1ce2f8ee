using Reeve.Core.Decisions;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Core.Events;

/// <summary>An event before it is in the log: everything but its place there.</summary>
public sealed record EventDraft
{
    /// <summary>The tenant it belongs to.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The exception it is about.</summary>
    public required ExceptionId ExceptionId { get; init; }

    /// <summary>The run it happened in.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What happened.</summary>
    public required EventType Type { get; init; }

    /// <summary>The stage it happened at; null when at none.</summary>
    public Stage? Stage { get; init; }

    /// <summary>Who did it.</summary>
    public required Principal Actor { get; init; }

    /// <summary>When, UTC, to the microsecond: the stage's one reading of the clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Canonical JSON, UTF-8.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}
