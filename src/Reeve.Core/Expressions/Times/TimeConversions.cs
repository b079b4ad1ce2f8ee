using System.Globalization;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Times;

/// <summary>Timestamps and durations from and to texts: RFC 3339, and durations such as <c>1h30m</c>, <c>-1.5s</c>, <c>20ms</c>.</summary>
internal static class TimeConversions
{
    // An hour has 3.6e12 nanoseconds, so digits up to the thirteenth can matter; the product still fits 128 bits.
    private const int MaxFractionDigits = 15;

    /// <summary>RFC 3339 in UTC with no trailing zeros in the fraction.</summary>
    internal static string TimestampText(in Value value)
    {
        DateTime whole = DateTime.UnixEpoch.AddTicks(value.Seconds * TimeSpan.TicksPerSecond);
        return whole.ToString("yyyy'-'MM'-'dd'T'HH':'mm':'ss", CultureInfo.InvariantCulture) + Fraction(value.Nanos) + "Z";
    }

    /// <summary>Seconds with no trailing zeros in the fraction, and an <c>s</c>.</summary>
    internal static string DurationText(in Value value)
    {
        string sign = value.Seconds < 0 || value.Nanos < 0 ? "-" : "";
        ulong seconds = value.Seconds < 0 ? unchecked((ulong)-value.Seconds) : (ulong)value.Seconds;
        return sign + seconds.ToString(CultureInfo.InvariantCulture) + Fraction(Math.Abs(value.Nanos)) + "s";
    }

    private static string Fraction(int nanos) =>
        nanos == 0 ? "" : "." + nanos.ToString("000000000", CultureInfo.InvariantCulture).TrimEnd('0');

    /// <summary>Reads RFC 3339: a date, T, a time whose fraction is cut to nanoseconds, and Z or an offset.</summary>
    internal static Value ParseTimestamp(string text, out string? reason)
    {
        reason = Fault.BadText;
        ReadOnlySpan<char> rest = text;
        if (rest.Length < 20
            || !Digits(rest, 0, 4, out int year) || rest[4] != '-' || !Digits(rest, 5, 2, out int month) || rest[7] != '-' || !Digits(rest, 8, 2, out int day)
            || rest[10] is not ('T' or 't') || !Digits(rest, 11, 2, out int hour) || rest[13] != ':' || !Digits(rest, 14, 2, out int minute)
            || rest[16] != ':' || !Digits(rest, 17, 2, out int second)
            || hour > 23 || minute > 59 || second > 59 || month is < 1 or > 12)
        {
            return default;
        }

        int at = 19;
        int nanos = 0;
        if (rest[at] == '.')
        {
            int start = ++at;
            for (int unit = 100_000_000; at < rest.Length && char.IsAsciiDigit(rest[at]); at++, unit /= 10)
            {
                nanos += (rest[at] - '0') * unit;
            }

            if (at == start)
            {
                return default;
            }
        }

        if (!TryOffset(rest[at..], out int offset))
        {
            return default;
        }

        if (year == 0)
        {
            reason = Fault.OutOfRange;
            return default;
        }

        if (day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return default;
        }

        long seconds = ((new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond) - offset;
        reason = seconds is < TimeArithmetic.FirstSecond or > TimeArithmetic.LastSecond ? Fault.OutOfRange : null;
        return reason is null ? Value.Timestamp(seconds, nanos) : default;
    }

    // Z, or an offset of hours and minutes; in seconds.
    private static bool TryOffset(ReadOnlySpan<char> zone, out int seconds)
    {
        seconds = 0;
        if (zone is "Z" or "z")
        {
            return true;
        }

        if (zone.Length != 6 || zone[0] is not ('+' or '-') || zone[3] != ':'
            || !Digits(zone, 1, 2, out int hours) || !Digits(zone, 4, 2, out int minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = ((hours * 60) + minutes) * (zone[0] == '-' ? -60 : 60);
        return true;
    }

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int value) =>
        NumberText.TryDigits(text.Slice(start, count), out value);

    /// <summary>Reads a sum of amounts with units (h, m, s, ms, us, µs, ns), with one sign in front; a bare 0 is allowed.</summary>
    internal static Value ParseDuration(string text, out string? reason)
    {
        reason = Fault.BadText;
        ReadOnlySpan<char> rest = text;
        bool isNegative = rest.Length > 0 && rest[0] == '-';
        rest = rest.Length > 0 && rest[0] is '-' or '+' ? rest[1..] : rest;
        if (rest is "0")
        {
            reason = null;
            return Value.Duration(0, 0);
        }

        if (rest.Length is 0 or > 200)
        {
            return default;
        }

        Int128 nanos = 0;
        while (rest.Length > 0)
        {
            if (!TryAmount(ref rest, out Int128 amount))
            {
                return default;
            }

            nanos += amount;
            if (nanos > (Int128)long.MaxValue + 1)
            {
                reason = Fault.OutOfRange;
                return default;
            }
        }

        return TimeArithmetic.Duration(isNegative ? -nanos : nanos, out reason);
    }

    private static bool TryAmount(ref ReadOnlySpan<char> rest, out Int128 nanos)
    {
        nanos = 0;
        int whole = Run(rest);
        int fraction = 0;
        int at = whole;
        if (at < rest.Length && rest[at] == '.')
        {
            fraction = Run(rest[(at + 1)..]);
            at += 1 + fraction;
        }

        (long unit, int length) = Unit(rest[at..]);
        if (unit == 0 || whole + fraction == 0 || whole > 19)
        {
            return false;
        }

        Int128 amount = whole == 0 ? 0 : Int128.Parse(rest[..whole], NumberStyles.None, CultureInfo.InvariantCulture);
        nanos = amount * unit;
        Int128 numerator = 0;
        Int128 denominator = 1;

        // What digits beyond those would add is below a nanosecond, and is cut.
        for (int i = 0; i < Math.Min(fraction, MaxFractionDigits); i++)
        {
            numerator = (numerator * 10) + (rest[whole + 1 + i] - '0');
            denominator *= 10;
        }

        nanos += numerator * unit / denominator;
        rest = rest[(at + length)..];
        return true;
    }

    private static int Run(ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9');
        return length < 0 ? text.Length : length;
    }

    private static (long Unit, int Length) Unit(ReadOnlySpan<char> text) => text switch
    {
        ['n', 's', ..] => (1, 2),
        ['u' or 'µ' or 'μ', 's', ..] => (1_000, 2),
        ['m', 's', ..] => (1_000_000, 2),
        ['s', ..] => (TimeArithmetic.NanosPerSecond, 1),
        ['m', ..] => (60 * TimeArithmetic.NanosPerSecond, 1),
        ['h', ..] => (3_600 * TimeArithmetic.NanosPerSecond, 1),
        _ => (0, 0),
    };
}
