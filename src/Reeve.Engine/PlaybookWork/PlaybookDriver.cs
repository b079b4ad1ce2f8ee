using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.PlaybookWork;

/// <summary>
/// Drives one run of a playbook as far as it goes (docs/decisions/0020): asks <see cref="PlanCourse"/> what is next, has it done, commits what came of it, and asks again. It keeps nothing between two
/// calls; whoever goes on after a crash is told the same, and what was done answers from the record. Thread-safe.
/// </summary>
public sealed partial class PlaybookDriver
{
    // At the third attempt that ended with its process nothing is driven any more.
    private const int MostAttempts = 3;

    private static readonly Principal Agent = Principal.Of(Stage.Resolution);

    private readonly DrivePorts ports;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly CaseReader cases;
    private readonly IStageAgent feedback;

    /// <summary>Makes a driver with Reeve's agents, or with others in their places.</summary>
    /// <param name="ports">What it writes and reads, and the gate.</param>
    /// <param name="runtime">The clock and the workers.</param>
    /// <param name="logger">For faults.</param>
    /// <param name="agents">One per stage, those that decided; null: Reeve's own.</param>
    public PlaybookDriver(DrivePorts ports, IRuntime runtime, ILogger logger, IReadOnlyList<IStageAgent>? agents = null)
    {
        this.ports = ports;
        this.logger = logger;
        clock = runtime.Clock;

        // No ids are made: what a pass began with has its own.
        cases = new CaseReader(new ExceptionPipeline(runtime, new SeededIds("drive"), new PipelineOptions(), logger, agents: agents), ports.Log, ports.Packs);
        feedback = (agents ?? ExceptionPipeline.DefaultAgents()).First(agent => agent.Stage == Stage.Feedback);
    }

    /// <summary>Takes a run that is nobody's and drives it until it ends, waits, pauses, or is let go.</summary>
    /// <param name="seen">The run as it was found.</param>
    /// <param name="stopping">Lets it go before the next part.</param>
    /// <param name="cut">Gives up what is under way, which then answers from the record.</param>
    /// <exception cref="ReeveException">The store cannot be reached or written; the run stays this node's until it is set free.</exception>
    public async Task DriveAsync(PlaybookRun seen, CancellationToken stopping, CancellationToken cut)
    {
        if (await TakeAsync(seen, cut) is not { } run)
        {
            return;
        }

        DrivenCase known;
        try
        {
            known = await cases.ReadAsync(run.Run, cut);
        }
        catch (UndrivableException why)
        {
            await EscalateAsync(run, why.Error, policy: null);
            return;
        }

        run.Progress = known.ProgressOf(await ports.Runs.PartsAsync(run.Run.TenantId, run.Run.Pass, cut));
        await RuleAsync(run, known);
        if (run is { IsLost: false, Run.State: RunState.Ready })
        {
            await AskAgainAsync(run, known, cut);
        }

        while (run is { IsLost: false, Run.State: RunState.Ready })
        {
            if (IsOver(run, known) is { } closed)
            {
                await CloseAsync(run, closed);
            }
            else if (stopping.IsCancellationRequested)
            {
                await run.CommitAsync(new RunStep(RunState.Ready, "", run.Row.Record, run.Now()) { Lets = true }, static (_, _) => []);
                return;
            }
            else
            {
                await MoveAsync(run, known, cut);
            }
        }

        if (run.IsLost)
        {
            Log.MovedOn(logger, run.Run.Pass.ToString());
        }
    }

    /// <summary>Ends a run that cannot be driven: people must look.</summary>
    /// <param name="seen">The run as it stands.</param>
    /// <param name="error">Why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it is on record.</returns>
    public async Task<bool> GiveUpAsync(PlaybookRun seen, ReeveError error, CancellationToken cancellationToken) =>
        await ports.Runs.FindAsync(seen.TenantId, seen.Pass, cancellationToken) is { State: not RunState.Ended } run
        && await ports.Exceptions.FindAsync(run.TenantId, run.Exception, cancellationToken) is { } row
        && await EscalateAsync(new DrivenRun(ports, clock, run, row), error, policy: null);

    // The claim is on record before anything is read of the pass, so that what stops the process is counted.
    private async Task<DrivenRun?> TakeAsync(PlaybookRun seen, CancellationToken cancellationToken)
    {
        if (await ports.Exceptions.FindAsync(seen.TenantId, seen.Exception, cancellationToken) is not { } row)
        {
            return null;
        }

        DrivenRun run = new(ports, clock, seen, row);
        if (seen.Ruling == RunRuling.Superseded || row.PassId != seen.Pass || row.Record.ResolutionStatus == ResolutionStatus.Resolved)
        {
            await CloseAsync(run, seen.Ruling == RunRuling.Superseded ? seen.Reason : row.PassId != seen.Pass ? "The exception was decided anew." : "The exception was resolved meanwhile.");
            return null;
        }

        if (seen.Attempts >= MostAttempts)
        {
            await EscalateAsync(run, new ReeveError(ErrorCatalogue.Runs.StopsProcess, $"Driving the plan was begun {seen.Attempts} times and stopped its process each time."), policy: null);
            return null;
        }

        bool starts = seen.Ruling is null or RunRuling.Approved;
        RunStep begins = new(RunState.Ready, seen.Reason, starts ? row.Record with { ResolutionStatus = ResolutionStatus.InProgress } : row.Record, run.Now()) { Begins = true, Starts = starts };
        return await run.CommitAsync(begins, (next, changed) => starts ? [new Change.Append(RunEvents.Started(next, changed.Version, Agent))] : []) ? run : null;
    }

