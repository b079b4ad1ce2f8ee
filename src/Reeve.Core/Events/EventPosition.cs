using System.Globalization;

namespace Reeve.Core.Events;

/// <summary>Where an event stands in its tenant's log: the writing slot, the commit of that slot, the place in the commit.</summary>
/// <param name="Slot">From 1.</param>
/// <param name="N">From 1, rising.</param>
/// <param name="Ordinal">Among the tenant's events of that commit, from 0 without gaps.</param>
public readonly record struct EventPosition(int Slot, long N, int Ordinal) : IComparable<EventPosition>
{
    /// <summary>Orders by slot, then commit, then place. Across slots that is an order, not the order of time.</summary>
    public int CompareTo(EventPosition other) => (Slot, N, Ordinal).CompareTo((other.Slot, other.N, other.Ordinal));

    /// <summary>As findings name it: <c>1.881.0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Slot}.{N}.{Ordinal}");
}
