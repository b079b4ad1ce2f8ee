using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Core.Calendars;

/// <summary>
/// The business days of one place: a time zone, the days of the week that are off, holidays, and the local time from which
/// on what arrives counts as the next business day's. Immutable and thread-safe; every answer costs a few dozen steps,
/// whatever the distance.
/// </summary>
/// <remarks>
/// A day is a local date of the zone. Where the zone's clock skips or repeats a time, "local time t of a day" is the first
/// instant at which that clock shows t or later: the end of a gap, the first of two equal readings. One rule serves the
/// start of a day, the cutoff and the times that <see cref="Add"/> keeps, so later instants never count as earlier days.
/// </remarks>
public sealed class BusinessCalendar
{
    private const int LastDay = 3_652_058; // DateOnly.MaxValue.DayNumber

    private readonly LocalClock clock;
    private readonly TimeOnly? cutoff;

    // Indexed by day number modulo 7: day 0, 0001-01-01, is a Monday.
    private readonly bool[] works = new bool[7];
    private readonly int[] worksBefore = new int[8];

    // Day numbers of the holidays that fall on a working day of the week, ascending.
    private readonly int[] holidays;

    /// <summary>Makes the calendar.</summary>
    /// <param name="name">What packs call it.</param>
    /// <param name="zone">The zone whose local dates are the days; see <see cref="FindZone"/>.</param>
    /// <param name="weekend">The days of the week that are off; may be empty.</param>
    /// <param name="holidays">Local dates that are off.</param>
    /// <param name="cutoff">The local time from which on the next business day counts; null: the whole day counts.</param>
    /// <exception cref="ReeveException">CAL-002: the weekend has all seven days.</exception>
    public BusinessCalendar(
        string name, TimeZoneInfo zone, IReadOnlySet<DayOfWeek> weekend, IReadOnlySet<DateOnly> holidays, TimeOnly? cutoff)
    {
        Name = name;
        Zone = zone;
        clock = new LocalClock(zone);
        this.cutoff = cutoff;
        for (int i = 0; i < 7; i++)
        {
            works[i] = !weekend.Contains((DayOfWeek)((i + 1) % 7));
            worksBefore[i + 1] = worksBefore[i] + (works[i] ? 1 : 0);
        }

        if (worksBefore[7] == 0)
        {
            throw new ReeveException(new ReeveError(
                ErrorCatalogue.Calendars.NoBusinessDay, $"The weekend of calendar '{name}' has all seven days.", name));
        }

        this.holidays = [.. holidays.Order().Select(day => day.DayNumber).Where(day => works[day % 7])];
    }

    /// <summary>What packs call it.</summary>
    public string Name { get; }

    /// <summary>The zone whose local dates are the days.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Finds a zone by its IANA name.</summary>
    /// <exception cref="ReeveException">CAL-001: there is none.</exception>
    public static TimeZoneInfo FindZone(string id)
    {
        // The framework reads names as paths below its zone folder; letters keep it there.
        bool wellFormed = id.Length is > 0 and <= 64
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
            && char.IsAsciiLetter(id[0]);
        if (wellFormed && TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone))
        {
            return zone;
        }

        throw new ReeveException(new ReeveError(
            ErrorCatalogue.Calendars.UnknownZone, $"There is no zone {Shown.Name(id)}."));
    }

    /// <summary>
    /// The time <paramref name="days"/> business days after the one <paramref name="from"/> counts as, at the same local time.
    /// A time on a day off, or at or after the cutoff, counts as the start (local midnight) of the next business day, so that
    /// is then the time of day kept. 0 gives that day itself; negative goes back.
    /// </summary>
    /// <returns>The instant in UTC.</returns>
    /// <exception cref="ReeveException">CAL-003: the answer is outside the years 1 to 9999.</exception>
    public DateTimeOffset Add(DateTimeOffset from, long days)
    {
        int day = CountedDay(from, out bool moved);
        if (days == 0 && !moved)
        {
            return from.ToUniversalTime();
        }

        TimeSpan time = moved ? TimeSpan.Zero : clock.TimeOfDay(from);
        return InstantOf(Step(day, days), time);
    }

    /// <summary>
    /// Like <see cref="Add"/>, but the answer is at the cutoff of its day: what durations such as <c>2bd@name</c> mean. Without
    /// a cutoff the whole day counts, so it is the end of that day (the midnight that begins the next).
    /// </summary>
    /// <returns>The instant in UTC.</returns>
    /// <exception cref="ReeveException">CAL-003: the answer is outside the years 1 to 9999.</exception>
    public DateTimeOffset AddAtCutoff(DateTimeOffset from, long days) =>
        InstantOf(Step(CountedDay(from, out _), days), cutoff?.ToTimeSpan() ?? TimeSpan.FromDays(1));

    /// <summary>
    /// The number of business days after the one <paramref name="from"/> counts as, up to and including the one
    /// <paramref name="to"/> counts as; negative if that one is earlier.
    /// </summary>
    /// <exception cref="ReeveException">CAL-003: one of them counts as a day after year 9999.</exception>
    public int Between(DateTimeOffset from, DateTimeOffset to) =>
        CountThrough(CountedDay(to, out _)) - CountThrough(CountedDay(from, out _));

    // The day a time counts as; moved says that it is not the date the local clock shows.
    private int CountedDay(DateTimeOffset at, out bool moved)
    {
        int day = clock.DayOf(at) ?? throw OutOfRange();
        moved = !IsBusinessDay(day) || (cutoff is { } end && at >= InstantOf(day, end.ToTimeSpan()));
        return moved ? DayWithCount(CountThrough(day) + 1L) : day;
    }

    private int Step(int day, long days) =>
        days is > LastDay or < -LastDay ? throw OutOfRange() : days == 0 ? day : DayWithCount(CountThrough(day) + days);

    private bool IsBusinessDay(int day) => works[day % 7] && Array.BinarySearch(holidays, day) < 0;

    // Business days from day 0 up to and including the given one.
    private int CountThrough(int day)
    {
        int weeks = (day + 1) / 7;
        int found = Array.BinarySearch(holidays, day);
        int off = found >= 0 ? found + 1 : ~found;
        return (weeks * worksBefore[7]) + worksBefore[(day + 1) % 7] - off;
    }

    // The first day at which the count is reached, which is a business day.
    private int DayWithCount(long count)
    {
        if (count < 1 || count > CountThrough(LastDay))
        {
            throw OutOfRange();
        }

        int low = 0;
        int high = LastDay;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (CountThrough(middle) >= count)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private DateTimeOffset InstantOf(int day, TimeSpan time) => clock.InstantOf(day, time) ?? throw OutOfRange();

    private ReeveException OutOfRange() =>
        new(new ReeveError(ErrorCatalogue.Calendars.OutOfRange, $"Calendar '{Name}' was asked for a day it cannot reach.", Name));
}
