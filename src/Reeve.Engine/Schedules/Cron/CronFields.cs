using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Engine.Schedules.Cron;

/// <summary>
/// The five fields of cron, read: which minutes of which days of the calendar they name, whatever zone that calendar is of. Stricter than
/// most: a range that goes backwards, a step of nothing and a step behind a single number are refused, because programs read them
/// differently. Immutable, thread-safe.
/// </summary>
internal sealed class CronFields
{
    private const int MinutesOfDay = 24 * 60;
    private const int EpochDay = 719_162;

    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;
    private readonly bool eitherDay;

    private CronFields(string[] fields)
    {
        minutes = Read(fields[0], new Range("minute", 0, 59, []));
        hours = Read(fields[1], new Range("hour", 0, 23, []));
        days = Read(fields[2], new Range("day of month", 1, 31, []));
        months = Read(fields[3], new Range("month", 1, 12, MonthNames));
        weekdays = Weekdays(Read(fields[4], new Range("day of week", 0, 7, DayNames)));
        EveryHour = fields[1].StartsWith('*');

        // As in POSIX crontab: two days that are both named are two ways to say when.
        eitherDay = !fields[2].StartsWith('*') && !fields[4].StartsWith('*');
    }

    /// <summary>Whether the hour field begins with <c>*</c>: then the schedule means "every so often".</summary>
    internal bool EveryHour { get; }

    /// <summary>Reads five fields parted by spaces or tabs.</summary>
    /// <exception cref="ReeveException">SCHED-001.</exception>
    internal static CronFields Parse(string text)
    {
        string[] fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 ? new CronFields(fields) : throw Bad($"It has {fields.Length} fields, not five.");
    }

    /// <summary>The first minute named, from one on and before another; null when there is none. Minutes since 1970 by the wall's clock.</summary>
    internal long? First(long from, long before)
    {
        for (long day = Math.DivRem(from, MinutesOfDay, out long rest) - (rest < 0 ? 1 : 0); day * MinutesOfDay < before; day++)
        {
            if (IsDay(DateOnly.FromDayNumber((int)day + EpochDay)) && InDay(Math.Max(0, from - (day * MinutesOfDay))) is { } minute)
            {
                long found = (day * MinutesOfDay) + minute;
                return found < before ? found : null;
            }
        }

        return null;
    }

    private bool IsDay(DateOnly date)
    {
        if (!Has(months, date.Month))
        {
            return false;
        }

        bool ofMonth = Has(days, date.Day);
        bool ofWeek = Has(weekdays, (int)date.DayOfWeek);
        return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
    }

    // The first minute of a day, from one on.
    private long? InDay(long from)
    {
        for (int hour = (int)(from / 60); hour < 24; hour++)
        {
            if (!Has(hours, hour))
            {
                continue;
            }

            for (int minute = hour == from / 60 ? (int)(from % 60) : 0; minute < 60; minute++)
            {
                if (Has(minutes, minute))
                {
                    return (hour * 60) + minute;
                }
            }
        }

        return null;
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) != 0;

    private static ulong Weekdays(ulong named) => (named | named >> 7) & 0x7F;

    private static ulong Read(string field, Range range)
    {
        ulong set = 0;
        foreach (string item in field.Split(','))
        {
            int slash = item.IndexOf('/', StringComparison.Ordinal);
            (int first, int last, bool isSpan) = Span(slash < 0 ? item : item[..slash], range);
            int step = 1;
            if (slash >= 0)
            {
                step = isSpan && Number(item[(slash + 1)..]) is { } given and > 0 && given <= range.Last - range.First + 1
                    ? given
                    : throw Bad($"The {range.Name} {Shown.Short(item, 40)}: a step is a number behind * or a range.");
            }

            for (int value = first; value <= last; value += step)
            {
                set |= 1UL << value;
            }
        }

        return set;
    }

    private static (int First, int Last, bool IsSpan) Span(string text, Range range)
    {
        if (text == "*")
        {
            // 7 is Sunday a second time, and not counted by a step.
            return (range.First, range.Names == DayNames ? 6 : range.Last, true);
        }

        int dash = text.IndexOf('-', StringComparison.Ordinal);
        int first = Value(dash < 0 ? text : text[..dash], range);
        int last = dash < 0 ? first : Value(text[(dash + 1)..], range);
        if (dash >= 0 && last == 0 && range.Names == DayNames && first > 0)
        {
            // A week that ends on Sunday: fri-sun.
            last = 7;
        }

        return first <= last ? (first, last, dash >= 0) : throw Bad($"The {range.Name} {Shown.Short(text, 40)} goes backwards.");
    }

    private static int Value(string text, Range range)
    {
        int named = Array.FindIndex(range.Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        int? value = named >= 0 ? named + (range.Names == MonthNames ? 1 : 0) : Number(text);
        return value is { } known && known >= range.First && known <= range.Last
            ? known
            : throw Bad($"The {range.Name} {Shown.Short(text, 40)} is none: {range.First} to {range.Last}{(range.Names.Length > 0 ? $", or {range.Names[0]} to {range.Names[^1]}" : "")}.");
    }

    // Two digits at most: no sign, no space, no digits of other scripts.
    private static int? Number(string text) =>
        text.Length is 1 or 2 && text.All(char.IsAsciiDigit) ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static ReeveException Bad(string why) => new(new ReeveError(ErrorCatalogue.Schedules.BadCron, why, "cron"));

    private sealed record Range(string Name, int First, int Last, string[] Names);
}
