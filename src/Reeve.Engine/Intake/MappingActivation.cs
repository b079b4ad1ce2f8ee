using Reeve.Core.Calendars;
using Reeve.Core.Expressions;
using Reeve.Core.Policies;
using Reeve.Core.Values;

namespace Reeve.Engine.Intake;

/// <summary>What names mean in intake mappings: <c>doc</c>, <c>item</c> and <c>now</c>. Not thread-safe.</summary>
internal sealed class MappingActivation(BoundPolicy policy, Value doc, DateTimeOffset now) : Activation
{
    internal Value Item { get; set; }

    public override bool TryFind(string name, out Value value)
    {
        switch (name)
        {
            case "doc": value = doc; return true;
            case "item": value = Item; return true;
            case "now": value = Value.Of(now); return true;
            default: value = default; return false;
        }
    }

    public override BusinessCalendar? FindCalendar(string name) => policy.Calendars.Find(name);
}
