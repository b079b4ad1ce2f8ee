using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>What a step of a plan is.</summary>
public enum PlanStepKind
{
    /// <summary>call: a tool is called.</summary>
    Call,

    /// <summary>action: one of Reeve's own actions (EX-PB-5): notify, assign_owner, set_status, add_comment.</summary>
    Action,

    /// <summary>instruction: text for a person, without a tool.</summary>
    Instruction,

    /// <summary>confirmation: a person must say whether, or how often, it is to be done.</summary>
    Confirmation,
}

/// <summary>One step of a plan, resolved: exactly what would run (EX-MODEL-9).</summary>
public sealed record PlanStep
{
    /// <summary>The playbook's step; <c>1.2</c> is the second tool of the first text.</summary>
    public required StepId StepId { get; init; }

    /// <summary>Its one-based place in the plan.</summary>
    public required int Order { get; init; }

    /// <summary>What it is.</summary>
    public required PlanStepKind Kind { get; init; }

    /// <summary>The playbook's words, or the action's name.</summary>
    public required string Action { get; init; }

    /// <summary>The tool; null when none is called.</summary>
    public ToolName? Tool { get; init; }

    /// <summary>The tool's version; null when none is called.</summary>
    public string? ToolVersion { get; init; }

    /// <summary>Arguments with every placeholder resolved, save those that <see cref="Awaited"/> lists.</summary>
    public ObjectMap Arguments { get; init; } = ObjectMap.Empty;

    /// <summary>
    /// JSON pointers into <see cref="Arguments"/> of values that an earlier step's output will give: there the placeholder
    /// itself stands, for people to read. Text that merely looks like one is not listed (EX-APPR-8).
    /// </summary>
    public IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>What the tool does to the world; null when none is called.</summary>
    public ToolEffect? Effect { get; init; }

    /// <summary>What became of it, or would.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Why that status; empty when it speaks for itself.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether it is skipped because its condition does not hold, which counts as done (EX-AGENT-RES-7).</summary>
    public bool IsConditionFalse { get; init; }

    /// <summary>
    /// The dry run's answer, <c>{"dryRun": true, "output": …}</c> with an output made from the tool's schema; null when
    /// nothing was called dry.
    /// </summary>
    public ObjectMap? DryRun { get; init; }

    /// <summary>What is tried when it fails, resolved as the step itself; empty when nothing is.</summary>
    public IReadOnlyList<PlanStep> Fallback { get; init; } = [];

    /// <summary>What undoes it; null when the playbook gives nothing.</summary>
    public PlanRollback? Rollback { get; init; }
}

/// <summary>The call that undoes a step, resolved.</summary>
/// <param name="Tool">The tool.</param>
/// <param name="ToolVersion">Its version.</param>
/// <param name="Arguments">Its arguments; see <see cref="PlanStep.Arguments"/>.</param>
/// <param name="Awaited">See <see cref="PlanStep.Awaited"/>.</param>
public sealed record PlanRollback(ToolName Tool, string ToolVersion, ObjectMap Arguments, IReadOnlyList<string> Awaited);

/// <summary>What a plan can say of a success criterion before anything ran.</summary>
public enum CriterionOutlook
{
    /// <summary>It holds already, whatever the steps answer.</summary>
    Met,

    /// <summary>It is about what steps will answer, and counts as met if they answer as their tools declare.</summary>
    Assumed,

    /// <summary>A person must say, or a field it needs is missing.</summary>
    AwaitsPerson,

    /// <summary>It cannot hold.</summary>
    Unmet,
}

/// <summary>One success criterion of a plan, resolved.</summary>
public sealed record PlanCriterion
{
    /// <summary>As written.</summary>
    public required string Text { get; init; }

    /// <summary>The tool that checks it; null when it is a condition or a sentence.</summary>
    public ToolName? Tool { get; init; }

    /// <summary>That tool's arguments.</summary>
    public ObjectMap Arguments { get; init; } = ObjectMap.Empty;

    /// <summary>See <see cref="PlanStep.Awaited"/>; no part of the decision document.</summary>
    public IReadOnlyList<string> Awaited { get; init; } = [];

    /// <summary>What can be said of it now.</summary>
    public required CriterionOutlook Outlook { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }
}

/// <summary>A plan: the steps, or the errors for which there is none.</summary>
/// <param name="Steps">In order.</param>
/// <param name="Errors">Why the plan fails before anything runs; empty for a good plan.</param>
/// <param name="Warnings">What an author should mend, such as a bracketed word that is no tool.</param>
public sealed record Plan(IReadOnlyList<PlanStep> Steps, IReadOnlyList<ReeveError> Errors, IReadOnlyList<string> Warnings)
{
    /// <summary>What must hold after the last step, in order.</summary>
    public IReadOnlyList<PlanCriterion> Criteria { get; init; } = [];

    /// <summary>Whether a bad reference fails the plan (EX-AGENT-RES-1).</summary>
    public bool IsRefused => Errors.Count > 0;
}
