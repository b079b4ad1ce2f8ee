using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Commands.Artefacts;

/// <summary>
/// The files of one run: its events, one per line with the members of EX-OBS-1, and a snapshot per exception and stage. What was
/// erased is null.
/// </summary>
internal static class RunFiles
{
    // What is stored was accepted at the door once; here nothing is refused again.
    private static readonly JsonLimits Stored = new() { MaxBytes = int.MaxValue, MaxDepth = 1000, AllowNul = true, InfiniteIsNull = true };

    internal static async Task WriteAsync(IAsyncEnumerable<LoggedEvent> events, ExportFolder folder, RunId run, bool payloads)
    {
        await using FileStream file = folder.Create(".jsonl", "audit", run.ToString());

        // The events of one pass come together, and its first one knows what the exception is called.
        PassId? pass = null;
        string? exceptionId = null;
        await foreach (LoggedEvent logged in EventParts.OfAll(events))
        {
            if (logged.PassId != pass)
            {
                pass = logged.PassId;
                exceptionId = null;
            }

            Value body = Body(logged);
            exceptionId ??= body.MapOrNull()?["record"].MapOrNull()?["exceptionId"].StringOrNull();
            Value shown = payloads ? body : PayloadMask.Apply(body);
            try
            {
                file.Write(JsonText.Render((logged, shown, exceptionId), static (writer, line) => WriteEvent(writer, line.logged, line.shown, line.exceptionId)));
                file.WriteByte((byte)'\n');
            }
            catch (IOException failure)
            {
                throw PrivateFile.Unwritable(file.Name, failure);
            }

            if (logged.Stage is { } stage && logged.PassId is not null)
            {
                byte[] snapshot = JsonText.Render((logged, shown, exceptionId), static (writer, line) => WriteSnapshot(writer, line.logged, line.shown, line.exceptionId));
                folder.Write(snapshot, ".json", "snapshots", run.ToString(), $"{exceptionId ?? logged.ExceptionKey?.ToString() ?? "unknown"}_{stage}");
            }
        }
    }

    private static Value Body(LoggedEvent logged)
    {
        try
        {
            return logged.Body is { } body ? JsonText.Parse(body.Span, Stored) : Value.Null;
        }
        catch (ReeveException fault)
        {
            throw new ReeveException(
                new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The body of event {logged.Position} of tenant {logged.TenantId} is not JSON.", nextStep: "Run 'reeve audit verify'."), fault);
        }
    }

    private static void WriteEvent(Utf8JsonWriter writer, LoggedEvent logged, Value body, string? exceptionId)
    {
        writer.WriteStartObject();
        writer.WriteString("timestamp", TimeText.Timestamp(logged.OccurredAt));
        writer.WriteString("runId", logged.RunId?.ToString());
        writer.WriteString("tenantId", logged.TenantId.Value);
        writer.WriteString("eventType", logged.Type.Name);
        writer.WriteString("exceptionId", exceptionId);
        writer.WriteString("pipelineId", logged.PassId?.ToString());
        writer.WriteString("stage", logged.Stage);
        writer.WriteStartObject("actor");
        writer.WriteString("kind", logged.ActorKind);
        writer.WriteString("id", logged.ActorId);
        writer.WriteEndObject();
        writer.WriteString("eventId", logged.EventId.ToString("D"));
        writer.WriteString("position", logged.Position.ToString());
        if (logged.Part is { } part)
        {
            writer.WriteNumber("part", part);
        }

        writer.WriteString("recordedAt", TimeText.Timestamp(logged.RecordedAt));
        writer.WriteString("hash", Convert.ToHexStringLower(logged.Hash.Span));
        writer.WritePropertyName("data");
        JsonText.Write(writer, body);
        writer.WriteEndObject();
    }

    private static void WriteSnapshot(Utf8JsonWriter writer, LoggedEvent logged, Value body, string? exceptionId)
    {
        writer.WriteStartObject();
        writer.WriteString("tenantId", logged.TenantId.Value);
        writer.WriteString("runId", logged.RunId?.ToString());
        writer.WriteString("exceptionId", exceptionId);
        writer.WriteString("pipelineId", logged.PassId?.ToString());
        writer.WriteString("stage", logged.Stage);
        writer.WriteString("timestamp", TimeText.Timestamp(logged.OccurredAt));
        writer.WriteString("eventType", logged.Type.Name);
        writer.WritePropertyName("snapshot");
        JsonText.Write(writer, body);
        writer.WriteEndObject();
    }
}
