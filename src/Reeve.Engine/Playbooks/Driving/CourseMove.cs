using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>What is to be done next with a plan that runs; a closed set.</summary>
public abstract record CourseMove
{
    private CourseMove()
    {
    }

    /// <summary>A tool is to be called.</summary>
    /// <param name="Part">For what.</param>
    /// <param name="Step">The step it belongs to, as planned with what is known now; null for a criterion.</param>
    /// <param name="Tool">The tool.</param>
    /// <param name="Arguments">Its arguments, nothing left to fill in.</param>
    /// <param name="Goal">What for, in a sentence.</param>
    public sealed record Call(PartKey Part, PlanStep? Step, ToolName Tool, ObjectMap Arguments, string Goal) : CourseMove;

    /// <summary>One of Reeve's own actions is to be done.</summary>
    public sealed record Act(PartKey Part, PlanStep Step) : CourseMove;

    /// <summary>A part is to be recorded as skipped.</summary>
    public sealed record Skip(PartKey Part, PlanStep Step, string Reason) : CourseMove;

    /// <summary>A part is to be recorded as failed without anything being sent.</summary>
    public sealed record Fail(PartKey Part, PlanStep? Step, string Reason) : CourseMove;

    /// <summary>Nothing goes on before a person did something.</summary>
    /// <param name="Part">With what; null: with the whole.</param>
    /// <param name="Step">The step; null for a criterion and for the whole.</param>
    /// <param name="For">What is waited for.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    public sealed record Wait(PartKey? Part, PlanStep? Step, CourseWait For, string Reason) : CourseMove;

    /// <summary>The plan has ended.</summary>
    /// <param name="Status">RESOLVED or ESCALATED.</param>
    /// <param name="Reason">A sentence that names what decided.</param>
    /// <param name="NotUndone">Steps whose effects stand although they should not, because nothing undoes them or it failed.</param>
    public sealed record End(ResolutionStatus Status, string Reason, IReadOnlyList<StepId> NotUndone) : CourseMove;
}

/// <summary>What a plan waits for.</summary>
public enum CourseWait
{
    /// <summary>That somebody approves the step, or does or skips it by hand.</summary>
    Approval,

    /// <summary>That somebody does the step, or skips it: nothing can do it for them.</summary>
    Person,

    /// <summary>That somebody finds out what became of a call.</summary>
    Outcome,

    /// <summary>That somebody confirms a success criterion.</summary>
    Criterion,
}

/// <summary>A part of a plan that has a row of its own.</summary>
/// <param name="Place">The one-based place of the step; of a criterion, its own.</param>
/// <param name="Part"><c>step</c>, <c>fallback:1</c> (and <c>fallback:1.2</c>, the second of the first one's own), <c>rollback</c> (of a fallback, <c>rollback:1</c>), <c>criterion</c>.</param>
public readonly record struct PartKey(int Place, string Part)
{
    /// <summary>The step itself.</summary>
    public const string Step = "step";

    /// <summary>What undoes the step.</summary>
    public const string Rollback = "rollback";

    /// <summary>A success criterion.</summary>
    public const string Criterion = "criterion";

    /// <summary>What a fallback is called.</summary>
    public const string Fallback = "fallback";

    /// <summary>What of a step it is.</summary>
    public StepPart Kind => Part switch
    {
        Step => StepPart.Step,
        Criterion => StepPart.Criterion,
        _ when Part.StartsWith(Rollback, StringComparison.Ordinal) => StepPart.Rollback,
        _ => StepPart.Fallback,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Place}/{Part}";
}
