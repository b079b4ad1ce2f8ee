using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.Wording;

namespace Reeve.Core.Calendars;

/// <summary>What a <see cref="PackDuration"/> counts in.</summary>
public enum DurationUnit : byte
{
    /// <summary><c>s</c>.</summary>
    Seconds,

    /// <summary><c>m</c>.</summary>
    Minutes,

    /// <summary><c>h</c>.</summary>
    Hours,

    /// <summary><c>d</c>: 24 hours, whatever a clock does in between.</summary>
    Days,

    /// <summary><c>bd@name</c>: days of a business calendar.</summary>
    BusinessDays,
}

/// <summary>
/// A span of time as packs write it: <c>90s</c>, <c>30m</c>, <c>48h</c>, <c>2d</c>, several of these from large to small
/// (<c>1h30m</c>), an ISO 8601 span of days and smaller (<c>PT48H</c>, <c>P1DT12H</c>), or <c>2bd@name</c>. It keeps its
/// unit, so <see cref="ToString"/> writes <c>48h</c> as <c>48h</c>; mixed units become their smallest.
/// </summary>
/// <param name="Amount">How many; never negative.</param>
/// <param name="Unit">Of what.</param>
/// <param name="Calendar">The calendar of <see cref="DurationUnit.BusinessDays"/>; null for the others.</param>
public readonly record struct PackDuration(long Amount, DurationUnit Unit, string? Calendar = null)
{
    // A century: nothing an operation waits for is longer, and sums stay far from overflow.
    private const long MaxSeconds = 36_525L * 86_400;
    private const long MaxBusinessDays = 10_000;

    /// <summary>The span; null for business days, whose length depends on when they begin.</summary>
    public TimeSpan? Span => Unit == DurationUnit.BusinessDays ? null : TimeSpan.FromSeconds(Amount * SecondsOf(Unit));

    /// <summary>Reads a duration.</summary>
    /// <exception cref="ReeveException">CAL-005: it is none, or longer than 100 years or 10,000 business days.</exception>
    public static PackDuration Parse(string text) =>
        TryParse(text, out PackDuration duration)
            ? duration
            : throw new ReeveException(new ReeveError(
                ErrorCatalogue.Calendars.BadDuration, $"'{Shown.Short(text, 40)}' is not a duration."));

    /// <summary>Reads a duration; false if it is none, or longer than 100 years or 10,000 business days.</summary>
    public static bool TryParse(string text, out PackDuration duration)
    {
        int at = text.IndexOf("bd@", StringComparison.Ordinal);
        if (at >= 0)
        {
            string calendar = text[(at + 3)..];
            bool known = TryCount(text.AsSpan(0, at), out long days)
                && days <= MaxBusinessDays && calendar.Length is > 0 and <= 128 && !calendar.Any(char.IsWhiteSpace);
            duration = known ? new PackDuration(days, DurationUnit.BusinessDays, calendar) : default;
            return known;
        }

        bool iso = text.StartsWith('P');
        return TrySpan(text.AsSpan(iso ? 1 : 0), iso, out duration);
    }

    /// <summary>The instant this long after <paramref name="from"/>, in UTC; business days end at their calendar's cutoff.</summary>
    /// <param name="from">The start.</param>
    /// <param name="calendars">Finds a calendar by name; null when there is none.</param>
    /// <exception cref="ReeveException">CAL-004: the calendar is unknown. CAL-003: the answer is after year 9999.</exception>
    public DateTimeOffset AddTo(DateTimeOffset from, Func<string, BusinessCalendar?> calendars)
    {
        if (Unit == DurationUnit.BusinessDays)
        {
            BusinessCalendar calendar = calendars(Calendar!) ?? throw new ReeveException(new ReeveError(
                ErrorCatalogue.Calendars.UnknownCalendar, $"The duration {this} names the calendar '{Calendar}', which there is not.", Calendar));
            return calendar.AddAtCutoff(from, Amount);
        }

        TimeSpan span = Span!.Value; // not null: business days returned above
        return span <= DateTimeOffset.MaxValue - from
            ? from.ToUniversalTime() + span
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Calendars.OutOfRange, $"{this} after that time is past year 9999."));
    }

    /// <summary>The text form; reading it gives this again.</summary>
    public override string ToString() => Unit switch
    {
        DurationUnit.Seconds => $"{Amount}s",
        DurationUnit.Minutes => $"{Amount}m",
        DurationUnit.Hours => $"{Amount}h",
        DurationUnit.Days => $"{Amount}d",
        _ => $"{Amount}bd@{Calendar}",
    };

    private static long SecondsOf(DurationUnit unit) => unit switch
    {
        DurationUnit.Seconds => 1,
        DurationUnit.Minutes => 60,
        DurationUnit.Hours => 3_600,
        _ => 86_400,
    };

    // ISO's years and months have no fixed length, and its weeks nobody writes: days and smaller only.
    private static bool TrySpan(ReadOnlySpan<char> text, bool iso, out PackDuration duration)
    {
        ReadOnlySpan<char> letters = iso ? "SMHD" : "smhd";
        bool inTime = false;
        long seconds = 0;
        DurationUnit smallest = DurationUnit.BusinessDays;
        while (!text.IsEmpty)
        {
            if (iso && !inTime && text[0] == 'T' && text.Length > 1)
            {
                inTime = true;
                text = text[1..];
            }

            int digits = text.IndexOfAnyExceptInRange('0', '9');
            int unit = digits < 0 ? -1 : letters.IndexOf(text[digits]);
            bool misplaced = unit < 0 || unit >= (int)smallest || (iso && inTime == (unit == (int)DurationUnit.Days));
            if (misplaced || !TryCount(text[..digits], out long count))
            {
                break;
            }

            smallest = (DurationUnit)unit;
            seconds += count * SecondsOf(smallest);
            text = text[(digits + 1)..];
        }

        bool read = text.IsEmpty && smallest != DurationUnit.BusinessDays && seconds <= MaxSeconds;
        duration = read ? new PackDuration(seconds / SecondsOf(smallest), smallest) : default;
        return read;
    }

    // Ten digits at most, so that no part overflows before the sum is judged.
    private static bool TryCount(ReadOnlySpan<char> text, out long count)
    {
        count = 0;
        return text.Length is > 0 and <= 10
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);
    }
}
