using Reeve.Core.Decisions;
using Reeve.Core.Expressions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>
/// What is next of a plan that runs (docs/decisions/0020): a pure function of the playbook, the record and what its parts came to. It keeps nothing, so whoever goes on after a crash asks again and is
/// told the same. Thread-safe.
/// </summary>
public sealed class PlanCourse
{
    private readonly PlaybookDesk playbooks;
    private readonly BoundPolicy policy;
    private readonly Playbook playbook;
    private readonly ExceptionRecord record;
    private readonly Activation activation;

    /// <summary>The course of one plan.</summary>
    /// <param name="playbooks">Plans, with the packs of the pass.</param>
    /// <param name="policy">Those packs.</param>
    /// <param name="playbook">The playbook that was selected.</param>
    /// <param name="record">The record as the plan was made from it.</param>
    /// <param name="activation">What conditions see: with the clock of the stage that planned, so that nothing is planned otherwise later because time passed.</param>
    public PlanCourse(PlaybookDesk playbooks, BoundPolicy policy, Playbook playbook, ExceptionRecord record, Activation activation)
    {
        this.playbooks = playbooks;
        this.policy = policy;
        this.playbook = playbook;
        this.record = record;
        this.activation = activation;
    }

    /// <summary>The plan as it stands now: steps that need outputs of steps that have run are filled in.</summary>
    public Plan PlanWith(IReadOnlyDictionary<PartKey, PartProgress> progress) => playbooks.Plan(playbook, record, activation, Outcomes(progress));

    /// <summary>What is next.</summary>
    /// <param name="progress">What parts came to; a part that is not in it has not begun.</param>
    public CourseMove Next(IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        Plan plan = PlanWith(progress);
        if (plan.IsRefused)
        {
            return Undo(plan, progress, plan.Steps.Count, $"The plan can no longer be made: {plan.Errors[0].Message}");
        }

        if (plan.Steps.Count == 0)
        {
            return new CourseMove.Wait(null, null, CourseWait.Person, "The playbook has no steps, so people decide what to do.");
        }

        // What is sure to fail, and has nothing to fall back on, would have all before it undone: then nothing is begun.
        if (progress.Count == 0 && plan.Steps.FirstOrDefault(step => step is { Status: StepStatus.Failed, Fallback.Count: 0 }) is { } hopeless)
        {
            return new CourseMove.End(ResolutionStatus.Escalated, $"Step '{hopeless.StepId}' is sure to fail, so nothing was begun: {hopeless.Reason}", []);
        }

        foreach (PlanStep step in plan.Steps)
        {
            if (Of(step, plan, progress) is { } move)
            {
                return move;
            }
        }

        // Success is judged when all is done, what people do included.
        if (plan.Steps.FirstOrDefault(step => StatusAt(progress, Main(step)) == PartStatus.Left) is { } left)
        {
            return new CourseMove.Wait(Main(left), left, CourseWait.Person, $"Step '{left.StepId}' is for a person to carry out.");
        }

        for (int i = 0; i < plan.Criteria.Count; i++)
        {
            if (Of(plan.Criteria[i], i + 1, progress) is { } move)
            {
                return move;
            }
        }

        return End(plan, progress);
    }

    /// <summary>The steps whose effects stand: they changed something, and nothing undid it.</summary>
    public IReadOnlyList<StepId> Standing(IReadOnlyDictionary<PartKey, PartProgress> progress) =>
    [
        .. PlanWith(progress).Steps.SelectMany(step => Done(step, progress))
            .Where(done => done.Step.Effect == ToolEffect.Write && progress.GetValueOrDefault(done.Undo)?.Status != PartStatus.Success).Select(done => done.Step.StepId),
    ];

    private static PartKey Main(PlanStep step) => new(step.Order, PartKey.Step);

    private static PartStatus? StatusAt(IReadOnlyDictionary<PartKey, PartProgress> progress, PartKey key) => progress.GetValueOrDefault(key)?.Status;

    // Null: it is done, and the next one's turn.
    private CourseMove? Of(PlanStep step, Plan plan, IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        PartKey key = Main(step);
        PartProgress? known = progress.GetValueOrDefault(key);
        switch (known?.Status)
        {
            case PartStatus.Success or PartStatus.Skipped or PartStatus.Left:
                return null;
            case PartStatus.Unknown:
                return new CourseMove.Wait(key, step, CourseWait.Outcome, $"Nobody knows whether step '{step.StepId}' happened: {known.Reason}");
            case PartStatus.NeedsApproval:
                return new CourseMove.Wait(key, step, CourseWait.Approval, known.Reason);
            case PartStatus.FailedAfterEffect:
                return Undo(plan, progress, step.Order, $"Step '{step.StepId}' happened and failed: {known.Reason}");
            case PartStatus.Failed:
                FallbackCourse fallback = FallbackOf(step, step.Fallback, "", progress);
                return fallback.Move
                    ?? (fallback.Succeeded ? null : Undo(plan, progress, step.Order, $"Step '{step.StepId}' failed: {known.Reason}"));
            default:
                return Begin(key, step, isApproved: known?.Status == PartStatus.Approved);
        }
    }

