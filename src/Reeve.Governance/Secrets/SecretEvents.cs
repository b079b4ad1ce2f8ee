using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Governance.Secrets;

/// <summary>What the log says about secrets: their names, and who (docs/decisions/0019). Pure.</summary>
internal static class SecretEvents
{
    internal static EventDraft Set(TenantId scope, string name, DateTimeOffset at, Principal actor) => Draft(EventType.SecretSet, scope, name, at, actor);

    internal static EventDraft Removed(TenantId scope, string name, DateTimeOffset at, Principal actor) => Draft(EventType.SecretRemoved, scope, name, at, actor);

    private static EventDraft Draft(EventType type, TenantId scope, string name, DateTimeOffset at, Principal actor) => new()
    {
        TenantId = scope,
        Type = type,
        Actor = actor,
        At = at,
        Body = JsonText.Render((name, actor), static (writer, said) =>
        {
            writer.WriteStartObject();
            writer.WriteString("name", said.name);
            PrincipalJson.WriteActor(writer, said.actor);
            writer.WriteEndObject();
        }),
    };
}
