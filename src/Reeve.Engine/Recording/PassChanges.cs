using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Playbooks.Driving;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording;

/// <summary>What a pass changes of what is stored: its exception's row, and its events. Pure.</summary>
/// <param name="run">The run of the pass.</param>
internal sealed class PassChanges(RunId run)
{
    /// <summary>The row while the pass is received and not decided: as it was, or new and open.</summary>
    internal ExceptionRow Received(ExceptionCase current, ExceptionRow? before, DateTimeOffset at)
    {
        ExceptionRow row = before ?? NewRow(current, at);
        return row with { Version = (before?.Version ?? 0) + 1, RunId = run, PassId = current.Arrival.PassId, UpdatedAt = at };
    }

    /// <summary>The row as the pass leaves it.</summary>
    internal ExceptionRow Decided(ExceptionCase current, ExceptionRow? before)
    {
        DateTimeOffset at = current.Steps[^1].At;
        ExceptionRecord record = Record(current, before);
        return (before ?? NewRow(current, current.Steps[0].At)) with
        {
            Record = record,
            Version = (before?.Version ?? 0) + 1,
            Domain = current.Policy.Domain.Name,
            RunId = run,
            PassId = current.Arrival.PassId,
            UpdatedAt = at,
            TriagedAt = before?.TriagedAt ?? TriagedAt(current),
            ResolvedAt = record.ResolutionStatus == ResolutionStatus.Resolved ? at : null,
            Actionability = Found(current)?.Actionability ?? Closed(current, before)?.Actionability,
        };
    }

    /// <summary>The event that it was received.</summary>
    internal Change Arrived(ExceptionCase current, long version, DateTimeOffset at) =>
        Append(current, EventType.ExceptionReceived, Stage.Intake, null, version, at, EventBodies.Received(current));

    /// <summary>The event of a stage that is committed alone.</summary>
    internal Change Finished(ExceptionCase current, PassStep step, long version) => Append(
        current, step.Error is null ? EventType.StageCompleted : EventType.StageFailed, step.Stage, step.Stage, version, step.At, EventBodies.Of(step));

    /// <summary>The event of all that its last commit records: what is new of its receipt and its stages, and its end.</summary>
    /// <param name="decided">The pass.</param>
    /// <param name="wasReceived">Whether its receipt is on record.</param>
    /// <param name="onRecord">How many of the stages that were not there when it began, or went on, are on record meanwhile.</param>
    /// <param name="version">The version that the row comes to have.</param>
    internal Change Ended(ExceptionCase decided, bool wasReceived, int onRecord, long version)
    {
        IReadOnlyList<PassStep> steps = wasReceived ? NotOnRecord(decided, onRecord) : decided.Steps;
        byte[] body = EventBodies.Together(decided, withReceipt: !wasReceived, steps);
        EventType type = wasReceived ? EventType.PipelineCompleted : EventType.ExceptionDecided;
        return new Change.Append(Draft(decided, type, Principal.Pipeline, version, decided.Steps[^1].At, body) with
        {
            Version = wasReceived ? 2 : 1,
            Stages = EventBodies.Listed(steps),
        });
    }

    /// <summary>
    /// What follows from the plan of a pass that came to its end: its run, when it is to run or waits for an approval (docs/decisions/0020), and the end of what earlier passes left running.
    /// </summary>
    /// <param name="decided">The pass.</param>
    /// <param name="before">The row as it was; null for a new exception.</param>
    /// <param name="next">The row as the pass leaves it.</param>
    internal IEnumerable<Change> Playbook(ExceptionCase decided, ExceptionRow? before, ExceptionRow next)
    {
        DateTimeOffset at = next.UpdatedAt;
        if (before?.Record.CurrentPlaybookId is not null)
        {
            string reason = decided.Arrival.Closes ? "Its source says that the problem is over." : "The exception was decided anew.";
            yield return new PlaybookRunsSuperseded(next.Record.TenantId, next.Key, next.PassId, reason, at);
        }

        if (!decided.LeavesPlan || Found(decided)?.SelectedPlaybookId is not { } id || decided.Policy.Playbooks.Find(id.Value) is not { } playbook)
        {
            yield break;
        }

        bool waits = decided.Record.ResolutionStatus == ResolutionStatus.PendingApproval;
        Standing standing = Standing.Of(decided.Decisions, decided.Record.Severity);
        PlaybookRun assigned = new()
        {
            TenantId = next.Record.TenantId,
            Pass = next.PassId,
            Exception = next.Key,
            RunId = run,
            Playbook = id,
            PlaybookVersion = playbook.Version,
            State = RunState.Ready,
            Ruling = waits ? RunRuling.Ask : null,
            Reason = waits ? standing.Because : "",
            Version = 1,
            UpdatedAt = at,
        };
        StageDetails.Resolution plan = decided.Decisions.Select(decision => decision.Details).OfType<StageDetails.Resolution>().Last();
        yield return new Change.Append(RunEvents.Assigned(assigned, next.Version, $"Policy chose '{id}', which the tenant approved.", plan.ResolvedPlan.Count, standing));
        yield return new PlaybookRunChange.Assigned(assigned);
    }

