using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Executions;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Attempts;

/// <summary>A call that may be sent, with all that its attempts need.</summary>
public sealed record SendOrder
{
    /// <summary>For whom.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>Who reaches the tool.</summary>
    public required IToolKind Kind { get; init; }

    /// <summary>The tool.</summary>
    public required ToolDefinition Tool { get; init; }

    /// <summary>Its arguments, valid by its schema.</summary>
    public required ObjectMap Arguments { get; init; }

    /// <summary>The execution, by whose id the tool knows a repetition.</summary>
    public required ExecutionId Id { get; init; }

    /// <summary>How many attempts may follow the first; not negative.</summary>
    public required int Retries { get; init; }

    /// <summary>Whether it was sent before by a process that died: then it may have run already.</summary>
    public required bool MayHaveRun { get; init; }

    /// <summary>Its breaker.</summary>
    public required BreakerKey Breaker { get; init; }

    /// <summary>The right to make the first attempt.</summary>
    public required BreakerPass First { get; init; }

    /// <summary>Asked right before the first byte of each attempt: null sends it, an error keeps it back and ends the call. See <see cref="Attempt.BeforeSending"/>.</summary>
    public required Func<BreakerPass, CancellationToken, ValueTask<ReeveError?>> MaySend { get; init; }
}

/// <summary>How a call that was sent, or kept back, ended.</summary>
/// <param name="End">How.</param>
/// <param name="KeptBack">What kept the last attempt back; null when it was sent, or did not come that far.</param>
/// <param name="MayHaveRun">Whether an attempt that nobody heard of may have had the effect.</param>
public sealed record SendEnd(CallEnd End, ReeveError? KeptBack, bool MayHaveRun);
