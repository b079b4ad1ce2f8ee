using System.Text.Json;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Core.Events;

/// <summary>
/// What one event records of a pass, thing by thing. What is committed together is one event, whose body has the others as its parts
/// (docs/decisions/0016). Pure.
/// </summary>
public static class EventParts
{
    /// <summary>The only member of a body that has parts.</summary>
    public const string Member = "parts";

    /// <summary>Stands behind a stage that failed, where a header lists stages.</summary>
    public const char Failed = '!';

    /// <summary>Stands between them.</summary>
    public const char Between = ',';

    // Payloads of 64 levels stand some way down in a plan.
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = 512 };

    /// <summary>
    /// The parts of an event, each as the event it would have been alone, with its own type, stage, actor, time and body; id, position and hash are those of
    /// the event it is in, <see cref="LoggedEvent.Part"/> its place. An event without parts is returned as it is. Of an erased one, the stages that its
    /// header lists, without bodies.
    /// </summary>
    /// <exception cref="ReeveException">STORE-008: the body is not one that Reeve wrote. STORE-014: a later release wrote it.</exception>
    public static IReadOnlyList<LoggedEvent> Of(LoggedEvent item) =>
        !HasParts(item) ? [item]
        : item.Body is { } body ? Read(item, body)
        : Erased(item);

    /// <summary>The parts of many events, in order.</summary>
    /// <inheritdoc cref="Of"/>
    public static async IAsyncEnumerable<LoggedEvent> OfAll(IAsyncEnumerable<LoggedEvent> events)
    {
        await foreach (LoggedEvent item in events)
        {
            foreach (LoggedEvent part in Of(item))
            {
                yield return part;
            }
        }
    }

    private static bool HasParts(LoggedEvent item)
    {
        bool whole = item.Type == EventType.ExceptionDecided;
        bool rest = item.Type == EventType.PipelineCompleted && item.Version > 1;
        return item.Version <= (whole ? 1 : rest ? 2 : int.MaxValue)
            ? whole || rest
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Later, $"The event {item.Position} ({item.Type} {item.Version}) is of a shape that this release does not know.", item.Position.ToString()));
    }

    private static List<LoggedEvent> Erased(LoggedEvent item)
    {
        List<LoggedEvent> parts = [];
        foreach (string listed in (item.Stage ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries))
        {
            bool failed = listed.EndsWith(Failed);
            parts.Add(Part(item, parts.Count, failed ? EventType.StageFailed : EventType.StageCompleted, 1, failed ? listed[..^1] : listed, item.OccurredAt, body: null));
        }

        return parts;
    }

    private static List<LoggedEvent> Read(LoggedEvent item, ReadOnlyMemory<byte> body)
    {
        List<LoggedEvent> parts = new(9);
        try
        {
            Utf8JsonReader reader = new(body.Span, Reading);
            Expect(item, reader.Read() && reader.TokenType == JsonTokenType.StartObject);
            Expect(item, reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Member));
            Expect(item, reader.Read() && reader.TokenType == JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                parts.Add(Part(item, parts.Count, body, ref reader));
            }

            Expect(item, reader.TokenType == JsonTokenType.EndArray && parts.Count > 0);
            Expect(item, reader.Read() && reader.TokenType == JsonTokenType.EndObject && !reader.Read());
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Broken(item, fault);
        }

        return parts;
    }

    private static LoggedEvent Part(LoggedEvent item, int place, ReadOnlyMemory<byte> body, ref Utf8JsonReader reader)
    {
        string? type = null;
        string? stage = null;
        int version = 0;
        DateTimeOffset? at = null;
        ReadOnlyMemory<byte>? own = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!; // not null: it is a name
            Expect(item, reader.Read());
            switch (name)
            {
                case "type":
                    type = reader.GetString();
                    break;
                case "version":
                    Expect(item, reader.TryGetInt32(out version));
                    break;
                case "stage":
                    stage = reader.GetString();
                    break;
                case "at":
                    Expect(item, TimeText.TryRead(reader.GetString() ?? "", out DateTimeOffset time));
                    at = time;
                    break;
                case "body":
                    int start = checked((int)reader.TokenStartIndex);
                    reader.Skip();
                    own = body[start..checked((int)reader.BytesConsumed)];
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return type is not null && at is { } known && own is not null && version > 0
            ? Part(item, place, new EventType(type), version, stage, known, own)
            : throw Broken(item, null);
    }

    private static LoggedEvent Part(LoggedEvent item, int place, EventType type, int version, string? stage, DateTimeOffset at, ReadOnlyMemory<byte>? body)
    {
        Stage decider = stage is null ? type == EventType.ExceptionReceived ? Stage.Intake : Stage.Feedback
            : StageNames.TryParse(stage, out Stage known) ? known
            : throw Broken(item, null);
        Principal actor = Principal.Of(decider);
        return item with { Part = place, Type = type, Version = version, Stage = stage, OccurredAt = at, ActorKind = Wire.Name(actor.Kind), ActorId = actor.Id, Body = body };
    }

    private static void Expect(LoggedEvent item, bool holds)
    {
        if (!holds)
        {
            throw Broken(item, null);
        }
    }

    private static ReeveException Broken(LoggedEvent item, Exception? fault)
    {
        ReeveError error = new(ErrorCatalogue.Storage.Corrupt, $"The body of event {item.Position} ({item.Type}) is not one that Reeve wrote.", item.Position.ToString());
        return fault is null ? new ReeveException(error) : new ReeveException(error, fault);
    }
}
