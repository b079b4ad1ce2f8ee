using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Runtime;
using Microsoft.Extensions.Logging;

namespace Reeve.Engine.PlaybookWork;

/// <summary>The door of people to plans that run (EX-PB-7, EX-API-8, 10): how far one is, and doing or leaving out by hand what waits for a person. Thread-safe.</summary>
public sealed class RunDesk
{
    private const int LongestNotes = 4000;

    private readonly DrivePorts ports;
    private readonly TimeProvider clock;
    private readonly CaseReader cases;

    /// <summary>Makes the door.</summary>
    /// <param name="ports">What plans are driven with.</param>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="logger">For what an agent throws when a pass is decided again.</param>
    /// <param name="agents">Those that decided; null: Reeve's own.</param>
    public RunDesk(DrivePorts ports, IRuntime runtime, ILogger logger, IReadOnlyList<Agents.IStageAgent>? agents = null)
    {
        this.ports = ports;
        clock = runtime.Clock;
        cases = new CaseReader(new ExceptionPipeline(runtime, new SeededIds("desk"), new PipelineOptions(), logger, agents: agents), ports.Log, ports.Packs);
    }

    /// <summary>How far the playbook of an exception's latest pass is.</summary>
    /// <exception cref="ReeveException">RUN-001 when it has none.</exception>
    public async Task<RunView> ShowAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken)
    {
        (ExceptionRow _, PlaybookRun run) = await FindAsync(tenant, exception, cancellationToken);
        IReadOnlyList<RecordedPart> parts = await ports.Runs.PartsAsync(tenant, run.Pass, cancellationToken);
        DrivenCase? known = await TryReadAsync(run, cancellationToken);
        return Of(run, parts, known);
    }

    /// <summary>Says that a person did by hand what waits for one.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="exception">The exception.</param>
    /// <param name="number">The place of the step in the plan; behind the steps, a success criterion.</param>
    /// <param name="actor">Who: the authenticated principal.</param>
    /// <param name="notes">What it remarks, at most 4,000 characters; may be empty.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How far it is then. Twice is once.</returns>
    /// <exception cref="ReeveException">RUN-001 to RUN-003, RUN-005, RUN-006, RUN-008, RUN-009.</exception>
    public Task<RunView> CompleteAsync(TenantId tenant, ExceptionId exception, int number, Principal actor, string notes, CancellationToken cancellationToken) =>
        SayAsync(tenant, exception, number, PartStatus.Success, actor, notes, cancellationToken);

    /// <summary>Says that what waits for a person is left out. As <see cref="CompleteAsync"/>.</summary>
    public Task<RunView> SkipAsync(TenantId tenant, ExceptionId exception, int number, Principal actor, string notes, CancellationToken cancellationToken) =>
        SayAsync(tenant, exception, number, PartStatus.Skipped, actor, notes, cancellationToken);

    private async Task<RunView> SayAsync(TenantId tenant, ExceptionId exception, int number, PartStatus said, Principal actor, string notes, CancellationToken cancellationToken)
    {
        if (notes.Length > LongestNotes)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Http.BadRequest, $"Notes have at most {LongestNotes:N0} characters.", "/notes"));
        }

        (ExceptionRow row, PlaybookRun run) = await FindAsync(tenant, exception, cancellationToken);
        IReadOnlyList<RecordedPart> parts = await ports.Runs.PartsAsync(tenant, run.Pass, cancellationToken);
        DrivenCase known = await ReadAsync(run, cancellationToken);
        Dictionary<PartKey, PartProgress> progress = known.ProgressOf(parts);
        int steps = known.Course.PlanWith(progress).Steps.Count;
        PartKey key = number > steps ? new PartKey(number - steps, PartKey.Criterion) : new PartKey(number, PartKey.Step);
        if (parts.FirstOrDefault(part => part.Key == key) is { ByKind: PrincipalKind.Person, Status: PartStatus.Success or PartStatus.Skipped })
        {
            return Of(run, parts, known);
        }

        CourseMove.Wait wait = run.State switch
        {
            RunState.Ended => throw Refused(ErrorCatalogue.Runs.Ended, run.Reason),
            RunState.Waiting when known.Course.Next(progress) is CourseMove.Wait next && Belongs(next.Part, key) => next,
            _ => throw Refused(ErrorCatalogue.Runs.NotNext, run.State == RunState.Waiting ? run.Reason : $"The run is {Wire.Name(run.State)}."),
        };
        if (wait.For == CourseWait.Approval)
        {
            throw Refused(ErrorCatalogue.Runs.NeedsApproval, wait.Reason);
        }

        DateTimeOffset at = TimeText.ToMicroseconds(clock.GetUtcNow());
        RecordedPart part = new()
        {
            Key = wait.Part!.Value, // not null: it belongs to the number
            Step = wait.Step?.StepId,
            Status = said,
            ByKind = actor.Kind,
            ById = actor.Id,
            At = at,
            Note = notes,
        };
        PlaybookRun moved = run.In(RunState.Ready, "", at) with { IsAssisted = true };
        ExceptionRow changed = row with { Version = row.Version + 1, UpdatedAt = at };
        CommitOutcome outcome = await ports.Committer.CommitAloneAsync(
            tenant,
            [
                new ExceptionChange.Update(changed, row.Version),
                new PlaybookRunChange.Moved(moved, IsMine: false, TimeSpan.Zero),
                new PartChange(tenant, run.Pass, part),
                new Change.Append(RunEvents.Part(moved, changed.Version, actor, new PartReport(part, "") { Notes = notes })),
            ],
            cancellationToken);
        return outcome is CommitOutcome.Committed
            ? Of(moved, await ports.Runs.PartsAsync(tenant, run.Pass, cancellationToken), known)
            : throw Refused(ErrorCatalogue.Runs.MovedOn, "Somebody else changed the exception or the run at the same time.");
    }

    // What waits of a step may be its fallback.
    private static bool Belongs(PartKey? waits, PartKey asked) =>
        waits is { } part && part.Place == asked.Place && (part.Kind == Core.Calls.StepPart.Criterion) == (asked.Kind == Core.Calls.StepPart.Criterion);

    private async Task<(ExceptionRow Row, PlaybookRun Run)> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken) =>
        await ports.Exceptions.FindAsync(tenant, exception, cancellationToken) is { } row && await ports.Runs.FindAsync(tenant, row.PassId, cancellationToken) is { } run
            ? (row, run)
            : throw Refused(ErrorCatalogue.Runs.None, $"The latest pass of '{exception}' decided on no playbook that runs.");

    private async Task<DrivenCase> ReadAsync(PlaybookRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await cases.ReadAsync(run, cancellationToken);
        }
        catch (UndrivableException why)
        {
            throw new ReeveException(why.Error);
        }
    }

    private async Task<DrivenCase?> TryReadAsync(PlaybookRun run, CancellationToken cancellationToken)
    {
        try
        {
            return await cases.ReadAsync(run, cancellationToken);
        }
        catch (UndrivableException)
        {
            // Its rows say how far it is all the same.
            return null;
        }
    }

    private static RunView Of(PlaybookRun run, IReadOnlyList<RecordedPart> parts, DrivenCase? known)
    {
        Dictionary<PartKey, PartProgress> progress = known?.ProgressOf(parts) ?? [];
        Plan? plan = known?.Course.PlanWith(progress);
        CourseMove? next = run.State == RunState.Ended ? null : known?.Course.Next(progress);
        PartKey? current = next switch
        {
            CourseMove.Call call => call.Part,
            CourseMove.Act act => act.Part,
            CourseMove.Skip skip => skip.Part,
            CourseMove.Fail fail => fail.Part,
            CourseMove.Wait wait => wait.Part,
            _ => null,
        };
        return new RunView(run, parts, plan?.Steps ?? [], plan?.Criteria ?? [])
        {
            CurrentStep = current is not { } key ? null : key.Kind == Core.Calls.StepPart.Criterion ? key.Place + (plan?.Steps.Count ?? 0) : key.Place,
            WaitsFor = run.State == RunState.Waiting && next is CourseMove.Wait waits ? waits.For : null,
        };
    }

    private static ReeveException Refused(ErrorCode code, string message) => new(new ReeveError(code, message));
}

/// <summary>How far a run is.</summary>
/// <param name="Run">Its row.</param>
/// <param name="Parts">What its parts came to.</param>
/// <param name="Steps">The steps of its plan, with what is known filled in; empty when the pass cannot be read any more.</param>
/// <param name="Criteria">Its success criteria.</param>
public sealed record RunView(PlaybookRun Run, IReadOnlyList<RecordedPart> Parts, IReadOnlyList<PlanStep> Steps, IReadOnlyList<PlanCriterion> Criteria)
{
    /// <summary>The number of the step that is next, or that waits; criteria count behind the steps. Null when it has ended.</summary>
    public int? CurrentStep { get; init; }

    /// <summary>What it waits for; null when for nobody.</summary>
    public CourseWait? WaitsFor { get; init; }
}
