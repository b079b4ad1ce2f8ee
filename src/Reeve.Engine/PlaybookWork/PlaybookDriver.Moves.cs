using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Tools.Executions;

namespace Reeve.Engine.PlaybookWork;

/// <content>One move after the other.</content>
public sealed partial class PlaybookDriver
{
    // What kept a call back ends by itself: a hold and the mode are asked before a run is taken again, so these are for what nobody announces.
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    // As old as an answer from memory may be: so that one node's and another's never make a run be taken and put down in a circle.
    private static readonly TimeSpan AnnouncedAgainAfter = TimeSpan.FromSeconds(1);

    private async Task MoveAsync(DrivenRun run, DrivenCase known, CancellationToken cut)
    {
        CourseMove move = known.Course.Next(run.Progress);
        switch (move)
        {
            case CourseMove.Call call:
                await CallAsync(run, known, call, cut);
                break;
            case CourseMove.Act act:
                await ActAsync(run, known, act);
                break;
            case CourseMove.Skip skip:
                // What a condition leaves out is done; an instruction is somebody's work.
                PartStatus left = skip.Step.IsConditionFalse ? PartStatus.Skipped : PartStatus.Left;
                await ReportAsync(run, new PartReport(Row(skip.Part, skip.Step, left, null, run.Now(), skip.Reason), skip.Reason), new PartProgress(left, Value.Null, skip.Reason));
                break;
            case CourseMove.Fail fail:
                await ReportAsync(run, new PartReport(Row(fail.Part, fail.Step, PartStatus.Failed, null, run.Now(), fail.Reason), fail.Reason), new PartProgress(PartStatus.Failed, Value.Null, fail.Reason));
                break;
            case CourseMove.Wait { For: CourseWait.Outcome, Part: { } part } wait when await LookAgainAsync(run, known, part, wait.Step, cut):
                break;
            case CourseMove.Wait wait:
                await WaitAsync(run, known, wait, call: null);
                break;
            case CourseMove.End end:
                await EndAsync(run, known, end);
                break;
            default:
                throw new InvalidOperationException($"A plan cannot be moved by {move}.");
        }
    }

    private async Task CallAsync(DrivenRun run, DrivenCase known, CourseMove.Call move, CancellationToken cut)
    {
        ToolCall call = Call(run, known, move);
        ToolAnswer answer;
        try
        {
            answer = await ports.Gate.CallAsync(call, cut);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Tools.OtherCall)
        {
            // Under this id something else was begun: what became of that, nobody here can say.
            await WaitForOutcomeAsync(run, known, move, call.Id, fault.Error);
            return;
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Tools.UnderWay)
        {
            // Whoever made it before may still be sending it: it is asked for again when that is over.
            await PauseAsync(run, fault.Error);
            return;
        }

        switch (answer)
        {
            case ToolAnswer.Succeeded done:
                await ReportAsync(run, Report(move, PartStatus.Success, call.Id, run.Now()) with { Output = done.Output, IsExact = done.IsExact },
                    new PartProgress(PartStatus.Success, done.Output) { IsExact = done.IsExact });
                break;
            case ToolAnswer.Failed failed:
                PartStatus how = failed.Happened ? PartStatus.FailedAfterEffect : PartStatus.Failed;
                await ReportAsync(run, Report(move, how, call.Id, run.Now(), failed.Error), new PartProgress(how, Value.Null, failed.Error.Message));
                break;
            case ToolAnswer.Unknown unknown when move.Part.Kind != StepPart.Rollback:
                await WaitForOutcomeAsync(run, known, move, call.Id, unknown.Error);
                break;
            case ToolAnswer.Unknown unknown:
                // The others are undone all the same; this one is named as not undone.
                await ReportAsync(run, Report(move, PartStatus.Unknown, call.Id, run.Now(), unknown.Error), new PartProgress(PartStatus.Unknown, Value.Null, unknown.Error.Message));
                break;
            case ToolAnswer.KeptBack kept:
                await PauseAsync(run, kept.Error);
                break;
            case ToolAnswer.Refused { Decision.Decisive.Check: GateCheck.Hold } held:
                await PauseAsync(run, held.Error);
                break;
            case ToolAnswer.Refused { Decision.Verdict: PolicyVerdict.RequireApproval } refused:
                await WaitAsync(run, known, new CourseMove.Wait(move.Part, move.Step, CourseWait.Approval, refused.Error.Message), call);
                break;
            case ToolAnswer.Refused { Error.IsTransient: true, Decision.Decisive.Check: not GateCheck.Breaker } refused:
                await PauseAsync(run, refused.Error);
                break;
            case ToolAnswer.Refused refused:
                await ReportAsync(run, Report(move, PartStatus.Failed, null, run.Now(), refused.Error), new PartProgress(PartStatus.Failed, Value.Null, refused.Error.Message));
                break;
            default:
                throw new InvalidOperationException($"A call of a plan cannot be answered by {answer}.");
        }
    }

