using System.Text;
using System.Text.Json;
using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <summary>What the log says about calls (docs/decisions/0019). Pure.</summary>
internal static partial class ExecutionEvents
{
    /// <summary>How many bytes of an output are kept.</summary>
    internal const int LongestOutput = 64 * 1024;

    internal static EventDraft Intended(CallRecord call, GateDecision decision, DateTimeOffset at) => Draft(EventType.ToolCallIntended, call, at, JsonText.Render(
        (call, decision),
        static (writer, it) =>
        {
            writer.WriteStartObject();
            WriteCall(writer, it.call, it.decision);
            writer.WriteEndObject();
        }));

    internal static EventDraft Refused(CallRecord call, GateDecision decision, DateTimeOffset at) => Draft(EventType.ToolCallRefused, call, at, JsonText.Render(
        (call, decision),
        static (writer, it) =>
        {
            writer.WriteStartObject();
            WriteCall(writer, it.call, it.decision);
            writer.WriteString("code", it.decision.Decisive?.Error?.Code);
            writer.WriteEndObject();
        }));

    /// <summary>What became of a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="end">Its end.</param>
    /// <param name="row">As it is now.</param>
    /// <param name="decision">What the gate said, of a call that had no intention; else null.</param>
    /// <param name="isLate">Whether it was settled as unknown before.</param>
    internal static EventDraft Settled(CallRecord call, CallEnd end, ToolExecution row, GateDecision? decision, bool isLate) =>
        Draft(EventType.ToolCallSettled, call, row.SettledAt!.Value, JsonText.Render( // not null: it is settled
            (call, end, row, decision, isLate),
            static (writer, it) =>
            {
                writer.WriteStartObject();
                WriteEnd(writer, it.row, it.end);
                if (it.isLate)
                {
                    writer.WriteBoolean("late", true);
                }

                if (it.decision is { } decision)
                {
                    writer.WriteStartObject("call");
                    WriteCall(writer, it.call, decision);
                    writer.WriteEndObject();
                }

                writer.WriteEndObject();
            }));

    /// <summary>What became of a call, as somebody says who did not make it.</summary>
    /// <param name="row">As it is now.</param>
    /// <param name="end">Its end.</param>
    /// <param name="by">Who says so.</param>
    /// <param name="note">Why, in a sentence; null for nothing more.</param>
    /// <param name="rowVersion">The version of the exception's row behind which it stands; null when that is not known.</param>
    internal static EventDraft SettledBy(ToolExecution row, CallEnd end, Principal by, string? note, long? rowVersion) => new()
    {
        TenantId = row.TenantId,
        ExceptionKey = row.Exception,
        RowVersion = row.Exception is null ? null : rowVersion,
        RunId = row.Exception is null ? new RunId(row.Id.Value) : row.Run,
        PassId = row.Pass,
        Type = EventType.ToolCallSettled,
        Actor = by,
        At = row.SettledAt!.Value, // not null: it is settled
        Body = JsonText.Render((row, end, by, note), static (writer, it) =>
        {
            writer.WriteStartObject();
            WriteEnd(writer, it.row, it.end);
            if (it.note is { } note)
            {
                writer.WriteString("note", note);
            }

            PrincipalJson.WriteActor(writer, it.by);
            writer.WriteEndObject();
        }),
    };

    // A call for no exception is a run of its own, so that its events are found.
    private static EventDraft Draft(EventType type, CallRecord call, DateTimeOffset at, byte[] body)
    {
        CallSubject? subject = call.Call.Subject;
        return new EventDraft
        {
            TenantId = call.Call.TenantId,
            ExceptionKey = subject?.Key,
            RowVersion = subject?.RowVersion,
            RunId = subject is null ? new RunId(call.Call.Id.Value) : subject.Run,
            PassId = subject?.Pass,
            Type = type,
            Actor = call.Call.Authority.Actor,
            At = at,
            Body = body,
        };
    }