    // The turn of something that has not run.
    private static CourseMove Begin(PartKey key, PlanStep step, bool isApproved)
    {
        bool asks = step.Status == StepStatus.NeedsApproval;
        if (asks && !isApproved)
        {
            return new CourseMove.Wait(key, step, CourseWait.Approval, step.Reason);
        }

        if (step.Status == StepStatus.Failed)
        {
            return new CourseMove.Fail(key, step, step.Reason);
        }

        if (step.Status == StepStatus.Skipped)
        {
            return new CourseMove.Skip(key, step, step.Reason);
        }

        if (step.Kind == PlanStepKind.Action && step.Awaited.Count == 0)
        {
            return new CourseMove.Act(key, step);
        }

        // What a person approved and nothing can do, a person does: a sentence without a tool, or a call that lacks an argument.
        return step.Tool is { } tool && step.DryRun is not null && step.Awaited.Count == 0
            ? new CourseMove.Call(key, step, tool, step.Arguments, Goal(step))
            : new CourseMove.Wait(key, step, CourseWait.Person, asks && step.Awaited.Count == 0 ? step.Reason : $"Step '{step.StepId}' lacks what it needs: {step.Reason}");
    }

    private static string Goal(PlanStep step) => step.Action.Length == 0 ? $"Step '{step.StepId}'." : step.Action;

    // The fallback of a step: one step, or the several that its sentence names. All of them must succeed.
    private static FallbackCourse FallbackOf(PlanStep failed, IReadOnlyList<PlanStep> fallback, string path, IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        for (int i = 0; i < fallback.Count; i++)
        {
            PlanStep step = fallback[i];
            string own = path.Length == 0 ? $"{i + 1}" : $"{path}.{i + 1}";
            PartKey key = new(failed.Order, $"{PartKey.Fallback}:{own}");
            PartProgress? known = progress.GetValueOrDefault(key);
            switch (known?.Status)
            {
                case PartStatus.Success or PartStatus.Skipped:
                    continue;
                case PartStatus.Left:
                    return new FallbackCourse(new CourseMove.Wait(key, step, CourseWait.Person, $"The fallback of step '{failed.StepId}' is for a person to carry out."), false);
                case PartStatus.Unknown:
                    return new FallbackCourse(new CourseMove.Wait(key, step, CourseWait.Outcome, $"Nobody knows whether the fallback of step '{failed.StepId}' happened: {known.Reason}"), false);
                case PartStatus.NeedsApproval:
                    return new FallbackCourse(new CourseMove.Wait(key, step, CourseWait.Approval, known.Reason), false);
                case PartStatus.FailedAfterEffect:
                    return new FallbackCourse(null, false);
                case PartStatus.Failed:
                    FallbackCourse deeper = FallbackOf(failed, step.Fallback, own, progress);
                    if (deeper.Succeeded)
                    {
                        continue;
                    }

                    return deeper;
                default:
                    return new FallbackCourse(Begin(key, step, isApproved: known?.Status == PartStatus.Approved), false);
            }
        }

        return new FallbackCourse(null, fallback.Count > 0);
    }

    // Null: it is met.
    private CourseMove? Of(PlanCriterion criterion, int number, IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        PartKey key = new(number, PartKey.Criterion);
        PartProgress? known = progress.GetValueOrDefault(key);
        switch (known?.Status)
        {
            case PartStatus.Success or PartStatus.Skipped:
            case PartStatus.Approved when criterion.Tool is null:
                return null;
            case PartStatus.Failed or PartStatus.FailedAfterEffect:
                return new CourseMove.End(ResolutionStatus.Escalated, $"The success criterion '{criterion.Text}' is not met: {known.Reason}", []);
            case PartStatus.Unknown:
                return new CourseMove.Wait(key, null, CourseWait.Outcome, $"Nobody knows what checked '{criterion.Text}': {known.Reason}");
            case PartStatus.NeedsApproval or PartStatus.Left:
                return new CourseMove.Wait(key, null, criterion.Tool is null ? CourseWait.Criterion : CourseWait.Approval, known.Reason);
        }

        return criterion.Outlook switch
        {
            CriterionOutlook.Met => null,
            CriterionOutlook.Unmet => new CourseMove.End(ResolutionStatus.Escalated, $"The success criterion '{criterion.Text}' is not met: {criterion.Reason}", []),
            CriterionOutlook.AwaitsPerson => new CourseMove.Wait(key, null, CourseWait.Criterion, $"'{criterion.Text}': {criterion.Reason}"),
            _ when criterion.Awaited.Count > 0 => new CourseMove.Wait(key, null, CourseWait.Criterion, $"'{criterion.Text}' needs an output that is not known whole."),
            _ when criterion.Tool is { } tool => new CourseMove.Call(key, null, tool, criterion.Arguments, $"Check the success criterion '{criterion.Text}'."),
            _ when playbook.SuccessCriteria[number - 1].Condition is not null => new CourseMove.Wait(key, null, CourseWait.Criterion, $"'{criterion.Text}' needs an output that no step gave."),
            _ => null,
        };
    }

