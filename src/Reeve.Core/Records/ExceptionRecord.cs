using Reeve.Core.Values;

namespace Reeve.Core.Records;

/// <summary>One exception in the canonical form (EX-MODEL-6). Immutable; a stage that changes it makes a new one.</summary>
public sealed record ExceptionRecord
{
    /// <summary>Unique in the tenant.</summary>
    public required ExceptionId ExceptionId { get; init; }

    /// <summary>The tenant it belongs to.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Where it came from; <c>unknown</c> when nobody said.</summary>
    public required string SourceSystem { get; init; }

    /// <summary>Its type, a key of the domain pack; null until Intake knows, or when no rule could tell.</summary>
    public ExceptionTypeName? ExceptionType { get; init; }

    /// <summary>Its effective severity; null until Triage.</summary>
    public Severity? Severity { get; init; }

    /// <summary>When it occurred, UTC, to the microsecond.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The source's data as read.</summary>
    public required ObjectMap RawPayload { get; init; }

    /// <summary>The source's data as received, byte for byte.</summary>
    public required ReadOnlyMemory<byte> RawBytes { get; init; }

    /// <summary>Normalised keys: pipelineId, normalizedAt, domain, and what the mapping found.</summary>
    public ObjectMap NormalizedContext { get; init; } = ObjectMap.Empty;

    /// <summary>The rules it broke, by id.</summary>
    public IReadOnlyList<string> DetectedRules { get; init; } = [];

    /// <summary>Possible resolutions: playbooks that apply.</summary>
    public IReadOnlyList<string> SuggestedActions { get; init; } = [];

    /// <summary>Where it stands.</summary>
    public ResolutionStatus ResolutionStatus { get; init; } = ResolutionStatus.Open;

    /// <summary>What happened to it, oldest first.</summary>
    public IReadOnlyList<AuditEntry> AuditTrail { get; init; } = [];

    /// <summary>The playbook it is on; null when none is.</summary>
    public PlaybookId? CurrentPlaybookId { get; init; }

    /// <summary>The next step of that playbook, one-based; null when none is.</summary>
    public int? CurrentStep { get; init; }

    /// <summary>Who has it: a person or a group; null when nobody does.</summary>
    public string? Owner { get; init; }
}

/// <summary>One line of an exception's history.</summary>
/// <param name="Action">What was done.</param>
/// <param name="Timestamp">When, UTC.</param>
/// <param name="Actor">Who did it: an agent's or a person's name.</param>
public sealed record AuditEntry(string Action, DateTimeOffset Timestamp, string Actor);
