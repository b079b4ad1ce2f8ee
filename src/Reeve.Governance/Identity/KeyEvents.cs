using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Identity;

/// <summary>What the log says about keys: what the row now says, without the secret and its hash, and who did it. Pure.</summary>
internal static class KeyEvents
{
    internal static EventDraft Created(ApiKey key, Principal actor) => Draft(EventType.ApiKeyCreated, key, actor, key.CreatedAt);

    internal static EventDraft Revoked(ApiKey key, Principal actor) => Draft(EventType.ApiKeyRevoked, key, actor, key.RevokedAt!.Value); // not null: it is revoked

    private static EventDraft Draft(EventType type, ApiKey key, Principal actor, DateTimeOffset at) => new()
    {
        TenantId = key.TenantId,
        Type = type,
        Actor = actor,
        At = at,
        Body = JsonText.Render((key, actor), static (writer, said) => Write(writer, said.key, said.actor)),
    };

    private static void Write(Utf8JsonWriter writer, ApiKey key, Principal actor)
    {
        writer.WriteStartObject();
        writer.WriteString("keyId", key.Id.ToString("D"));
        writer.WriteString("kind", Wire.Name(key.Kind));
        writer.WriteString("owner", key.Owner);
        writer.WriteStartArray("roles");
        foreach (string role in key.Roles)
        {
            writer.WriteStringValue(role);
        }

        writer.WriteEndArray();
        writer.WriteString("createdAt", TimeText.Timestamp(key.CreatedAt));
        writer.WriteString("createdBy", key.CreatedBy);
        Time(writer, "expiresAt", key.ExpiresAt);
        Time(writer, "revokedAt", key.RevokedAt);
        PrincipalJson.WriteActor(writer, actor);
        writer.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            writer.WriteString(name, TimeText.Timestamp(known));
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
