using Reeve.Core.Calendars;
using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Core.Records;

/// <summary>
/// What names mean in pack conditions (EX-MODEL-5): the record's fields in both spellings, <c>exception</c>, <c>now</c>; any
/// other name is looked up in normalizedContext, then in rawPayload. Not thread-safe: one pass of one exception owns one.
/// </summary>
/// <param name="calendars">The business calendars that conditions may name.</param>
public sealed class RecordActivation(NamedList<BusinessCalendar> calendars) : Activation
{
    private static readonly RecordField?[] FieldOfSlot = [.. Enumerable.Range(0, RootNames.Count).Select(slot => RecordFields.Find(RootNames.NameOf(slot)))];
    private static readonly int ExceptionSlot = RootNames.SlotOf("exception");
    private static readonly int NowSlot = RootNames.SlotOf("now");

    private ExceptionRecord? record;
    private Value now;
    private MapValue? map;

    /// <summary>Points the names at a record and a time.</summary>
    public void Show(ExceptionRecord shown, DateTimeOffset at)
    {
        record = shown;
        now = Value.Of(at);
        map = null;
    }

    /// <inheritdoc/>
    public override bool TryFindSlot(int slot, out Value value)
    {
        if (FieldOfSlot[slot] is { } field)
        {
            value = RecordFields.Read(record!, field);
            return true;
        }

        if (slot == ExceptionSlot)
        {
            value = Value.Of(map ??= RecordFields.View(record!));
            return true;
        }

        if (slot == NowSlot)
        {
            value = now;
            return true;
        }

        return FindData(RootNames.NameOf(slot), out value);
    }

    /// <inheritdoc/>
    public override bool TryFind(string name, out Value value)
    {
        int slot = RootNames.SlotOf(name);
        return slot < 0 ? FindData(name, out value) : TryFindSlot(slot, out value);
    }

    /// <inheritdoc/>
    public override BusinessCalendar? FindCalendar(string name) => calendars.Find(name);

    private bool FindData(string name, out Value value) =>
        record!.NormalizedContext.TryGet(name, out value) || record.RawPayload.TryGet(name, out value);
}
