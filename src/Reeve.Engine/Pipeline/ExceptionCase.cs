using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Playbooks;

namespace Reeve.Engine.Pipeline;

/// <summary>One exception on its way through the stages: the record as it stands and what was decided (EX-ORCH-2). Not thread-safe.</summary>
internal sealed class ExceptionCase(Arrival arrival, BoundPolicy policy, PlaybookDesk playbooks)
{
    private readonly List<AuditEntry> trail = [.. arrival.Record.AuditTrail];
    private readonly List<string> evidence = new(16);
    private readonly List<Passed> passed = new(8);

    internal Arrival Arrival => arrival;

    internal BoundPolicy Policy => policy;

    internal PlaybookDesk Playbooks => playbooks;

    internal ExceptionRecord Record { get; private set; } = arrival.Record;

    /// <summary>What counts so far, in order. A new list after each stage: whoever was given one keeps it as it was.</summary>
    internal IReadOnlyList<AgentDecision> Decisions { get; private set; } = [];

    internal List<ReeveError> Errors { get; } = [];

    internal AgentMessage? LastMessage { get; set; }

    /// <summary>Takes a decision over into the record. One of an earlier round of the same stage, and all that followed it, no longer count.</summary>
    internal void Take(StageOutcome outcome, DateTimeOffset at)
    {
        AgentDecision decision = outcome.Decision;
        Decisions = [.. Decisions.TakeWhile(earlier => earlier.Stage < decision.Stage), decision];
        passed.Add(new Passed(at, decision.Stage, outcome, null));
        Errors.AddRange((decision.Details as StageDetails.Resolution)?.PlanErrors ?? []);
        string key = decision.Stage.Key();
        foreach (string reason in decision.Evidence)
        {
            evidence.Add($"{key}: {reason}");
        }

        trail.Add(new AuditEntry($"{key}: {decision.Decision}", at, decision.Stage.Agent()));
        Record = RecordChanges.After(Record, decision, policy, LastMessage!);
    }

    /// <summary>Takes a failure over: it is evidence, and people must look.</summary>
    internal void Fail(Stage stage, ReeveError error, DateTimeOffset at)
    {
        Errors.Add(error);
        passed.Add(new Passed(at, stage, null, error));
        evidence.Add($"{stage.Key()}: {error.Code} {error.Message}");
        trail.Add(new AuditEntry($"{stage.Key()}: {error.Code}", at, stage.Agent()));
        SetStatus(ResolutionStatus.Escalated);
    }

    internal void SetStatus(ResolutionStatus status) => Record = RecordChanges.WithStatus(Record, status, policy);

    internal ExceptionResult Result() => new()
    {
        ExceptionId = Record.ExceptionId,
        Status = Record.ResolutionStatus,
        Exception = Record with { AuditTrail = trail },
        Stages = Decisions,
        Evidence = evidence,
        Errors = Errors,
    };

    /// <summary>What is to be stored of this pass: the record and one event per stage, in order.</summary>
    internal IReadOnlyList<Change> Changes(RunId run, PipelineOptions options)
    {
        List<Change> changes = [new Change.Insert(Record with { AuditTrail = trail })];
        changes.Add(Append(run, EventType.ExceptionReceived, null, passed[0].At, EventBodies.Received(arrival)));
        foreach (Passed step in passed)
        {
            changes.Add(step.Outcome is { } outcome
                ? Append(run, EventType.StageCompleted, step.Stage, step.At, EventBodies.Completed(outcome.Decision, outcome.Evidence))
                : Append(run, EventType.StageFailed, step.Stage, step.At, EventBodies.Failed(step.Error!))); // not null: a step without outcome has an error
        }

        changes.Add(Append(run, EventType.PipelineCompleted, null, passed[^1].At, EventBodies.Ended(Result(), policy, options)));
        return changes;
    }

    private Change.Append Append(RunId run, EventType type, Stage? stage, DateTimeOffset at, byte[] body) => new(new EventDraft
    {
        TenantId = policy.TenantId,
        ExceptionId = Record.ExceptionId,
        RunId = run,
        Type = type,
        Stage = stage,
        Actor = Principal.Of(stage ?? (type == EventType.ExceptionReceived ? Stage.Intake : Stage.Feedback)),
        At = at,
        Body = body,
    });

    private sealed record Passed(DateTimeOffset At, Stage Stage, StageOutcome? Outcome, ReeveError? Error);
}

/// <summary>What a stage decided, with the evidence it had.</summary>
internal sealed record StageOutcome(AgentDecision Decision, IReadOnlyList<Evidence> Evidence);
