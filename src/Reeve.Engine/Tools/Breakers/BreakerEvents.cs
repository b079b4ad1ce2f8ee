using System.Text.Json;
using Reeve.Core.Events;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Breakers;

/// <summary>What the log says about breakers (docs/decisions/0019). Pure.</summary>
public static class BreakerEvents
{
    private static readonly Principal Gate = new(PrincipalKind.Service, "system:gate", "reeve", []);

    /// <summary>A breaker's state changed.</summary>
    /// <param name="key">Which.</param>
    /// <param name="from">From.</param>
    /// <param name="to">To.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="at">When.</param>
    public static EventDraft Changed(BreakerKey key, BreakerState from, BreakerState to, string reason, DateTimeOffset at) => new()
    {
        TenantId = key.TenantId,
        Type = EventType.BreakerChanged,
        Actor = Gate,
        At = TimeText.ToMicroseconds(at),
        Body = JsonText.Render(
            (key, from, to, reason),
            static (writer, it) =>
            {
                writer.WriteStartObject();
                writer.WriteString("domain", it.key.Domain.Value);
                writer.WriteString("tool", it.key.Tool.Value);
                writer.WriteString("from", Wire.Name(it.from));
                writer.WriteString("to", Wire.Name(it.to));
                writer.WriteString("reason", it.reason);
                writer.WriteEndObject();
            }),
    };
}
