using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Holds;

/// <summary>What the log says about holds (docs/decisions/0018). Pure.</summary>
internal static class HoldEvents
{
    internal static EventDraft Placed(Hold hold, Principal actor) => Draft(EventType.HoldPlaced, hold.Scope, hold.Since, actor, writer =>
    {
        writer.WriteString("holdId", hold.Id.ToString("D"));
        writer.WriteString("cause", Wire.Name(hold.Cause));
        writer.WriteString("reason", hold.Reason);
    });

    internal static EventDraft Lifted(TenantId scope, IReadOnlyList<Hold> holds, string reason, DateTimeOffset at, Principal actor) => Draft(EventType.HoldLifted, scope, at, actor, writer =>
    {
        writer.WriteStartArray("holds");
        foreach (Hold hold in holds)
        {
            writer.WriteStartObject();
            writer.WriteString("holdId", hold.Id.ToString("D"));
            writer.WriteString("cause", Wire.Name(hold.Cause));
            writer.WriteString("since", TimeText.Timestamp(hold.Since));
            writer.WriteString("reason", hold.Reason);
            writer.WriteString("placedBy", hold.PlacedBy);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("reason", reason);
    });

    internal static EventDraft Restored(Hold hold, Restoration restored, Principal actor) => Draft(EventType.StoreRestored, hold.Scope, hold.Since, actor, writer =>
    {
        writer.WriteString("holdId", hold.Id.ToString("D"));
        if (restored.CopiedAt is { } copiedAt)
        {
            writer.WriteString("copiedAt", TimeText.Timestamp(copiedAt));
        }
        else
        {
            writer.WriteNull("copiedAt");
        }

        writer.WriteString("position", restored.Position.ToString());
        writer.WriteString("reason", hold.Reason);
    });

    private static EventDraft Draft(EventType type, TenantId scope, DateTimeOffset at, Principal actor, Action<Utf8JsonWriter> write) => new()
    {
        TenantId = scope,
        Type = type,
        Actor = actor,
        At = at,
        Body = JsonText.Render((write, actor), static (writer, said) =>
        {
            writer.WriteStartObject();
            said.write(writer);
            PrincipalJson.WriteActor(writer, said.actor);
            writer.WriteEndObject();
        }),
    };
}
