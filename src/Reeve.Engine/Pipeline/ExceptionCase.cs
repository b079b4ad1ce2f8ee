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
    private readonly List<AuditEntry> trail;
    private readonly List<string> evidence = new(16);
    private readonly List<PassStep> steps = new(8);
    private readonly List<ReeveError> errors = [];

    internal ExceptionCase(Arrival arrival, BoundPolicy policy, PassSettings settings, PlaybookDesk playbooks)
    {
        Arrival = arrival;
        Policy = policy;
        Settings = settings;
        Playbooks = playbooks;
        Record = arrival.Record;
        trail = [.. arrival.Record.AuditTrail];
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
    public IReadOnlyList<AgentDecision> Decisions { get; private set; } = [];

    /// <summary>Every stage that was decided or failed, in order; also those that no longer count.</summary>
    public IReadOnlyList<PassStep> Steps => steps;

    internal PlaybookDesk Playbooks { get; }

    internal AgentMessage? LastMessage { get; set; }

    /// <summary>What became of the exception, as far as it is.</summary>
    public ExceptionResult Result() => new()
    {
        ExceptionId = Record.ExceptionId,
        Status = Record.ResolutionStatus,
        Exception = Record with { AuditTrail = trail },
        Stages = Decisions,
        Evidence = evidence,
        Errors = errors,
    };

    /// <summary>Takes a decision over into the record. One of an earlier round of the same stage, and all that followed it, no longer count.</summary>
    internal void Take(PassStep step)
    {
        AgentDecision decision = step.Decision!; // not null: its callers give steps that were decided
        Decisions = [.. Decisions.TakeWhile(earlier => earlier.Stage < decision.Stage), decision];
        steps.Add(step);
        errors.AddRange(step.PlanErrors);
        string key = decision.Stage.Key();
        foreach (string reason in decision.Evidence)
        {
            evidence.Add($"{key}: {reason}");
        }

        trail.Add(new AuditEntry($"{key}: {decision.Decision}", step.At, decision.Stage.Agent()));
        Record = RecordChanges.After(Record, decision, Policy, LastMessage!); // not null: a decision was made from one
    }

    /// <summary>Takes a failure over: it is evidence, and people must look.</summary>
    internal void Fail(PassStep step)
    {
        ReeveError error = step.Error!; // not null: its callers give steps that failed
        errors.Add(error);
        steps.Add(step);
        evidence.Add($"{step.Stage.Key()}: {error.Code} {error.Message}");
        trail.Add(new AuditEntry($"{step.Stage.Key()}: {error.Code}", step.At, step.Stage.Agent()));
        SetStatus(ResolutionStatus.Escalated);
    }

    internal void SetStatus(ResolutionStatus status) => Record = RecordChanges.WithStatus(Record, status, Policy);
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
