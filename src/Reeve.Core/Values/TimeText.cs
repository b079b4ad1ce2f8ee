using System.Globalization;

namespace Reeve.Core.Values;

/// <summary>The text forms of timestamps and durations, as CEL and protobuf's JSON mapping write them.</summary>
public static class TimeText
{
    private const int MostDigits = 7;

    private static readonly string[] Forms =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd' 'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    /// <summary>RFC 3339 in UTC with as many fraction digits (0, 3, 6 or 9) as needed: <c>2026-01-02T03:04:05.120Z</c>.</summary>
    public static string Timestamp(in Value value)
    {
        DateTime whole = DateTime.UnixEpoch.AddTicks(value.Seconds * TimeSpan.TicksPerSecond);
        int nanos = value.Nanos;
        return nanos switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"{whole:s}Z"),
            _ when nanos % 1_000_000 == 0 => string.Create(CultureInfo.InvariantCulture, $"{whole:s}.{nanos / 1_000_000:D3}Z"),
            _ when nanos % 1_000 == 0 => string.Create(CultureInfo.InvariantCulture, $"{whole:s}.{nanos / 1_000:D6}Z"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{whole:s}.{nanos:D9}Z"),
        };
    }

    /// <summary>RFC 3339 in UTC of a .NET time, to the microsecond the databases keep.</summary>
    public static string Timestamp(DateTimeOffset value) => Timestamp(Value.Of(ToMicroseconds(value)));

    /// <summary>The time in UTC, cut to the microsecond, so that what is read from a database equals what was written.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset value) => new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>
    /// Reads a time in ISO 8601: without an offset it is UTC, a date alone is its first moment. Exact forms only: the
    /// framework's lenient reader takes "12:00" for today by the machine's clock.
    /// </summary>
    public static bool TryRead(string? text, out DateTimeOffset time)
    {
        // RFC 3339 allows a small z and any number of digits after the point; the framework's parser knows neither.
        string? known = text is [.. string rest, 'z'] ? rest + "Z" : text;
        bool isTime = DateTimeOffset.TryParseExact(
            WithoutFinest(known), Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
        time = ToMicroseconds(time);
        return isTime;
    }

    // Of nanoseconds and finer, which many sources write, the first seven digits are read, as of any time the first six are kept.
    private static string? WithoutFinest(string? text)
    {
        int point = text?.IndexOf('.') ?? -1;
        if (point < 0)
        {
            return text;
        }

        int end = point + 1;
        while (end < text!.Length && char.IsAsciiDigit(text[end])) // not null: it has a point
        {
            end++;
        }

        return end - point > MostDigits + 1 ? text[..(point + 1 + MostDigits)] + text[end..] : text;
    }

    /// <summary>Whether a text that is a time says its offset, rather than leave it to be taken for UTC.</summary>
    public static bool HasOffset(string time) =>
        time.EndsWith('Z') || time.EndsWith('z') || (time.Length > 6 && time[^3] == ':' && time[^6] is '+' or '-');

    /// <summary>Seconds with a trailing <c>s</c> and as many fraction digits as needed: <c>-1.500s</c>.</summary>
    public static string Duration(in Value value)
    {
        string sign = value.Seconds < 0 || value.Nanos < 0 ? "-" : "";
        ulong seconds = value.Seconds < 0 ? unchecked((ulong)-value.Seconds) : (ulong)value.Seconds;
        return sign + seconds.ToString(CultureInfo.InvariantCulture) + Fraction(Math.Abs(value.Nanos)) + "s";
    }

    private static string Fraction(int nanos) => nanos switch
    {
        0 => "",
        _ when nanos % 1_000_000 == 0 => "." + (nanos / 1_000_000).ToString("000", CultureInfo.InvariantCulture),
        _ when nanos % 1_000 == 0 => "." + (nanos / 1_000).ToString("000000", CultureInfo.InvariantCulture),
        _ => "." + nanos.ToString("000000000", CultureInfo.InvariantCulture),
    };
}
