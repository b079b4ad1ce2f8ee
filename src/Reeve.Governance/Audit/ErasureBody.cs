using System.Globalization;
using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Audit;

/// <summary>Why bodies were erased.</summary>
public enum ErasureReason
{
    /// <summary>Somebody whose data it is asked for it.</summary>
    Request,

    /// <summary>The time for which the data may be kept is over.</summary>
    Retention,
}

/// <summary>An event whose body was erased, as the erasure names it.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Hash">Its hash in lower-case hex.</param>
internal readonly record struct ErasedName(EventPosition Position, Guid EventId, string Hash);

/// <summary>The body of a <c>BodiesErased</c> (docs/decisions/0007).</summary>
internal static class ErasureBody
{
    internal static byte[] Write(ErasureReason reason, IReadOnlyList<ErasedName> events, Principal actor) =>
        JsonText.Render((reason, events, actor), static (writer, body) =>
        {
            writer.WriteStartObject();
            writer.WriteString("reason", Wire.Name(body.reason));
            writer.WriteStartArray("events");
            foreach (ErasedName e in body.events)
            {
                writer.WriteStartObject();
                writer.WriteString("position", e.Position.ToString());
                writer.WriteString("eventId", e.EventId.ToString("D"));
                writer.WriteString("hash", e.Hash);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            PrincipalJson.WriteActor(writer, body.actor);
            writer.WriteEndObject();
        });

    /// <summary>
    /// The events that a body names. Only the spellings that <see cref="Write"/> uses count, as for any other verifier, which
    /// compares texts; what cannot be read names nothing, and so excuses nothing.
    /// </summary>
    internal static IReadOnlyList<ErasedName> Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            List<ErasedName> names = [];
            foreach (JsonElement name in document.RootElement.GetProperty("events").EnumerateArray())
            {
                string? position = name.GetProperty("position").GetString();
                string? id = name.GetProperty("eventId").GetString();
                if (PositionOf(position) is { } at && Guid.TryParseExact(id, "D", out Guid eventId) && eventId.ToString("D") == id
                    && name.GetProperty("hash").GetString() is { } hash)
                {
                    names.Add(new ErasedName(at, eventId, hash));
                }
            }

            return names;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static EventPosition? PositionOf(string? text)
    {
        string[] parts = text?.Split('.') ?? [];
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int slot)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long n)
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal)
            && new EventPosition(slot, n, ordinal) is var position && position.ToString() == text
            ? position
            : null;
    }
}