    // A person may have found out meanwhile what became of it: the record of the call says so.
    private async Task<bool> LookAgainAsync(DrivenRun run, DrivenCase known, PartKey part, PlanStep? step, CancellationToken cut)
    {
        Dictionary<PartKey, PartProgress> without = new(run.Progress);
        without.Remove(part);
        if (known.Course.Next(without) is not CourseMove.Call move || move.Part != part)
        {
            return false;
        }

        ToolCall call = Call(run, known, move);
        ToolAnswer answer;
        try
        {
            answer = await ports.Gate.CallAsync(call, cut);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Tools.OtherCall)
        {
            return false;
        }

        switch (answer)
        {
            case ToolAnswer.Succeeded done:
                return await ReportAsync(run, Report(move, PartStatus.Success, call.Id, run.Now()) with { Output = done.Output, IsExact = done.IsExact },
                    new PartProgress(PartStatus.Success, done.Output) { IsExact = done.IsExact });
            case ToolAnswer.Failed failed:
                PartStatus how = failed.Happened ? PartStatus.FailedAfterEffect : PartStatus.Failed;
                return await ReportAsync(run, Report(move, how, call.Id, run.Now(), failed.Error), new PartProgress(how, Value.Null, failed.Error.Message));
            default:
                return false;
        }
    }

    // Answers of reads that the record keeps less of than they were are asked for again: reading twice harms nobody.
    private async Task AskAgainAsync(DrivenRun run, DrivenCase known, CancellationToken cut)
    {
        foreach (PlanStep step in known.Course.PlanWith(run.Progress).Steps)
        {
            PartKey key = new(step.Order, PartKey.Step);
            if (step is { Effect: ToolEffect.Read, Tool: { } tool, Awaited.Count: 0 } && run.Progress.GetValueOrDefault(key) is { Status: PartStatus.Success, IsExact: false, IsByHand: false } kept
                && await ports.Gate.CallAsync(Call(run, known, new CourseMove.Call(key, step, tool, step.Arguments, Goal(step))), cut) is ToolAnswer.Succeeded { IsExact: true } again)
            {
                run.Progress[key] = kept with { Output = again.Output, IsExact = true };
            }
        }
    }

    private async Task ActAsync(DrivenRun run, DrivenCase known, CourseMove.Act act)
    {
        (ExceptionRecord record, ObjectMap result, string? problem) = OwnActions.Do(act.Step, run.Row.Record, known.Policy);
        PartStatus status = problem is null ? PartStatus.Success : PartStatus.Failed;
        PartReport report = new(Row(act.Part, act.Step, status, null, run.Now(), problem ?? ""), problem ?? "") { Result = result };
        await ReportAsync(run, report, new PartProgress(status, Value.Null, problem ?? ""), record);
    }

    // One part, one commit: an effect that is not on record before the next is what cannot be explained after a crash.
    private static async Task<bool> ReportAsync(DrivenRun run, PartReport report, PartProgress progress, ExceptionRecord? record = null)
    {
        ExceptionRecord next = (record ?? run.Row.Record) with { CurrentStep = report.Part.Key.Kind == StepPart.Criterion ? run.Row.Record.CurrentStep : report.Part.Key.Place };
        bool committed = await run.CommitAsync(
            new RunStep(RunState.Ready, "", next, report.Part.At),
            (moved, row) => [new PartChange(moved.TenantId, moved.Pass, report.Part), new Change.Append(RunEvents.Part(moved, row.Version, Agent, report))]);
        if (committed)
        {
            run.Progress[report.Part.Key] = progress;
        }

        return committed;
    }

