using System.Text.Json;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Decisions;

/// <summary>
/// A record as the row of its exception keeps it: JSON of every member but <c>rawPayload</c> and <c>auditTrail</c>, which are in the log.
/// What is read back has both empty. A time in <c>normalizedContext</c> comes back as its text, since JSON has no other. Thread-safe.
/// </summary>
public static class RecordJson
{
    // What is in the row was accepted at the door once; here nothing is refused again.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 1000, AllowNul = true, InfiniteIsNull = true };

    /// <summary>The record as UTF-8.</summary>
    public static byte[] Render(ExceptionRecord record) => JsonText.Render(record, static (writer, item) => Write(writer, item));

    /// <summary>The record of such a text.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ExceptionRecord Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            MapValue map = JsonText.Parse(utf8, Stored).MapOrNull() ?? throw new FormatException("The record is no object.");
            return new ExceptionRecord
            {
                ExceptionId = new ExceptionId(Text(map, "exceptionId")),
                TenantId = new TenantId(Text(map, "tenantId")),
                SourceSystem = Text(map, "sourceSystem"),
                ExceptionType = map["exceptionType"].StringOrNull() is { } type ? new ExceptionTypeName(type) : null,
                Severity = map["severity"].IsNull ? null : Named<Severity>(map, "severity"),
                Timestamp = TimeText.TryRead(Text(map, "timestamp"), out DateTimeOffset time) ? time : throw Missing("timestamp"),
                RawPayload = ObjectMap.Empty,
                RawBytes = ReadOnlyMemory<byte>.Empty,
                NormalizedContext = map["normalizedContext"].MapOrNull() as ObjectMap ?? throw Missing("normalizedContext"),
                DetectedRules = Texts(map, "detectedRules"),
                SuggestedActions = Texts(map, "suggestedActions"),
                ResolutionStatus = Named<ResolutionStatus>(map, "resolutionStatus"),
                CurrentPlaybookId = map["currentPlaybookId"].StringOrNull() is { } playbook ? new PlaybookId(playbook) : null,
                CurrentStep = map["currentStep"].Kind == ValueKind.Int ? checked((int)map["currentStep"].AsInt()) : null,
                Owner = map["owner"].StringOrNull(),
            };
        }
        catch (Exception fault) when (fault is Errors.ReeveException or OverflowException)
        {
            throw new FormatException("The record cannot be read.", fault);
        }
    }

    private static void Write(Utf8JsonWriter writer, ExceptionRecord record)
    {
        writer.WriteStartObject();
        writer.WriteString("exceptionId", record.ExceptionId.Value);
        writer.WriteString("tenantId", record.TenantId.Value);
        writer.WriteString("sourceSystem", record.SourceSystem);
        writer.WriteString("exceptionType", record.ExceptionType?.Value);
        writer.WriteString("severity", record.Severity is { } severity ? Wire.Name(severity) : null);
        writer.WriteString("timestamp", TimeText.Timestamp(record.Timestamp));
        writer.WritePropertyName("normalizedContext");
        JsonText.Write(writer, Value.Of(record.NormalizedContext));
        Texts(writer, "detectedRules", record.DetectedRules);
        Texts(writer, "suggestedActions", record.SuggestedActions);
        writer.WriteString("resolutionStatus", Wire.Name(record.ResolutionStatus));
        if (record.CurrentPlaybookId is { } playbook)
        {
            writer.WriteString("currentPlaybookId", playbook.Value);
        }

        if (record.CurrentStep is { } step)
        {
            writer.WriteNumber("currentStep", step);
        }

        if (record.Owner is { } owner)
        {
            writer.WriteString("owner", owner);
        }

        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IReadOnlyList<string> items)
    {
        writer.WriteStartArray(name);
        for (int i = 0; i < items.Count; i++)
        {
            writer.WriteStringValue(items[i]);
        }

        writer.WriteEndArray();
    }

    private static string[] Texts(MapValue map, string name)
    {
        ListValue list = map[name].ListOrNull() ?? throw Missing(name);
        string[] items = new string[list.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = list[i].StringOrNull() ?? throw Missing(name);
        }

        return items;
    }

    private static string Text(MapValue map, string name) => map[name].StringOrNull() ?? throw Missing(name);

    private static T Named<T>(MapValue map, string name)
        where T : struct, Enum => Wire.TryParse(Text(map, name), out T value) ? value : throw Missing(name);

    private static FormatException Missing(string name) => new($"The record has no {name} that can be read.");
}
