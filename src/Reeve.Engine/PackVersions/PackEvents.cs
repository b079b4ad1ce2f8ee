using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// What the log says about versions (EX-PACK-6, 10): who, when, what differs from the version before, and which playbooks the
/// tenant approves by it. The content itself is named by its hash. Pure.
/// </summary>
internal static class PackEvents
{
    // A text may be wrong in a thousand places; whoever reads the log needs the first of them.
    private const int ErrorsOnRecord = 20;
    private const int LongestMessage = 300;

    internal static EventDraft Stored(TenantId tenant, PackContent content, PackContent? previous, PackDifference? difference, BoundPolicy? bound, Principal actor) => new()
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
            Compared(writer, previous, difference);
            Approvals(writer, bound);
            PrincipalJson.WriteActor(writer, actor);
            writer.WriteEndObject();
        }),
    };

    internal static EventDraft Activated(
        TenantId tenant, PackContent content, PackContent? previous, PackDifference? difference, BoundPolicy? bound, Activation how) => new()
    {
        TenantId = tenant,
        Type = how.IsRollback ? EventType.PackRolledBack : EventType.PackActivated,
        Actor = how.Actor,
        At = how.At,
        Body = JsonText.Render(0, (writer, _) =>
        {
            writer.WriteStartObject();
            Name(writer, content);
            writer.WriteString("activatedAt", TimeText.Timestamp(how.At));
            writer.WriteString("activatedBy", how.Actor.Id);
            Compared(writer, previous, difference);
            Approvals(writer, bound);
            PrincipalJson.WriteActor(writer, how.Actor);
            writer.WriteEndObject();
        }),
    };

    internal static EventDraft Refused(TenantId tenant, PackRefusal refusal, DateTimeOffset at, Principal actor) => new()
    {
        TenantId = tenant,
        Type = EventType.PackRefused,
        Actor = actor,
        At = at,
        Body = JsonText.Render(0, (writer, _) =>
        {
            writer.WriteStartObject();
            writer.WriteString("file", refusal.File);
            writer.WriteString("textHash", refusal.TextHash);
            writer.WriteNumber("errorCount", refusal.Errors.Count);
            writer.WriteStartArray("errors");
            foreach (ReeveError error in refusal.Errors.Take(ErrorsOnRecord))
            {
                writer.WriteStartObject();
                writer.WriteString("code", error.Code);
                writer.WriteString("subject", error.Subject);
                if (error.Position is { } place)
                {
                    writer.WriteNumber("line", place.Line);
                    writer.WriteNumber("column", place.Column);
                }

                writer.WriteString("message", Shown.Short(error.Message, LongestMessage));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
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
    private static void Compared(Utf8JsonWriter writer, PackContent? previous, PackDifference? difference)
    {
        writer.WriteString("previous", previous?.Pack.Key.Version);
        writer.WritePropertyName("difference");
        if (difference is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            difference.Write(writer, withSummary: false);
        }
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
        PackDifference.Names(writer, "playbooks", [.. bound.Playbooks.Select(playbook => playbook.Id.Value).Where(bound.ApprovedProcesses.Contains)]);
        writer.WriteEndObject();
    }
}

/// <summary>How a version becomes the active one.</summary>
/// <param name="Actor">Who does it.</param>
/// <param name="At">When, UTC, microseconds.</param>
/// <param name="IsRollback">Whether it goes back to what was there before.</param>
internal sealed record Activation(Principal Actor, DateTimeOffset At, bool IsRollback);