    private static void WriteCall(Utf8JsonWriter writer, CallRecord record, GateDecision decision)
    {
        ToolCall call = record.Call;
        Value arguments = Value.Of(call.Arguments);
        Value shown = Redactor.Redact(arguments);
        writer.WriteString("executionId", call.Id.ToString());
        writer.WriteString("tool", call.Tool.Value);
        writer.WriteString("toolVersion", record.Tool?.Version);
        writer.WriteString("domain", call.Policy.Domain.Name.Value);
        writer.WriteString("domainPack", call.Policy.Domain.ContentHash);
        writer.WriteString("tenantPolicy", call.Policy.Policy.ContentHash);
        writer.WriteString("target", record.Target is { } target ? Redactor.Redact(target) : null);
        writer.WriteString("effect", record.Tool is { } tool ? Wire.Name(tool.Effect) : null);
        WriteFlag(writer, "idempotent", record.Tool?.Idempotent);
        writer.WriteString("digest", record.Digest?.Hex);
        writer.WriteString("exceptionId", call.Subject?.Exception.Value);
        writer.WriteString("stepId", call.Subject?.Step?.Value);
        writer.WriteString("part", call.Subject is { Step: not null } subject ? Wire.Name(subject.Part) : null);
        writer.WriteString("goal", Redactor.Redact(call.Goal));
        writer.WriteStartArray("chain");
        foreach (CallFrame frame in call.Authority.Chain)
        {
            writer.WriteStartObject();
            writer.WriteString("kind", Wire.Name(frame.Kind));
            writer.WriteString("name", frame.Name);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("arguments");
        JsonText.Write(writer, shown);
        writer.WriteBoolean("redacted", !ReferenceEquals(shown.MapOrNull(), call.Arguments));
        WriteChecks(writer, decision);
        writer.WriteString("floor", Wire.Name(call.Authority.Floor));
        writer.WriteString("because", Redactor.Redact(call.Authority.Because));
        writer.WriteBoolean("automatic", call.Authority.IsAutomatic);
        writer.WriteString("approvalId", record.Approval?.Id.ToString("D"));
        PrincipalJson.WriteActor(writer, call.Authority.Actor);
    }

    private static void WriteChecks(Utf8JsonWriter writer, GateDecision decision)
    {
        writer.WriteStartArray("checks");
        foreach (GateReason reason in decision.Reasons)
        {
            if (reason.Verdict == PolicyVerdict.Allow && reason.Reason.Length == 0)
            {
                continue;
            }

            writer.WriteStartObject();
            writer.WriteString("check", Wire.Name(reason.Check));
            writer.WriteString("verdict", Wire.Name(reason.Verdict));
            writer.WriteString("code", reason.Error?.Code);
            writer.WriteString("reason", Redactor.Redact(reason.Reason));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteEnd(Utf8JsonWriter writer, ToolExecution row, CallEnd end)
    {
        (string outcome, bool happened, Value output, ReeveError? error) = end switch
        {
            CallEnd.Succeeded succeeded => ("SUCCEEDED", true, succeeded.Output, null),
            CallEnd.Failed failed => ("FAILED", failed.Happened, failed.Output, failed.Error),
            CallEnd.Unknown unknown => ("UNKNOWN", false, Value.Null, UnknownBecause(unknown.Error)),
            _ => throw new ArgumentOutOfRangeException(nameof(end)),
        };
        writer.WriteString("executionId", row.Id.ToString());
        writer.WriteString("outcome", outcome);
        WriteFlag(writer, "happened", end is CallEnd.Unknown ? null : happened);
        WriteOutput(writer, output);
        if (error is null)
        {
            writer.WriteNull("error");
        }
        else
        {
            writer.WriteStartObject("error");
            writer.WriteString("code", error.Code);
            writer.WriteString("message", Redactor.Redact(error.Message));
            writer.WriteEndObject();
        }

        writer.WriteStartArray("attempts");
        foreach (AttemptRecord attempt in end.Attempts)
        {
            writer.WriteStartObject();
            writer.WriteNumber("attempt", attempt.Number);
            writer.WriteString("at", TimeText.Timestamp(attempt.At));
            writer.WriteNumber("ms", (long)attempt.Took.TotalMilliseconds);
            writer.WriteString("result", Wire.Name(attempt.Result));
            writer.WriteString("code", attempt.Code);
            writer.WriteString("breaker", attempt.Breaker is { } breaker ? Wire.Name(breaker) : null);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // What is too long is kept as the beginning of its JSON text.
    private static void WriteOutput(Utf8JsonWriter writer, in Value output)
    {
        Value shown = Redactor.Redact(output);
        byte[] text = JsonText.ToUtf8(shown);
        bool isWhole = text.Length <= LongestOutput;
        writer.WritePropertyName("output");
        if (isWhole)
        {
            writer.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            writer.WriteStringValue(Beginning(text));
        }

        if (!isWhole)
        {
            writer.WriteBoolean("outputTruncated", true);
        }

        if (!text.AsSpan().SequenceEqual(JsonText.ToUtf8(output)))
        {
            writer.WriteBoolean("redacted", true);
        }
    }

    // No character is cut in two: bytes that go on with one begin with the bits 10.
    private static string Beginning(byte[] text)
    {
        int end = LongestOutput;
        while ((text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(text, 0, end);
    }

    /// <summary>Why nobody knows, in the words of what was met.</summary>
    internal static ReeveError UnknownBecause(ReeveError met) => met.Kind == ErrorCatalogue.Tools.UnknownOutcome ? met
        : new ReeveError(ErrorCatalogue.Tools.UnknownOutcome, $"Nobody knows whether it happened: {met.Message} ({met.Code})", met.Subject);

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool? flag)
    {
        if (flag is { } known)
        {
            writer.WriteBoolean(name, known);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
