using System.Text;
using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording;

/// <summary>The stages, evidence and errors of one pass, put together from its events as they stand. Immutable once read.</summary>
internal sealed class CaseResult
{
    private static readonly byte[] BeforePayload = Encoding.UTF8.GetBytes("\"normalizedContext\":");

    // A stage's JSON as the run result has it; null once erased.
    private readonly List<(Stage Stage, ReadOnlyMemory<byte>? Json)> decisions = [];
    private readonly List<string> evidence = [];
    private readonly List<Action<Utf8JsonWriter>> errors = [];

    private CaseResult()
    {
    }

    internal static CaseResult Read(IEnumerable<LoggedEvent> stages, ReadOnlyMemory<byte>? payload)
    {
        CaseResult result = new();
        foreach (LoggedEvent item in Counting(stages))
        {
            if (item.Type == EventType.StageFailed)
            {
                result.Fail(item);
            }
            else
            {
                result.Take(item, payload);
            }
        }

        return result;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("stages");
        foreach ((Stage stage, ReadOnlyMemory<byte>? json) in decisions)
        {
            writer.WritePropertyName(stage.Key());
            if (json is { } known)
            {
                writer.WriteRawValue(known.Span, skipInputValidation: true);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteBoolean("erased", true);
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        writer.WriteStartArray("evidence");
        foreach (string reason in evidence)
        {
            writer.WriteStringValue(reason);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("errors");
        foreach (Action<Utf8JsonWriter> error in errors)
        {
            error(writer);
        }

        writer.WriteEndArray();
    }

    // A divergence made what was recorded of its stage, and all since, void.
    private static List<LoggedEvent> Counting(IEnumerable<LoggedEvent> stages)
    {
        List<LoggedEvent> counting = [];
        foreach (LoggedEvent item in stages)
        {
            if (item is { Body: not null } && item.Type == EventType.StageFailed
                && string.Equals(BodyReader.Read(item).Text("code"), ErrorCatalogue.Pipeline.Diverged.Code)
                && counting.FindLastIndex(earlier => string.Equals(earlier.Stage, item.Stage)) is >= 0 and var from)
            {
                counting.RemoveRange(from, counting.Count - from);
            }

            counting.Add(item);
        }

        return counting;
    }

    // As when it was decided: a decision of an earlier round of the same stage, and all that followed it, no longer count.
    private void Take(LoggedEvent item, ReadOnlyMemory<byte>? payload)
    {
        Stage stage = RecordedPass.StageOf(item);
        int from = decisions.FindIndex(earlier => earlier.Stage >= stage);
        if (from >= 0)
        {
            decisions.RemoveRange(from, decisions.Count - from);
        }

        if (item.Body is null)
        {
            decisions.Add((stage, null));
            return;
        }

        BodyReader body = BodyReader.Read(item);
        BodyReader decision = body.Object("decision");
        decisions.Add((stage, stage == Stage.Intake ? WithPayload(item, decision, payload) : decision.Own()));
        evidence.AddRange(decision.Strings("evidence").Select(reason => $"{stage.Key()}: {reason}"));
        if (body.Has("errors"))
        {
            errors.AddRange(body.Objects("errors").Select(error => new Action<Utf8JsonWriter>(writer => writer.WriteRawValue(error.Own().Span, skipInputValidation: true))));
        }
    }

    private void Fail(LoggedEvent item)
    {
        string key = RecordedPass.StageOf(item).Key();
        if (item.Body is null)
        {
            evidence.Add($"{key}: erased");
            return;
        }

        ReeveError error = RecordedPass.ErrorOf(BodyReader.Read(item));
        evidence.Add($"{key}: {error.Code} {error.Message}");
        errors.Add(writer => ExceptionResult.Write(writer, error));
    }

    // The payload is once in the log, in the event that received it; here it stands where a record has it.
    private static ReadOnlyMemory<byte> WithPayload(LoggedEvent item, BodyReader decision, ReadOnlyMemory<byte>? payload)
    {
        ReadOnlySpan<byte> text = item.Body!.Value.Span; // not null: it was read
        int context = decision.Object("details").Object("normalizedException").Object("normalizedContext").Start - BeforePayload.Length;
        if (context < 0 || !text[context..].StartsWith(BeforePayload))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Corrupt, $"The body of event {item.Position} is not one that Reeve wrote.", item.Position.ToString()));
        }

        byte[] own = payload is { } bytes ? bytes.ToArray() : Encoding.UTF8.GetBytes("null");
        ReadOnlySpan<byte> whole = decision.Own().Span;
        int at = context - decision.Start;
        return (byte[])[.. whole[..at], .. "\"rawPayload\":"u8, .. own, .. ","u8, .. whole[at..]];
    }
}
