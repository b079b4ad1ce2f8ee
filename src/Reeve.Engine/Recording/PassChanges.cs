using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
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
            TriagedAt = before?.TriagedAt ?? current.Steps.FirstOrDefault(step => step.Stage == Stage.Triage)?.At,
            ResolvedAt = record.ResolutionStatus == ResolutionStatus.Resolved ? at : null,
            Actionability = current.Decisions.Select(decision => decision.Details).OfType<StageDetails.Policy>().FirstOrDefault()?.Actionability ?? Closed(current, before)?.Actionability,
        };
    }

    /// <summary>The event that it was received.</summary>
    internal Change Arrived(ExceptionCase current, long version, DateTimeOffset at) =>
        Append(current, EventType.ExceptionReceived, null, version, at, EventBodies.Received(current.Arrival, current.Settings));

    /// <summary>One event per stage that is not on record yet.</summary>
    internal IEnumerable<Change> Stages(ExceptionCase current, int onRecord, long version) =>
        current.Steps.Where(step => !step.IsRecorded).Skip(onRecord).Select(step => Append(
            current, step.Error is null ? EventType.StageCompleted : EventType.StageFailed, step.Stage, version, step.At, EventBodies.Of(step)));

    /// <summary>The event that it ended.</summary>
    internal Change Ended(ExceptionCase current, long version) =>
        Append(current, EventType.PipelineCompleted, null, version, current.Steps[^1].At, EventBodies.Ended(current));

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
        CreatedAt = at,
        UpdatedAt = at,
        ExternalId = current.Arrival.ExternalId,
        Fingerprint = current.Arrival.Fingerprint,
    };

    private Change.Append Append(ExceptionCase current, EventType type, Stage? stage, long version, DateTimeOffset at, byte[] body) => new(new EventDraft
    {
        TenantId = current.Policy.TenantId,
        ExceptionKey = current.Arrival.Key,
        RowVersion = version,
        RunId = run,
        PassId = current.Arrival.PassId,
        Type = type,
        Stage = stage,
        Actor = Principal.Of(stage ?? (type == EventType.ExceptionReceived ? Stage.Intake : Stage.Feedback)),
        At = at,
        Body = body,
    });
}