    // From the last to the first, what was done is undone; then people are called.
    private CourseMove Undo(Plan plan, IReadOnlyDictionary<PartKey, PartProgress> progress, int from, string reason)
    {
        List<StepId> notUndone = [];
        foreach (PlanStep step in plan.Steps.Where(step => step.Order <= from).Reverse())
        {
            foreach ((PlanStep done, PartKey undo, PartProgress how) in Done(step, progress))
            {
                if (done.Effect != ToolEffect.Write)
                {
                    continue;
                }

                PartProgress? undone = progress.GetValueOrDefault(undo);
                switch (undone?.Status)
                {
                    case PartStatus.Success or PartStatus.Skipped:
                        continue;
                    case PartStatus.NeedsApproval:
                        return new CourseMove.Wait(undo, done, CourseWait.Approval, undone.Reason);
                    case null or PartStatus.Approved when !how.IsByHand && RollbackCall.Of(done, how, policy) is { } call:
                        return new CourseMove.Call(undo, done, call.Tool, call.Arguments, $"Undo step '{done.StepId}'.");
                    default:
                        notUndone.Add(done.StepId);
                        continue;
                }
            }
        }

        string standing = notUndone.Count == 0 ? "" : $" Not undone: {string.Join(", ", notUndone.Select(id => $"'{id}'"))}.";
        return new CourseMove.End(ResolutionStatus.Escalated, reason + standing, notUndone);
    }

    // What of a step had an effect, the last first, each with the part that undoes it.
    private static IEnumerable<(PlanStep Step, PartKey Undo, PartProgress How)> Done(PlanStep step, IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        foreach ((PlanStep fallback, string path) in Fallbacks(step.Fallback, "").Reverse())
        {
            if (HasEffect(progress.GetValueOrDefault(new PartKey(step.Order, $"{PartKey.Fallback}:{path}"))) is { } how)
            {
                yield return (fallback, new PartKey(step.Order, $"{PartKey.Rollback}:{path}"), how);
            }
        }

        if (HasEffect(progress.GetValueOrDefault(Main(step))) is { } main)
        {
            yield return (step, new PartKey(step.Order, PartKey.Rollback), main);
        }
    }

    private static PartProgress? HasEffect(PartProgress? known) => known?.Status is PartStatus.Success or PartStatus.FailedAfterEffect ? known : null;

    private static IEnumerable<(PlanStep Step, string Path)> Fallbacks(IReadOnlyList<PlanStep> fallback, string path)
    {
        for (int i = 0; i < fallback.Count; i++)
        {
            string own = path.Length == 0 ? $"{i + 1}" : $"{path}.{i + 1}";
            yield return (fallback[i], own);
            foreach ((PlanStep Step, string Path) deeper in Fallbacks(fallback[i].Fallback, own))
            {
                yield return deeper;
            }
        }
    }

    private static CourseMove.End End(Plan plan, IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        PlanStep? last = plan.Steps.SelectMany(step => Done(step, progress).Reverse()).Select(done => done.Step)
            .LastOrDefault(step => step is { Kind: PlanStepKind.Action, Action: StepActions.SetStatus });
        string? status = last?.Arguments["status"].StringOrNull();
        return last is null || status == Wire.Name(ResolutionStatus.Resolved)
            ? new CourseMove.End(ResolutionStatus.Resolved, "Every step is done and every success criterion is met.", [])
            : new CourseMove.End(
                status is not null && Wire.TryParse(status, out ResolutionStatus set) ? set : ResolutionStatus.InProgress, $"Step '{last.StepId}' set the status {status}.", []);
    }

    private static Dictionary<int, StepOutcome> Outcomes(IReadOnlyDictionary<PartKey, PartProgress> progress)
    {
        Dictionary<int, StepOutcome> outcomes = [];
        foreach ((PartKey key, PartProgress known) in progress.OrderBy(pair => pair.Key.Place).ThenBy(pair => pair.Key.Part, StringComparer.Ordinal))
        {
            if (key.Kind == Core.Calls.StepPart.Step && Seen(known) is { } main)
            {
                outcomes[key.Place] = outcomes.GetValueOrDefault(key.Place) is { Status: StepStatus.Success } better ? better : main;
            }
            else if (key.Kind == Core.Calls.StepPart.Fallback && known.Status == PartStatus.Success && Seen(known) is { } instead)
            {
                // A fallback that succeeded answers for its step.
                outcomes[key.Place] = instead;
            }
        }

        return outcomes;
    }

    private static StepOutcome? Seen(PartProgress known) => known.Status switch
    {
        PartStatus.Success when !known.IsExact => null,
        PartStatus.Success => new StepOutcome(StepStatus.Success, known.Output),
        PartStatus.Failed or PartStatus.FailedAfterEffect => new StepOutcome(StepStatus.Failed, known.Output),
        PartStatus.Skipped or PartStatus.Left => new StepOutcome(StepStatus.Skipped, Value.Null),
        _ => null,
    };

    private readonly record struct FallbackCourse(CourseMove? Move, bool Succeeded);
}
