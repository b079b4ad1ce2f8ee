using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording;

/// <summary>The door to what is on record about one exception: views over the log, made when asked for (EX-API-3). Thread-safe.</summary>
public sealed class CaseHistory(IExceptionStore exceptions, IEventLog log)
{
    /// <summary>Everything about one exception; null when the tenant has none of that id.</summary>
    /// <exception cref="ReeveException">STORE-008: an event is not one that Reeve wrote.</exception>
    public async Task<RecordedCase?> FindAsync(TenantId tenant, ExceptionId exception, CancellationToken cancellationToken)
    {
        if (await exceptions.FindAsync(tenant, exception, cancellationToken) is not { } row)
        {
            return null;
        }

        List<LoggedEvent> stages = [];
        ReadOnlyMemory<byte>? payload = null;
        await foreach (LoggedEvent item in EventParts.OfAll(log.OfExceptionAsync(tenant, row.Key, cancellationToken)))
        {
            if (item.Type == EventType.ExceptionReceived && item.PassId == row.PassId)
            {
                payload = RecordedPass.PayloadOf(item);
            }
            else if (item.Type == EventType.StageCompleted || item.Type == EventType.StageFailed)
            {
                stages.Add(item);
            }
        }

        IReadOnlyList<TracedStage> trace = [.. stages.Select(Trace)];
        List<AuditEntry> trail = [.. stages.Select(Entry)];
        return new RecordedCase(CaseResult.Read(stages.Where(item => item.PassId == row.PassId), payload))
        {
            Row = row with { Record = row.Record with { RawBytes = payload ?? default, AuditTrail = trail } },
            RawPayload = payload,
            AuditTrail = trail,
            Trace = trace,
        };
    }

    private static TracedStage Trace(LoggedEvent item) => new()
    {
        Pass = item.PassId ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The event {item.Position} names no pass.", item.Position.ToString())),
        Run = item.RunId,
        Stage = RecordedPass.StageOf(item),
        At = item.OccurredAt,
        Failed = item.Type == EventType.StageFailed,
        Body = item.Body,
    };

    private static AuditEntry Entry(LoggedEvent item)
    {
        Stage stage = RecordedPass.StageOf(item);
        string what = item.Body is null ? "erased"
            : item.Type == EventType.StageFailed ? BodyReader.Read(item).Text("code")
            : BodyReader.Read(item).Object("decision").Text("decision");
        return new AuditEntry($"{stage.Key()}: {what}", item.OccurredAt, stage.Agent());
    }
}
