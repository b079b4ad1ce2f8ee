using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Playbooks.Placeholders;

namespace Reeve.Engine.Playbooks.Planning;

/// <summary>A plan while it is made: what earlier steps left behind, and what was found wrong. Lives for one plan.</summary>
internal sealed class PlanDraft(
    ExceptionRecord record, BoundPolicy policy, Activation activation, IReadOnlyDictionary<string, ObjectMap> dryAnswers, IReadOnlyDictionary<int, StepOutcome>? outcomes = null)
{
    private bool isAside;
    private readonly List<ReeveError> errors = [];
    private readonly List<string> warnings = [];

    internal BoundPolicy Policy { get; } = policy;

    internal PlanSources Sources { get; } = new(record, policy);

    /// <summary>The exception's status as the steps so far would leave it; while a plan runs it is in progress.</summary>
    internal ResolutionStatus Status { get; set; } = ResolutionStatus.InProgress;

    internal IReadOnlyList<ReeveError> Errors => errors;

    internal IReadOnlyList<string> Warnings => warnings;

    /// <summary>The answer of a dry call of one of the policy's tools.</summary>
    internal ObjectMap DryAnswer(ToolDefinition tool) => dryAnswers[tool.Name.Value];

    /// <summary>Answers a condition, given the steps so far.</summary>
    internal Truth Test(Expression condition)
    {
        Truth truth = condition.Test(new StepActivation(activation, Sources));

        // has() answers "no" of an output that is not there yet; when the step has run it may say "yes".
        return !truth.IsUnknown && condition.Text.Contains("has(", StringComparison.Ordinal) && ReadsOutputs(condition)
            ? new Truth(TruthKind.Unknown, StepActivation.NotRun)
            : truth;
    }

    /// <summary>Plans something that may never run: what it would leave behind is forgotten, what is wrong with it is not.</summary>
    internal T Aside<T>(Func<T> plan)
    {
        int steps = Sources.Earlier.Count;
        ResolutionStatus status = Status;
        bool wasAside = isAside;
        isAside = true;
        T planned = plan();
        isAside = wasAside;
        Sources.Forget(steps);
        Status = status;
        return planned;
    }

    /// <summary>What the step at a place came to; null while it has not run, and for what stands beside the plan.</summary>
    internal StepOutcome? OutcomeAt(int place) => isAside ? null : outcomes?.GetValueOrDefault(place);

    internal void Refuse(ErrorCode kind, string place, string message) => errors.Add(new ReeveError(kind, message, place));

    internal void Warn(string place, string message) => warnings.Add($"{place}: {message}");

    internal void Take(string place, CallArguments arguments)
    {
        foreach (string error in arguments.Errors)
        {
            Refuse(ErrorCatalogue.Plans.UnresolvedPlaceholder, place, error);
        }

        foreach (string warning in arguments.Warnings)
        {
            Warn(place, warning);
        }
    }

    private bool ReadsOutputs(Expression condition)
    {
        foreach (string path in condition.Paths)
        {
            if (path.StartsWith("steps", StringComparison.Ordinal))
            {
                foreach (EarlierStep step in Sources.Earlier)
                {
                    if (step is { WillAnswer: true, Outcome: null })
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }
}
