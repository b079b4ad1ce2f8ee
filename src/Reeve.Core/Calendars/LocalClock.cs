namespace Reeve.Core.Calendars;

/// <summary>The clock on the wall of one zone: from an instant to what it shows, and back.</summary>
internal sealed class LocalClock(TimeZoneInfo zone)
{
    // No zone is further than this from UTC, so the instant of a local reading lies within it.
    private const long Reach = 15 * TimeSpan.TicksPerHour;

    private static readonly long MaxTicks = DateTime.MaxValue.Ticks;

    /// <summary>The local date's day number, or null when it is outside the years 1 to 9999.</summary>
    internal int? DayOf(DateTimeOffset at)
    {
        long local = Reading(at.UtcTicks);
        return local < 0 || local > MaxTicks ? null : (int)(local / TimeSpan.TicksPerDay);
    }

    /// <summary>The local time of day; call only where <see cref="DayOf"/> is not null.</summary>
    internal TimeSpan TimeOfDay(DateTimeOffset at) => new(Reading(at.UtcTicks) % TimeSpan.TicksPerDay);

    /// <summary>The first instant at which the clock shows that time of that day or a later one; null outside the years 1 to 9999.</summary>
    internal DateTimeOffset? InstantOf(int day, TimeSpan time)
    {
        long reading = (day * TimeSpan.TicksPerDay) + time.Ticks;
        long before = OffsetAt(reading - Reach);
        long after = OffsetAt(reading + Reach);
        long instant = reading - before;
        if (before != after)
        {
            long change = FirstWithOffset(after, reading - Reach, reading + Reach);
            instant = instant < change ? instant : Math.Max(change, reading - after);
        }

        return instant < 0 || instant > MaxTicks ? null : new DateTimeOffset(instant, TimeSpan.Zero);
    }

    private long Reading(long utcTicks) => utcTicks + OffsetAt(utcTicks);

    private long OffsetAt(long utcTicks) =>
        zone.GetUtcOffset(new DateTime(Math.Clamp(utcTicks, 0, MaxTicks), DateTimeKind.Utc)).Ticks;

    // Zones change their offset weeks apart at least, so the window holds one change.
    private long FirstWithOffset(long offset, long low, long high)
    {
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (OffsetAt(middle) == offset)
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
}
