using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Engine.Schedules.Cron;

/// <summary>
/// When a schedule is due: five fields of cron by the clock on the wall of a zone (docs/decisions/0014). A reading that the zone skips is
/// due at the first moment after the gap; a reading that comes twice is due at its first, unless the hour field begins with
/// <c>*</c>. Immutable, thread-safe.
/// </summary>
public sealed class CronTimes
{
    /// <summary>How far ahead a schedule must have a time.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(5 * 365.25);

    // 29 February on a Sunday comes every 28 years, 40 around 2100: a schedule that has a time has another within this.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(100 * 365.25);

    // In minutes. Zones change their offset weeks apart, so a day holds one change at most; and no zone repeats more than a day.
    private const long Window = 24 * 60;
    private const long LookBack = 25 * 60;

    // Where local times would leave the calendar.
    private static readonly long LastMinute = Minute(new DateTimeOffset(9990, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private readonly CronFields fields;
    private readonly TimeZoneInfo zone;

    private CronTimes(CronFields fields, TimeZoneInfo zone)
    {
        this.fields = fields;
        this.zone = zone;
    }

    /// <summary>Reads a schedule.</summary>
    /// <param name="cron">Minute, hour, day of month, month, day of week (0 and 7 are Sunday): lists, ranges, steps, and names of three letters.</param>
    /// <param name="zone">A zone of the IANA database.</param>
    /// <exception cref="ReeveException">SCHED-001, SCHED-002.</exception>
    public static CronTimes Parse(string cron, string zone)
    {
        CronFields fields = CronFields.Parse(cron);
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out TimeZoneInfo? found) && found.HasIanaId
            ? new CronTimes(fields, found)
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Schedules.UnknownZone, $"There is no zone {Shown.Name(zone)}.", "zone"));
    }

    /// <summary>The first time after a moment; null when there is none within a hundred years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => Next(after, Longest);

    /// <summary>The first time after a moment and not later than a time from it; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeSpan within)
    {
        long last = Math.Min(LastMinute, within < DateTimeOffset.MaxValue - after ? Minute(after + within) : LastMinute);
        for (long from = Minute(after) + 1; from <= last; from += Window)
        {
            if (FirstIn(from, Math.Min(from + Window, last + 1)) is { } found)
            {
                return DateTimeOffset.UnixEpoch.AddMinutes(found);
            }
        }

        return null;
    }

    /// <summary>The last time from one moment on up to another, both included; null when there is none.</summary>
    public DateTimeOffset? Last(DateTimeOffset from, DateTimeOffset to)
    {
        // Looked for near the end first: what is due every minute and was missed for a year is not counted through.
        foreach (TimeSpan near in (ReadOnlySpan<TimeSpan>)[TimeSpan.FromHours(2), TimeSpan.FromDays(2), TimeSpan.FromDays(62), TimeSpan.MaxValue])
        {
            bool isAll = to - from <= near;
            DateTimeOffset? last = null;
            DateTimeOffset before = isAll ? from.AddTicks(-1) : to - near;
            while (Next(last ?? before, to - (last ?? before)) is { } next)
            {
                last = next;
            }

            if (last is not null || isAll)
            {
                return last;
            }
        }

        return null;
    }

    // The first minute that is due, from one on and before another, not further than a window apart.
    private long? FirstIn(long from, long before)
    {
        long earlier = OffsetAt(from - 1);
        long later = OffsetAt(before - 1);
        if (earlier == later)
        {
            return Scan(from, before, later);
        }

        long change = Change(from - 1, before - 1, later);
        return Scan(from, change, earlier)
            ?? (fields.First(change + earlier, change + later) is not null ? change : Scan(change, before, later));
    }

    private long? Scan(long from, long before, long offset)
    {
        for (long local = from + offset; fields.First(local, before + offset) is { } found; local = found + 1)
        {
            if (fields.EveryHour || !IsSecond(found - offset, offset))
            {
                return found - offset;
            }
        }

        return null;
    }

    // Whether the clock showed the same a moment ago, before it was put back.
    private bool IsSecond(long minute, long offset)
    {
        long before = OffsetAt(minute - LookBack);
        return before > offset && OffsetAt(minute - (before - offset)) == before;
    }

    // The first minute with the later offset.
    private long Change(long low, long high, long later)
    {
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (OffsetAt(middle) == later)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return high;
    }

    private long OffsetAt(long minute) => zone.GetUtcOffset(DateTime.UnixEpoch.AddMinutes(minute)).Ticks / TimeSpan.TicksPerMinute;

    private static long Minute(DateTimeOffset at) => (long)Math.Floor((decimal)(at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMinute);
}