    /// <summary>The stages that are not on record yet.</summary>
    internal static List<PassStep> NotOnRecord(ExceptionCase current, int onRecord)
    {
        List<PassStep> steps = [];
        for (int i = 0; i < current.Steps.Count; i++)
        {
            PassStep step = current.Steps[i];
            if (!step.IsRecorded && --onRecord < 0)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    /// <summary>A pass that ends without being decided or read: people must look.</summary>
    /// <param name="row">The row as it is stored.</param>
    /// <param name="error">Why.</param>
    /// <param name="at">When.</param>
    internal IReadOnlyList<Change> GivenUp(ExceptionRow row, ReeveError error, DateTimeOffset at)
    {
        ExceptionRow next = row with { Version = row.Version + 1, UpdatedAt = at, ResolvedAt = null, Record = row.Record with { ResolutionStatus = ResolutionStatus.Escalated } };
        return
        [
            new ExceptionChange.Update(next, row.Version),
            new Change.Append(new EventDraft
            {
                TenantId = row.Record.TenantId,
                ExceptionKey = row.Key,
                RowVersion = next.Version,
                RunId = run,
                PassId = row.PassId,
                Type = EventType.StageFailed,
                Stage = Stage.Intake,
                Actor = Principal.Of(Stage.Intake),
                At = at,
                Body = EventBodies.Of(new PassStep { Stage = Stage.Intake, At = at, Error = error }),
            }),
            new ExceptionChange.Dequeue(row.Record.TenantId, row.PassId),
        ];
    }

    private static DateTimeOffset? TriagedAt(ExceptionCase current)
    {
        for (int i = 0; i < current.Steps.Count; i++)
        {
            if (current.Steps[i].Stage == Stage.Triage)
            {
                return current.Steps[i].At;
            }
        }

        return null;
    }

    private static StageDetails.Policy? Found(ExceptionCase current)
    {
        for (int i = 0; i < current.Decisions.Count; i++)
        {
            if (current.Decisions[i].Details is StageDetails.Policy found)
            {
                return found;
            }
        }

        return null;
    }

    // A close changes where the exception stands and nothing else: what was found out about it before stays.
    private static ExceptionRecord Record(ExceptionCase current, ExceptionRow? before)
    {
        ExceptionRecord record = (Closed(current, before)?.Record ?? current.Record) with { ResolutionStatus = current.Record.ResolutionStatus };
        return current.Arrival.Closes && record.ResolutionStatus == ResolutionStatus.Resolved
            ? record with { NormalizedContext = record.NormalizedContext.With("closedBy", Value.Of("source")) }
            : record;
    }

    private static ExceptionRow? Closed(ExceptionCase current, ExceptionRow? before) => current.Arrival is { Closes: true, Follows: true } ? before : null;

    private ExceptionRow NewRow(ExceptionCase current, DateTimeOffset at) => new()
    {
        Record = current.Arrival.Record,
        Key = current.Arrival.Key,
        Version = 0,
        Domain = current.Policy.Domain.Name,
        RunId = run,
        PassId = current.Arrival.PassId,
        UpdatedAt = at,
        ExternalId = current.Arrival.ExternalId,
        Fingerprint = current.Arrival.Fingerprint,
    };

    private Change.Append Append(ExceptionCase current, EventType type, Stage agent, Stage? stage, long version, DateTimeOffset at, byte[] body) =>
        new(Draft(current, type, Principal.Of(agent), version, at, body) with { Stage = stage });

    private EventDraft Draft(ExceptionCase current, EventType type, Principal actor, long version, DateTimeOffset at, byte[] body) => new()
    {
        TenantId = current.Policy.TenantId,
        ExceptionKey = current.Arrival.Key,
        RowVersion = version,
        RunId = run,
        PassId = current.Arrival.PassId,
        Type = type,
        Actor = actor,
        At = at,
        Body = body,
    };
}
