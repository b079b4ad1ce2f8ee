using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;

namespace Reeve.Engine.Recording.PassEvents;

/// <summary>One pass as its events have it: what it began with, what its stages decided and from what, and how it ended. Immutable.</summary>
public sealed record RecordedPass
{
    /// <summary>What arrived.</summary>
    public required Arrival Arrival { get; init; }

    /// <summary>What it is decided with.</summary>
    public required PassSettings Settings { get; init; }

    /// <summary>The run.</summary>
    public required RunId? Run { get; init; }

    /// <summary>Its stages, in order; those that a divergence (PIPE-004) made void are left out.</summary>
    public required IReadOnlyList<RecordedStage> Stages { get; init; }

    /// <summary>How it ended; null while it has not.</summary>
    public required RecordedEnd? End { get; init; }

    /// <summary>Reads the events of one pass, in order. Null when a body of them is erased.</summary>
    /// <exception cref="ReeveException">STORE-008: they are not what Reeve wrote, or their beginning is missing.</exception>
    public static RecordedPass? Read(IReadOnlyList<LoggedEvent> events)
    {
        (Arrival Arrival, PassSettings Settings)? begin = null;
        List<RecordedStage> stages = [];
        RecordedEnd? end = null;
        foreach (LoggedEvent item in events.SelectMany(EventParts.Of))
        {
            if (item.Body is null)
            {
                return null;
            }

            if (item.Type == EventType.ExceptionReceived)
            {
                begin = Begin(item);
            }
            else if (item.Type == EventType.StageCompleted || item.Type == EventType.StageFailed)
            {
                Add(stages, Read(item));
            }
            else if (item.Type == EventType.PipelineCompleted)
            {
                BodyReader body = BodyReader.Read(item);
                end = new RecordedEnd(body.Enum<ResolutionStatus>("resolutionStatus"), body.Int("format"), body.Text("decisionDocument"));
            }
        }

        return begin is { } known
            ? new RecordedPass { Arrival = known.Arrival, Settings = known.Settings, Run = events[0].RunId, Stages = stages, End = end }
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, "A pass has no beginning in the log.", events.Count == 0 ? null : events[0].Position.ToString()));
    }

    /// <summary>The payload in an event that received it, byte for byte; null once erased.</summary>
    internal static ReadOnlyMemory<byte>? PayloadOf(LoggedEvent received) =>
        received.Body is null ? (ReadOnlyMemory<byte>?)null : BodyReader.Read(received).Object("record").Bytes("rawPayload");

    /// <summary>The stage of an event that has one.</summary>
    internal static Stage StageOf(LoggedEvent item)
    {
        return StageNames.TryParse(item.Stage ?? "", out Stage stage)
            ? stage
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The event {item.Position} names no stage.", item.Position.ToString()));
    }

    /// <summary>Adds a stage; a divergence makes what was recorded of its stage, and all since, void.</summary>
    private static void Add(List<RecordedStage> stages, RecordedStage stage)
    {
        if (string.Equals(stage.Error?.Code, ErrorCatalogue.Pipeline.Diverged.Code))
        {
            int from = stages.FindLastIndex(earlier => earlier.Stage == stage.Stage);
            stages.RemoveRange(from < 0 ? stages.Count : from, from < 0 ? 0 : stages.Count - from);
        }

        stages.Add(stage);
    }

    private static RecordedStage Read(LoggedEvent item)
    {
        BodyReader body = BodyReader.Read(item);
        bool failed = item.Type == EventType.StageFailed;
        return new RecordedStage
        {
            Stage = StageOf(item),
            At = item.OccurredAt,
            Evidence = [.. body.Objects("evidence").Select(Evidence)],
            Decision = failed ? default : body.Bytes("decision"),
            Error = failed ? ErrorOf(body) : null,
        };
    }

    /// <summary>The failure in a body that has one.</summary>
    internal static ReeveError ErrorOf(BodyReader body) => new(Kind(body.Text("code")), body.Text("message"), body.TextOrNull("pointer"));

    // A code of a later release is unknown here, and stands for itself.
    private static ErrorCode Kind(string code) =>
        ErrorCatalogue.All.FirstOrDefault(known => string.Equals(known.Code, code)) ?? new ErrorCode(code, code, 500, "");

    private static Evidence Evidence(BodyReader item)
    {
        EvidenceRequest request = new EvidenceRequest.SimilarCases(item.Int("count"));
        return item.TextOrNull("unavailable") is { } reason
            ? new Evidence(request, new EvidenceAnswer.Unavailable(reason))
            : new Evidence(request, new EvidenceAnswer.Cases(
                [.. item.Objects("cases").Select(found => new SimilarCase(new ExceptionKey(found.Id("exceptionKey")), found.Number("score"), found.Text("resolution")))]));
    }

    private static (Arrival Arrival, PassSettings Settings) Begin(LoggedEvent item)
    {
        BodyReader body = BodyReader.Read(item);
        BodyReader arrival = body.Object("arrival");
        BodyReader pass = body.Object("pass");
        if (item.ExceptionKey is not { } key || item.PassId is not { } passId)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The event {item.Position} names no exception.", item.Position.ToString()));
        }

        return (
            new Arrival
            {
                Record = Record(body.Object("record")),
                Key = key,
                PassId = passId,
                GivenType = arrival.TextOrNull("givenType"),
                TimestampGiven = arrival.Flag("timestampGiven"),
                IdGiven = arrival.Flag("idGiven"),
                GivenId = arrival.TextOrNull("givenId") is { } given ? new ExceptionId(given) : null,
                ExternalId = arrival.TextOrNull("externalId"),
                Fingerprint = arrival.TextOrNull("fingerprint"),
                Closes = arrival.Flag("closes"),
                Flags = arrival.Strings("flags"),
                Follows = item.RowVersion > 1,
            },
            new PassSettings
            {
                DomainPack = pass.Text("domainPack"),
                TenantPolicy = pass.Text("tenantPolicy"),
                Mode = pass.Enum<AutomationMode>("mode"),
                Supervised = pass.Flag("supervised"),
                RetriageLimit = pass.Int("retriageLimit"),
                LogicVersion = pass.Int("logicVersion"),
                TimeZoneData = pass.Text("timeZoneData"),
                HasMemory = pass.Flag("hasMemory"),
            });
    }

    private static ExceptionRecord Record(BodyReader record) => new()
    {
        ExceptionId = new ExceptionId(record.Text("exceptionId")),
        TenantId = new TenantId(record.Text("tenantId")),
        SourceSystem = record.Text("sourceSystem"),
        ExceptionType = record.TextOrNull("exceptionType") is { } type ? new ExceptionTypeName(type) : null,
        Severity = record.Has("severity") ? record.Enum<Severity>("severity") : null,
        Timestamp = record.Time("timestamp"),
        RawPayload = record.Map("rawPayload"),
        RawBytes = record.Bytes("rawPayload"),
        NormalizedContext = record.Map("normalizedContext"),
        DetectedRules = record.Strings("detectedRules"),
        SuggestedActions = record.Strings("suggestedActions"),
        ResolutionStatus = record.Enum<ResolutionStatus>("resolutionStatus"),
        Owner = record.TextOrNull("owner"),
    };
}

/// <summary>How a pass ended.</summary>
/// <param name="Status">The status it left.</param>
/// <param name="Format">The format of its decision document.</param>
/// <param name="Document">The SHA-256 of that document, in lower-case hex.</param>
public sealed record RecordedEnd(ResolutionStatus Status, int Format, string Document);
