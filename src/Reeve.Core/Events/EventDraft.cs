using Reeve.Core.Decisions;
using Reeve.Core.Principals;
using Reeve.Core.Records;

namespace Reeve.Core.Events;

/// <summary>An event before it is in the log: everything but its id, its salt and its place there, which whoever commits adds.</summary>
public sealed record EventDraft
{
    /// <summary>The tenant it belongs to.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>The exception it is about; null when it is about none.</summary>
    public ExceptionKey? ExceptionKey { get; init; }

    /// <summary>The version of the exception's row that its commit leaves, which orders the events of one exception; null when it leaves none.</summary>
    public long? RowVersion { get; init; }

    /// <summary>The run it happened in; null when in none.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The pass of the exception through the pipeline; null when in none.</summary>
    public PassId? PassId { get; init; }

    /// <summary>What happened.</summary>
    public required EventType Type { get; init; }

    /// <summary>The shape of the body of this type, from 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The stage it happened at; null when at none.</summary>
    public Stage? Stage { get; init; }

    /// <summary>The stages that are among its parts, as its header lists them (docs/decisions/0016); null when it has no parts.</summary>
    public string? Stages { get; init; }

    /// <summary>Who did it. Owner and roles of a person or service belong into the body, too: the header keeps only its id.</summary>
    public required Principal Actor { get; init; }

    /// <summary>When, UTC, to the microsecond: the one reading of the clock that it was decided with.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>JSON, UTF-8; what is hashed and kept is exactly this.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
}
