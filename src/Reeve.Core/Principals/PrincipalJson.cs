using System.Text.Json;
using Reeve.Core.Records;

namespace Reeve.Core.Principals;

/// <summary>A principal as bodies of events have it: the member <c>actor</c> (docs/decisions/0007).</summary>
public static class PrincipalJson
{
    /// <summary>Writes the member <c>actor</c>: kind, id, owner, roles.</summary>
    public static void WriteActor(Utf8JsonWriter writer, Principal actor)
    {
        writer.WriteStartObject("actor");
        writer.WriteString("kind", Wire.Name(actor.Kind));
        writer.WriteString("id", actor.Id);
        writer.WriteString("owner", actor.Owner);
        writer.WriteStartArray("roles");
        foreach (string role in actor.Roles)
        {
            writer.WriteStringValue(role);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
