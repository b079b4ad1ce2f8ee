using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Placeholders;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>Whether a step's turn comes by itself, before its arguments are looked at.</summary>
internal readonly record struct Gate
{
    private Gate(StepStatus status, PlanStepKind? kind, string reason)
    {
        Status = status;
        Kind = kind;
        Reason = reason;
    }

    /// <summary>SUCCESS: it runs; SKIPPED: its condition is false; NEEDS_APPROVAL: a person decides first.</summary>
    internal StepStatus Status { get; }

    /// <summary>Confirmation when a person must say whether or how often; null leaves the step's own kind.</summary>
    internal PlanStepKind? Kind { get; }

    /// <summary>Why; empty when it runs.</summary>
    internal string Reason { get; }

    /// <summary>Judges a step by its condition, its first word and its wish for approval.</summary>
    /// <param name="step">The step.</param>
    /// <param name="conditionalWord">The word that makes its text conditional or repeating; null when none does.</param>
    /// <param name="draft">The plan so far.</param>
    internal static Gate Of(PlaybookStep step, string? conditionalWord, PlanDraft draft)
    {
        if (step.Conditional is { } condition)
        {
            Truth truth = draft.Test(condition);
            if (truth.Kind == TruthKind.False)
            {
                return new Gate(StepStatus.Skipped, null, $"Its condition does not hold: {condition.Text}");
            }

            if (truth.IsUnknown)
            {
                return new Gate(StepStatus.NeedsApproval, null, $"Its condition cannot be told: {condition.Text} ({Cause(truth)}).");
            }
        }
        else if (conditionalWord is not null)
        {
            string question = conditionalWord is "while" or "until" or "repeat" or "for" ? "how often" : "whether";
            return new Gate(StepStatus.NeedsApproval, PlanStepKind.Confirmation, $"A person says {question}: the text begins with '{conditionalWord}' and has no conditional expression.");
        }

        return step.RequiresApproval
            ? new Gate(StepStatus.NeedsApproval, null, "The playbook asks for approval of this step.")
            : new Gate(StepStatus.Success, null, "");
    }

    /// <summary>What kept a condition from being told, for people.</summary>
    internal static string Cause(Truth truth) => truth.Why switch
    {
        null => "it has no answer",
        { } why when ReferenceEquals(why, StepActivation.NotRun) => "it needs the output of a step that has not run",
        { Path: { } path } why => $"'{path}': {why.Message}",
        { } why => why.Message,
    };
}
