using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// What the log says about versions (EX-PACK-6, 10): who, when, what differs from the version before, and which playbooks the
/// tenant approves by it. The content itself is named by its hash. Pure.
/// </summary>
internal static class PackEvents
{
    internal static EventDraft Stored(TenantId tenant, PackContent content, PackContent? previous, BoundPolicy? bound, Principal actor) => new()
    {
        TenantId = tenant,
        Type = EventType.PackStored,
        Actor = actor,
        At = content.Pack.StoredAt,
        Body = JsonText.Render(0, (writer, _) =>
        {
            writer.WriteStartObject();
            Name(writer, content);
            writer.WriteNumber("bytes", content.Json.Length);
            writer.WriteString("storedAt", TimeText.Timestamp(content.Pack.StoredAt));
            writer.WriteString("storedBy", content.Pack.StoredBy);
            Compared(writer, content, previous);
            Approvals(writer, bound);
            PrincipalJson.WriteActor(writer, actor);
            writer.WriteEndObject();
        }),
    };

    internal static EventDraft Activated(
        TenantId tenant, PackContent content, PackContent? previous, BoundPolicy? bound, DateTimeOffset at, Principal actor) => new()
    {
        TenantId = tenant,
        Type = EventType.PackActivated,
        Actor = actor,
        At = at,
        Body = JsonText.Render(0, (writer, _) =>
        {
            writer.WriteStartObject();
            Name(writer, content);
            writer.WriteString("activatedAt", TimeText.Timestamp(at));
            writer.WriteString("activatedBy", actor.Id);
            Compared(writer, content, previous);
            Approvals(writer, bound);
            PrincipalJson.WriteActor(writer, actor);
            writer.WriteEndObject();
        }),
    };

    private static void Name(Utf8JsonWriter writer, PackContent content)
    {
        writer.WriteString("kind", Wire.Name(content.Pack.Key.Kind));
        writer.WriteString("domain", content.Pack.Key.Domain.Value);
        writer.WriteString("version", content.Pack.Key.Version);
        writer.WriteString("contentHash", content.Pack.ContentHash);
    }

    // Both are null for a first version.
    private static void Compared(Utf8JsonWriter writer, PackContent content, PackContent? previous)
    {
        writer.WriteString("previous", previous?.Pack.Key.Version);
        if (previous is null)
        {
            writer.WriteNull("difference");
            return;
        }

        PackDifference difference = PackDifference.Of(PackTexts.Members(previous.Json), PackTexts.Members(content.Json));
        writer.WriteStartObject("difference");
        Names(writer, "added", difference.Added);
        Names(writer, "removed", difference.Removed);
        writer.WriteStartArray("changed");
        foreach (SectionDifference section in difference.Changed)
        {
            writer.WriteStartObject();
            writer.WriteString("member", section.Member);
            Names(writer, "added", section.Added);
            Names(writer, "removed", section.Removed);
            Names(writer, "changed", section.Changed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    // In the order of the packs, not of the set.
    private static void Approvals(Utf8JsonWriter writer, BoundPolicy? bound)
    {
        if (bound is null)
        {
            writer.WriteNull("approvals");
            return;
        }

        writer.WriteStartObject("approvals");
        writer.WriteBoolean("derived", bound.ApprovalsDerived);
        Names(writer, "playbooks", [.. bound.Playbooks.Select(playbook => playbook.Id.Value).Where(bound.ApprovedProcesses.Contains)]);
        writer.WriteEndObject();
    }

    private static void Names(Utf8JsonWriter writer, string member, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return;
        }

        writer.WriteStartArray(member);
        foreach (string name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
