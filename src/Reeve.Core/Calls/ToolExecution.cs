using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Core.Calls;

/// <summary>Where an execution stands (EX-MODEL-10 and, beyond its names, whether its outcome is known).</summary>
public enum ExecutionStatus
{
    /// <summary>requested: it is to be made by whoever gets to it.</summary>
    Requested,

    /// <summary>running: it is intended, and not settled.</summary>
    Running,

    /// <summary>succeeded.</summary>
    Succeeded,

    /// <summary>failed; <see cref="ToolExecution.IsUnknown"/> says when nobody knows.</summary>
    Failed,
}

/// <summary>The row of an execution (EX-TOOL-10). Input and output are in the bodies of its events. Immutable.</summary>
public sealed record ToolExecution
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Its id, which is also the idempotency key that the tool is given.</summary>
    public required ExecutionId Id { get; init; }

    /// <summary>The domain whose packs define the tool.</summary>
    public required DomainName Domain { get; init; }

    /// <summary>The tool.</summary>
    public required ToolName Tool { get; init; }

    /// <summary>Its version.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>What it does to the world.</summary>
    public required ToolEffect Effect { get; init; }

    /// <summary>Whether sending it again with the same key has one effect.</summary>
    public required bool IsIdempotent { get; init; }

    /// <summary>What it is bound to: tool, target, arguments, packs.</summary>
    public required CallDigest Digest { get; init; }

    /// <summary>What it does, whichever packs it was made under; empty, as <see cref="Digest"/>, once its exception was erased.</summary>
    public required CallDigest Content { get; init; }

    /// <summary>For which exception; null for none.</summary>
    public ExceptionKey? Exception { get; init; }

    /// <summary>The run; null for none.</summary>
    public RunId? Run { get; init; }

    /// <summary>The pass; null for none.</summary>
    public PassId? Pass { get; init; }

    /// <summary>The one-based place of the step in its plan; null for none.</summary>
    public int? Place { get; init; }

    /// <summary>The step of its plan; null for none.</summary>
    public StepId? Step { get; init; }

    /// <summary>What of that step it is; null for none.</summary>
    public StepPart? Part { get; init; }

    /// <summary>The approval that covered it, a UUIDv7; null for none.</summary>
    public Guid? Approval { get; init; }

    /// <summary>Who acts: the kind and the id of the principal.</summary>
    public required Principals.PrincipalKind ActorKind { get; init; }

    /// <summary>See <see cref="ActorKind"/>.</summary>
    public required string ActorId { get; init; }

    /// <summary>Where it stands.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>Whether it ended without anybody knowing its outcome.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>The code it ended with; null when it succeeded or has not ended.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>How many attempts were made; 0 before it ended.</summary>
    public int Attempts { get; init; }

    /// <summary>How often somebody went on with it after an owner that may have sent it.</summary>
    public int Takeovers { get; init; }

    /// <summary>When it was intended, or asked for.</summary>
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it ended; null when it has not.</summary>
    public DateTimeOffset? SettledAt { get; init; }

    /// <summary>Whether it has ended, be it that nobody knows how.</summary>
    public bool IsSettled => Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed;

    /// <summary>Whether making it again changes nothing that it has not changed already: it reads, or the tool knows its key.</summary>
    public bool IsRepeatable => IsIdempotent || Effect == ToolEffect.Read;
}
