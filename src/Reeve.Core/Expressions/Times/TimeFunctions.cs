using System.Collections.Concurrent;
using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Expressions.Texts;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Times;

/// <summary>The getters of timestamps, in UTC or in a zone (an IANA name or an offset such as <c>+02:00</c>), and those of durations.</summary>
internal static class TimeFunctions
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Zones = new(StringComparer.Ordinal);

    internal static Value FullYear(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.Year) : default;

    internal static Value Month(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of(local.Month - 1L) : default;

    internal static Value Date(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.Day) : default;

    internal static Value DayOfMonth(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of(local.Day - 1L) : default;

    internal static Value DayOfWeek(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.DayOfWeek) : default;

    internal static Value DayOfYear(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TryLocal(args, out DateTime local, out reason) ? Value.Of(local.DayOfYear - 1L) : default;

    internal static Value Hours(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TrySeconds(args, out long seconds) ? Of(seconds / 3_600, out reason)
        : TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.Hour) : default;

    internal static Value Minutes(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TrySeconds(args, out long seconds) ? Of(seconds / 60, out reason)
        : TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.Minute) : default;

    internal static Value Seconds(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TrySeconds(args, out long seconds) ? Of(seconds, out reason)
        : TryLocal(args, out DateTime local, out reason) ? Value.Of((long)local.Second) : default;

    // Of a duration, the milliseconds within its second.
    internal static Value Milliseconds(ref EvalContext context, ReadOnlySpan<Value> args, out string? reason) =>
        TrySeconds(args, out _) || TryLocal(args, out _, out reason) ? Of(args[0].Nanos / 1_000_000, out reason) : default;

    private static Value Of(long value, out string? reason)
    {
        reason = null;
        return Value.Of(value);
    }

    private static bool TrySeconds(ReadOnlySpan<Value> args, out long seconds)
    {
        bool isDuration = args.Length == 1 && args[0].Kind == ValueKind.Duration;
        seconds = isDuration ? args[0].Seconds : 0;
        return isDuration;
    }

    private static bool TryLocal(ReadOnlySpan<Value> args, out DateTime local, out string? reason)
    {
        local = default;
        reason = Fault.WrongType;
        if (args[0].Kind != ValueKind.Timestamp || (args.Length == 2 && args[1].Kind != ValueKind.String))
        {
            return false;
        }

        long seconds = args[0].Seconds;
        if (args.Length == 2)
        {
            if (!TryOffset(args[1].AsString(), seconds, out long offset))
            {
                reason = Fault.BadZone;
                return false;
            }

            seconds += offset;
        }

        reason = seconds is < TimeArithmetic.FirstSecond or > TimeArithmetic.LastSecond ? Fault.OutOfRange : null;
        if (reason is null)
        {
            local = DateTime.UnixEpoch.AddTicks(seconds * TimeSpan.TicksPerSecond);
        }

        return reason is null;
    }

    private static bool IsName(string zone)
    {
        foreach (char c in zone)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '_' or '-' or '+'))
            {
                return false;
            }
        }

        // Europe//Berlin would be found as well, and be kept beside Europe/Berlin.
        return char.IsAsciiLetter(zone[0]) && !zone.Contains("//", StringComparison.Ordinal);
    }

    // How far a zone is from UTC at a moment, in seconds. [+-]hh:mm and hh:mm are offsets themselves.
    private static bool TryOffset(string zone, long at, out long offset)
    {
        offset = 0;
        if (zone is "UTC" or "Z" or "")
        {
            return zone.Length > 0;
        }

        if (zone[0] is '+' or '-' || char.IsAsciiDigit(zone[0]))
        {
            ReadOnlySpan<char> digits = zone.AsSpan(char.IsAsciiDigit(zone[0]) ? 0 : 1);
            int colon = digits.IndexOf(':');
            if (colon is not (1 or 2) || digits.Length != colon + 3
                || !NumberText.TryDigits(digits[..colon], out int hours)
                || !NumberText.TryDigits(digits[(colon + 1)..], out int minutes)
                || hours > 23 || minutes > 59)
            {
                return false;
            }

            offset = ((hours * 60L) + minutes) * (zone[0] == '-' ? -60 : 60);
            return true;
        }

        if (!Zones.TryGetValue(zone, out TimeZoneInfo? found))
        {
            // The names that exist bound the table; a wrong one is looked up each time.
            // The framework reads names as paths below its zone folder; letters keep it there.
            if (zone.Length > 64 || !IsName(zone) || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out found))
            {
                return false;
            }

            Zones[zone] = found;
        }

        offset = (long)found.GetUtcOffset(DateTime.UnixEpoch.AddTicks(at * TimeSpan.TicksPerSecond)).TotalSeconds;
        return true;
    }
}
