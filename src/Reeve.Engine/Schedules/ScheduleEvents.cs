using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Schedules;

/// <summary>What the log says about schedules, and who set them. Runs are no events: their rows are kept for a month. Pure.</summary>
internal static class ScheduleEvents
{
    internal static EventDraft Set(Schedule schedule, Principal actor) => new()
    {
        TenantId = schedule.TenantId,
        Type = EventType.ScheduleSet,
        Actor = actor,
        At = schedule.ChangedAt,
        Body = JsonText.Render((schedule, actor), static (writer, said) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", said.schedule.Name.Value);
            writer.WriteString("cron", said.schedule.Cron);
            writer.WriteString("zone", said.schedule.Zone);
            writer.WriteBoolean("enabled", said.schedule.IsEnabled);
            PrincipalJson.WriteActor(writer, said.actor);
            writer.WriteEndObject();
        }),
    };

    internal static EventDraft Removed(TenantId tenant, ScheduleName name, DateTimeOffset at, Principal actor) => new()
    {
        TenantId = tenant,
        Type = EventType.ScheduleRemoved,
        Actor = actor,
        At = at,
        Body = JsonText.Render((name, actor), static (writer, said) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", said.name.Value);
            PrincipalJson.WriteActor(writer, said.actor);
            writer.WriteEndObject();
        }),
    };
}
