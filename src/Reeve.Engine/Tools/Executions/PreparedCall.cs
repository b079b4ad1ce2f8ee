using Reeve.Core.Calls;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>A call that the gate let through, with everything that is recorded of it. Immutable.</summary>
public sealed record PreparedCall
{
    /// <summary>The wish.</summary>
    public required ToolCall Call { get; init; }

    /// <summary>The tool as the packs of the call define it.</summary>
    public required ToolDefinition Tool { get; init; }

    /// <summary>Where it goes, as its kind says.</summary>
    public required string Target { get; init; }

    /// <summary>What it is bound to.</summary>
    public required CallDigest Digest { get; init; }

    /// <summary>What the gate said.</summary>
    public required GateDecision Decision { get; init; }

    /// <summary>The approval that covers it; null when it needed none.</summary>
    public CallApproval? Approval { get; init; }

    /// <summary>How long all its attempts may take, with their pauses, at most.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>Whether repeating it changes nothing: it reads, or the tool knows its key.</summary>
    public bool IsRepeatable => Tool.Idempotent || Tool.Effect == ToolEffect.Read;

    internal CallRecord Record => new() { Call = Call, Tool = Tool, Target = Target, Digest = Digest, Approval = Approval };
}

/// <summary>As much of a call as is known where it is recorded: of one that is refused, the tool may not exist.</summary>
public sealed record CallRecord
{
    /// <summary>The wish.</summary>
    public required ToolCall Call { get; init; }

    /// <summary>The tool; null when none is defined.</summary>
    public ToolDefinition? Tool { get; init; }

    /// <summary>Where it goes; null when its kind cannot say.</summary>
    public string? Target { get; init; }

    /// <summary>What it is bound to; null when that cannot be told.</summary>
    public CallDigest? Digest { get; init; }

    /// <summary>The approval that covers it; null for none.</summary>
    public CallApproval? Approval { get; init; }
}