    private static Task PauseAsync(DrivenRun run, ReeveError error)
    {
        // Hold and mode are looked at before it is taken again.
        bool announced = error.Kind == ErrorCatalogue.Tools.OnHold || error.Kind == ErrorCatalogue.Tools.NotLive;
        return run.CommitAsync(new RunStep(RunState.Paused, error.Message, run.Row.Record, run.Now()) { Wake = announced ? AnnouncedAgainAfter : TryAgainAfter }, static (_, _) => []);
    }

    private async Task WaitForOutcomeAsync(DrivenRun run, DrivenCase known, CourseMove.Call move, ExecutionId execution, ReeveError error)
    {
        PartReport report = Report(move, PartStatus.Unknown, execution, run.Now(), error);
        string reason = $"Nobody knows what became of {Name(move.Step, move.Part)}: {error.Message}";
        bool waits = await run.CommitAsync(
            new RunStep(RunState.Waiting, reason, OwnActions.WithStatus(run.Row.Record, ResolutionStatus.Escalated, known.Policy), report.Part.At),
            (moved, row) => [new PartChange(moved.TenantId, moved.Pass, report.Part), new Change.Append(RunEvents.Part(moved, row.Version, Agent, report))]);
        if (waits)
        {
            run.Progress[move.Part] = new PartProgress(PartStatus.Unknown, Value.Null, error.Message);
        }
    }

    private async Task WaitAsync(DrivenRun run, DrivenCase known, CourseMove.Wait wait, ToolCall? call)
    {
        DateTimeOffset at = run.Now();
        ResolutionStatus status = wait.For switch
        {
            CourseWait.Approval => ResolutionStatus.PendingApproval,
            CourseWait.Outcome => ResolutionStatus.Escalated,
            _ => ResolutionStatus.InProgress,
        };
        ExceptionRecord record = OwnActions.WithStatus(run.Row.Record, status, known.Policy) with { CurrentStep = wait.Step?.Order ?? run.Row.Record.CurrentStep };

        // What asks for approval has a row, by which the approval finds it; what people do by themselves has none before they did it.
        PartStatus? before = wait.Part is { } asked && run.Progress.TryGetValue(asked, out PartProgress? there) ? there.Status : null;
        PartReport? report = before is null or PartStatus.Approved && wait.Part is { } part
            ? new PartReport(Row(part, wait.Step, PartStatus.NeedsApproval, null, at, wait.Reason), wait.Reason)
            : null;
        IReadOnlyList<Change> asks = wait is { For: CourseWait.Approval, Part: { } gated } && before is not PartStatus.NeedsApproval && ports.Approvals is { } approvals
            ? approvals.OfPart(run, known, gated, wait.Step, call is not null ? (call.Tool, call.Arguments) : CallOf(wait.Step), wait.Reason)
            : [];
        await run.CommitAsync(new RunStep(RunState.Waiting, wait.Reason, record, at) { Asks = asks.Count > 0 }, (moved, row) =>
        [
            .. report is not null && wait.For == CourseWait.Approval ? [new PartChange(moved.TenantId, moved.Pass, report.Part)] : (IEnumerable<Change>)[],
            .. report is not null ? [new Change.Append(RunEvents.Part(moved, row.Version, Agent, report))] : (IEnumerable<Change>)[],
            .. asks,
        ]);
    }

    private async Task EndAsync(DrivenRun run, DrivenCase known, CourseMove.End end)
    {
        DateTimeOffset at = run.Now();
        ExceptionRecord record = OwnActions.WithStatus(run.Row.Record, end.Status, known.Policy);
        Plan plan = known.Course.PlanWith(run.Progress);
        PlanOutcome outcome = new(end.Reason, plan.Steps.Count, plan.Steps.Count(step => IsDone(run, step)), end.NotUndone);
        AgentDecision decision = Feedback(known, record, outcome, at);
        IReadOnlyList<RecordedPart> parts = await ports.Runs.PartsAsync(run.Run.TenantId, run.Run.Pass, CancellationToken.None);
        bool alone = end.Status == ResolutionStatus.Resolved && !run.Run.IsAssisted && known.Standing.Verdict == PolicyVerdict.Allow
            && parts.All(part => part.ByKind != Core.Principals.PrincipalKind.Person);
        await run.CommitAsync(new RunStep(RunState.Ended, end.Reason, record, at) { ResolvedAutomatically = alone }, (moved, row) =>
        [
            new Change.Append(RunEvents.Completed(moved, row.Version, Agent, new RunEnd(end.Status, end.Reason, end.NotUndone, decision, alone))),
        ]);
        if (run.Run.State == RunState.Ended)
        {
            await WithdrawAsync(run.Run, end.Reason);
        }
    }

