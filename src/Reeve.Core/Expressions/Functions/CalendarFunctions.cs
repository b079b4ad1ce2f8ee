using Reeve.Core.Calendars;
using Reeve.Core.Errors;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Times;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Functions;

/// <summary>Business days of the calendars the activation knows.</summary>
internal static class CalendarFunctions
{
    /// <summary><c>businessDays.add(timestamp, days, 'calendar')</c>.</summary>
    internal static Value Add(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => Ask(
        ref context, args, ValueKind.Int, static (calendar, from, days) => Value.Of(calendar.Add(ToTime(from), days.AsInt())), out reason);

    /// <summary><c>businessDays.between(from, to, 'calendar')</c>.</summary>
    internal static Value Between(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) => Ask(
        ref context, args, ValueKind.Timestamp, static (calendar, from, to) => Value.Of((long)calendar.Between(ToTime(from), ToTime(to))), out reason);

    private static Value Ask(
        ref EvalContext context, ReadOnlySpan<Value> args, ValueKind second, Func<BusinessCalendar, Value, Value, Value> answer, out string? reason)
    {
        if (args[0].Kind != ValueKind.Timestamp || args[1].Kind != second || args[2].StringOrNull() is not { } name)
        {
            reason = Fault.WrongType;
            return default;
        }

        BusinessCalendar? calendar = context.Activation.FindCalendar(name);
        if (calendar is null)
        {
            reason = Fault.UnknownCalendar;
            return default;
        }

        try
        {
            reason = null;
            return answer(calendar, args[0], args[1]);
        }
        catch (ReeveException)
        {
            reason = Fault.OutOfRange;
            return default;
        }
    }

    private static DateTimeOffset ToTime(in Value timestamp) =>
        new(DateTime.UnixEpoch.AddTicks((timestamp.Seconds * TimeSpan.TicksPerSecond) + (timestamp.Nanos / 100)));
}
