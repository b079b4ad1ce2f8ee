using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Pipeline;

/// <summary>One exception on its way through the stages: the record as it stands and what was decided (EX-ORCH-2). Not thread-safe.</summary>
public sealed class ExceptionCase
{
    private readonly List<PassStep> steps = new(8);
    private readonly List<ReeveError> errors = [];
    private AgentDecision[] decisions = [];

    internal ExceptionCase(Arrival arrival, BoundPolicy policy, PassSettings settings, PlaybookDesk playbooks)
    {
        Arrival = arrival;
        Policy = policy;
        Settings = settings;
        Playbooks = playbooks;
        Record = arrival.Record;
    }

    /// <summary>What arrived.</summary>
    public Arrival Arrival { get; }

    /// <summary>The packs.</summary>
    public BoundPolicy Policy { get; }

    /// <summary>What else it is decided with.</summary>
    public PassSettings Settings { get; }

    /// <summary>The record as it stands.</summary>
    public ExceptionRecord Record { get; private set; }

    /// <summary>What counts so far, in order. A new list after each stage: whoever was given one keeps it as it was.</summary>
    public IReadOnlyList<AgentDecision> Decisions => decisions;

    /// <summary>Every stage that was decided or failed, in order; also those that no longer count.</summary>
    public IReadOnlyList<PassStep> Steps => steps;

    /// <summary>Whether what was decided holds a plan.</summary>
    public bool HasPlan
    {
        get
        {
            for (int i = 0; i < decisions.Length; i++)
            {
                if (decisions[i].Details is StageDetails.Resolution { ResolvedPlan.Count: > 0 })
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether the pass ended with a plan that runs, or waits for an approval, and Feedback comes later.</summary>
    public bool LeavesPlan =>
        steps.Count > 0 && steps[^1] is { Decision: not null, Stage: not Stage.Feedback } && HasPlan && Record.ResolutionStatus is (ResolutionStatus.InProgress or ResolutionStatus.PendingApproval);

    /// <summary>The record that the plan was made from, as Resolution was given it; null while there is no plan.</summary>
    public ExceptionRecord? PlannedFrom { get; private set; }

    /// <summary>Plans, with the packs.</summary>
    public PlaybookDesk Playbooks { get; }

    internal AgentMessage? LastMessage { get; set; }

    /// <summary>What became of the exception, as far as it is, with every reason and its history.</summary>
    public ExceptionResult Result() => Decided() with { Exception = Record with { AuditTrail = Trail() }, Evidence = Reasons() };

    /// <summary>The same without those, which take longer to tell than all the rest: as much as its decision document says.</summary>
    public ExceptionResult Decided() => new()
    {
        ExceptionId = Record.ExceptionId,
        Status = Record.ResolutionStatus,
        Stages = Decisions,
        Errors = errors,
    };

    /// <summary>Takes a decision over into the record. One of an earlier round of the same stage, and all that followed it, no longer count.</summary>
    internal void Take(PassStep step)
    {
        AgentDecision decision = step.Decision!; // not null: its callers give steps that were decided
        int kept = 0;
        while (kept < decisions.Length && decisions[kept].Stage < decision.Stage)
        {
            kept++;
        }

        decisions = [.. decisions.AsSpan(0, kept), decision];
        steps.Add(step);
        errors.AddRange(step.PlanErrors);
        PlannedFrom = decision.Stage == Stage.Resolution ? Record : PlannedFrom;
        Record = RecordChanges.After(Record, decision, Policy, LastMessage!); // not null: a decision was made from one
    }

    /// <summary>Takes a failure over: it is evidence, and people must look.</summary>
    internal void Fail(PassStep step)
    {
        errors.Add(step.Error!); // not null: its callers give steps that failed
        steps.Add(step);
        SetStatus(ResolutionStatus.Escalated);
    }

    internal void SetStatus(ResolutionStatus status) => Record = RecordChanges.WithStatus(Record, status, Policy);

    private List<string> Reasons()
    {
        List<string> reasons = new(16);
        foreach (PassStep step in steps)
        {
            string key = step.Stage.Key();
            if (step.Error is { } error)
            {
                reasons.Add($"{key}: {error.Code} {error.Message}");
                continue;
            }

            foreach (string reason in step.Decision!.Evidence) // not null: it did not fail
            {
                reasons.Add($"{key}: {reason}");
            }
        }

        return reasons;
    }

    private List<AuditEntry> Trail()
    {
        List<AuditEntry> trail = [.. Arrival.Record.AuditTrail];
        foreach (PassStep step in steps)
        {
            trail.Add(new AuditEntry($"{step.Stage.Key()}: {step.Error?.Code ?? step.Decision!.Decision}", step.At, step.Stage.Agent())); // not null: it did not fail
        }

        return trail;
    }
}

/// <summary>One stage of a pass: a decision, or why there is none.</summary>
public sealed record PassStep
{
    /// <summary>The stage.</summary>
    public required Stage Stage { get; init; }

    /// <summary>Its reading of the clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What was decided; null when it failed.</summary>
    public AgentDecision? Decision { get; init; }

    /// <summary>Why it failed; null when it was decided.</summary>
    public ReeveError? Error { get; init; }

    /// <summary>What it had asked, at its last attempt, each with its answer or its absence.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>Whether it was on record already when this pass went on.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>Why its plan was refused, which is no part of the decision's own JSON; empty for other stages.</summary>
    public IReadOnlyList<ReeveError> PlanErrors => (Decision?.Details as StageDetails.Resolution)?.PlanErrors ?? [];
}