    // Feedback is always last (EX-AGENT-FB-1), and as pure as in a pass: what happened is part of what it is given.
    private AgentDecision Feedback(DrivenCase known, ExceptionRecord record, PlanOutcome outcome, DateTimeOffset at)
    {
        RecordActivation scope = new(known.Policy.Calendars);
        ExceptionRecord whole = known.Decided.Record with { ResolutionStatus = record.ResolutionStatus, Owner = record.Owner, CurrentStep = record.CurrentStep };
        scope.Show(whole, at);
        return feedback.Decide(
            new AgentMessage
            {
                Arrival = known.Decided.Arrival,
                Exception = whole,
                PriorOutputs = known.Decided.Decisions,
                Policy = known.Policy,
                Playbooks = known.Decided.Playbooks,
                Now = at,
                Mode = known.Decided.Settings.Mode,
                HasMemory = known.Decided.Settings.HasMemory,
                Scope = scope,
                Outcome = outcome,
            },
            []);
    }

    private static bool IsDone(DrivenRun run, PlanStep step) =>
        run.Progress.GetValueOrDefault(new PartKey(step.Order, PartKey.Step)) is { } part
        && (part.Status is PartStatus.Success or PartStatus.Skipped
            || (part.Status == PartStatus.Failed && step.Fallback.Count > 0 && run.Progress.GetValueOrDefault(new PartKey(step.Order, $"{PartKey.Fallback}:{step.Fallback.Count}")) is { Status: PartStatus.Success }));

    private static (ToolName Tool, ObjectMap Arguments)? CallOf(PlanStep? step) => step is { Tool: { } tool, DryRun: not null, Awaited.Count: 0 } ? (tool, step.Arguments) : null;

    // At the floor the pass stands at; a step that asks for approval itself stands no lower.
    private static ToolCall Call(DrivenRun run, DrivenCase known, CourseMove.Call move)
    {
        CallAuthority authority = CallAuthority.OfPlan(Agent, run.Run.Playbook, known.Standing.Verdict, known.Standing.Because);
        bool asks = move.Part.Kind is StepPart.Step or StepPart.Fallback && move.Step?.Status == StepStatus.NeedsApproval;
        return new ToolCall
        {
            Id = ExecutionIds.Of(run.Run.Pass, move.Part.Place, move.Part.Part, 0),
            Policy = known.Policy,
            Tool = move.Tool,
            Arguments = move.Arguments,
            Authority = asks ? authority.AtLeast(PolicyVerdict.RequireApproval, move.Step!.Reason) : authority, // not null: it asks
            Subject = new CallSubject(run.Row.Record.ExceptionId, run.Row.Key, run.Run.RunId, run.Run.Pass, move.Step?.StepId, move.Part.Kind) { Place = move.Part.Place, PartName = move.Part.Part, RowVersion = run.Row.Version },
            Goal = move.Goal,
        };
    }

    private static string Goal(PlanStep step) => step.Action.Length == 0 ? $"Step '{step.StepId}'." : step.Action;

    private static PartReport Report(CourseMove.Call move, PartStatus status, ExecutionId? execution, DateTimeOffset at, ReeveError? error = null) =>
        new(Row(move.Part, move.Step, status, execution, at, error?.Message ?? ""), error?.Message ?? "") { Code = error?.Code };

    private static RecordedPart Row(PartKey key, PlanStep? step, PartStatus status, ExecutionId? execution, DateTimeOffset at, string note) => new()
    {
        Key = key,
        Step = step?.StepId,
        Status = status,
        Execution = execution,
        ByKind = Agent.Kind,
        ById = Agent.Id,
        At = at,
        Note = note,
    };

    private static string Name(PlanStep? step, PartKey part) => step is null ? "the check of a success criterion" : part.Kind == StepPart.Rollback ? $"undoing step '{step.StepId}'" : $"step '{step.StepId}'";
}