    // What people ruled, before anything else is done.
    private async Task RuleAsync(DrivenRun run, DrivenCase known)
    {
        switch (run.Run.Ruling)
        {
            case RunRuling.Rejected or RunRuling.Escalated:
                await EndAsync(run, known, new CourseMove.End(ResolutionStatus.Escalated, run.Run.Reason, known.Course.Standing(run.Progress)));
                break;
            case RunRuling.Approved when known.Decided.Settings.Mode != AutomationMode.Live:
                await EndAsync(run, known, new CourseMove.End(ResolutionStatus.InProgress, $"People approved the plan. It was decided in {Wire.Name(known.Decided.Settings.Mode)}, so nothing runs.", []));
                break;
            case RunRuling.Ask or RunRuling.Withdrawn when run.Run.StartedAt is null:
                RunStep waits = new(RunState.Waiting, known.Standing.Because, run.Row.Record with { ResolutionStatus = ResolutionStatus.PendingApproval }, run.Now()) { Asks = ports.Approvals is not null };
                IReadOnlyList<Change> asked = ports.Approvals?.OfPlan(run, known) ?? [];
                await run.CommitAsync(waits, (_, _) => asked);
                break;
            case RunRuling.Withdrawn:
                // What waited for that answer is asked anew at its turn.
                foreach (RecordedPart part in await ports.Runs.PartsAsync(run.Run.TenantId, run.Run.Pass, CancellationToken.None))
                {
                    if (part.Status == PartStatus.NeedsApproval)
                    {
                        run.Progress.Remove(part.Key);
                    }
                }

                break;
        }
    }

    // Behind the end of the run, which no answer moves any more: should the process die in between, the question ends with its time.
    private Task WithdrawAsync(PlaybookRun run, string reason) =>
        ports.Approvals is { } approvals ? approvals.WithdrawAsync(run, reason.Length == 0 ? "The run has ended." : reason, CancellationToken.None) : Task.CompletedTask;

    // Whether somebody else decided meanwhile that nothing more is to be done.
    private static string? IsOver(DrivenRun run, DrivenCase known) =>
        run.Row.PassId != run.Run.Pass ? "The exception was decided anew."
        : run.Row.Record.ResolutionStatus == ResolutionStatus.Resolved ? "The exception was resolved meanwhile."
        : known.Decided.Arrival.Record.ExceptionId != run.Row.Record.ExceptionId ? "The exception is another one."
        : null;

    // The exception is as whoever closed it left it: the run alone ends.
    private async Task CloseAsync(DrivenRun run, string reason)
    {
        DateTimeOffset at = run.Now();
        PlaybookRun ended = run.Run.In(RunState.Ended, reason, at) with { Attempts = 0 };
        List<Change> changes =
        [
            new PlaybookRunChange.Moved(ended, IsMine: false, TimeSpan.Zero),
            new Change.Append(RunEvents.Completed(ended, run.Row.Version, Agent, new RunEnd(run.Row.Record.ResolutionStatus, reason, [], Feedback: null, ResolvedAutomatically: false))),
        ];
        if (await ports.Committer.CommitAsync(changes, CancellationToken.None) is CommitOutcome.Committed)
        {
            await WithdrawAsync(ended, reason);
        }

        run.Leave();
    }

    private async Task<bool> EscalateAsync(DrivenRun run, ReeveError error, Core.Policies.BoundPolicy? policy)
    {
        Log.GivenUp(logger, run.Run.Pass.ToString(), error.Code);
        while (!run.IsLost)
        {
            ExceptionRecord record = policy is null ? run.Row.Record with { ResolutionStatus = ResolutionStatus.Escalated } : OwnActions.WithStatus(run.Row.Record, ResolutionStatus.Escalated, policy);
            if (await run.CommitAsync(new RunStep(RunState.Ended, error.Message, record, run.Now()), (next, changed) =>
                [
                    new Change.Append(RunEvents.Completed(next, changed.Version, Agent, new RunEnd(ResolutionStatus.Escalated, error.Message, [], Feedback: null, ResolvedAutomatically: false) { Code = error.Code })),
                ]))
            {
                await WithdrawAsync(run.Run, error.Message);
                return true;
            }
        }

        return false;
    }
}
