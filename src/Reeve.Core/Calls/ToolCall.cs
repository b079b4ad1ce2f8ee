using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Calls;

/// <summary>A wish to use a tool, as the gate is asked. Immutable.</summary>
public sealed record ToolCall
{
    /// <summary>
    /// Which use of the tool it is. Asking again with the same id, in this process or after a crash, gives the same answer and no second effect;
    /// with the same id for something else it is refused (TOOL-031).
    /// </summary>
    public required ExecutionId Id { get; init; }

    /// <summary>The packs it is made under: those that its plan was made with. The active ones are asked, too.</summary>
    public required BoundPolicy Policy { get; init; }

    /// <summary>The tool.</summary>
    public required ToolName Tool { get; init; }

    /// <summary>Its arguments, with nothing left to fill in.</summary>
    public required ObjectMap Arguments { get; init; }

    /// <summary>By what right.</summary>
    public required CallAuthority Authority { get; init; }

    /// <summary>For which exception; null for none.</summary>
    public CallSubject? Subject { get; init; }

    /// <summary>What it is for, in a sentence: what evaluations before the action are told (RF-16). Never empty.</summary>
    public required string Goal { get; init; }

    /// <summary>Whether nothing is called and the answer is made from the output schema (EX-TOOL-8).</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The tenant.</summary>
    public TenantId TenantId => Policy.TenantId;
}

/// <summary>The exception a call is made for, and the place in its plan.</summary>
/// <param name="Exception">The exception.</param>
/// <param name="Key">Its pseudonym, by which headers of events name it.</param>
/// <param name="Run">The run.</param>
/// <param name="Pass">The pass.</param>
/// <param name="Step">The step of the plan; null when the call belongs to none.</param>
/// <param name="Part">What of the step it is.</param>
public sealed record CallSubject(ExceptionId Exception, ExceptionKey Key, RunId? Run, PassId? Pass, StepId? Step, StepPart Part)
{
    /// <summary>The one-based place of the step in the plan, by which approvals know it; null when the call belongs to no plan.</summary>
    public int? Place { get; init; }

    /// <summary>The part as the rows of the plan's steps name it, such as <c>fallback:1</c>; null: what <see cref="Part"/> says.</summary>
    public string? PartName { get; init; }

    /// <summary>The version of the exception's row as whoever calls knows it: the call's events stand behind what left it. Null when it is not known.</summary>
    public long? RowVersion { get; init; }
}

/// <summary>What of a step a call is.</summary>
public enum StepPart
{
    /// <summary>step: its own call.</summary>
    Step,

    /// <summary>fallback: one of the calls made when it failed.</summary>
    Fallback,

    /// <summary>rollback: the call that undoes it.</summary>
    Rollback,

    /// <summary>criterion: the call that checks a success criterion.</summary>
    Criterion,
}
