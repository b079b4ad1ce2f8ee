using Reeve.Core.Expressions.Evaluation;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions.Times;

/// <summary>
/// Sums of timestamps and durations. A duration is at most 2^63 nanoseconds (some 292 years) either way, as in the
/// implementations the conformance suite was written for; a timestamp lies in the years 1 to 9999.
/// </summary>
internal static class TimeArithmetic
{
    /// <summary>0001-01-01T00:00:00Z in seconds since 1970.</summary>
    internal const long FirstSecond = -62_135_596_800;

    /// <summary>9999-12-31T23:59:59Z in seconds since 1970.</summary>
    internal const long LastSecond = 253_402_300_799;

    internal const long NanosPerSecond = 1_000_000_000;

    internal static Value Add(in Value left, in Value right, out string? reason)
    {
        switch (left.Kind, right.Kind)
        {
            case (ValueKind.Timestamp, ValueKind.Duration): return Shift(left, Nanos(right), out reason);
            case (ValueKind.Duration, ValueKind.Timestamp): return Shift(right, Nanos(left), out reason);
            case (ValueKind.Duration, ValueKind.Duration): return Duration(Nanos(left) + Nanos(right), out reason);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    internal static Value Subtract(in Value left, in Value right, out string? reason)
    {
        switch (left.Kind, right.Kind)
        {
            case (ValueKind.Timestamp, ValueKind.Duration): return Shift(left, -Nanos(right), out reason);
            case (ValueKind.Timestamp, ValueKind.Timestamp) or (ValueKind.Duration, ValueKind.Duration):
                return Duration(Nanos(left) - Nanos(right), out reason);
            default:
                reason = Fault.WrongType;
                return default;
        }
    }

    /// <summary>A duration of so many nanoseconds.</summary>
    internal static Value Duration(Int128 nanos, out string? reason)
    {
        if (nanos < long.MinValue || nanos > long.MaxValue)
        {
            reason = Fault.OutOfRange;
            return default;
        }

        reason = null;
        (long seconds, long rest) = Math.DivRem((long)nanos, NanosPerSecond);
        return Value.Duration(seconds, (int)rest);
    }

    /// <summary>A timestamp of so many nanoseconds since 1970.</summary>
    internal static Value Timestamp(Int128 nanos, out string? reason)
    {
        Int128 seconds = nanos / NanosPerSecond;
        Int128 rest = nanos % NanosPerSecond;
        if (rest < 0)
        {
            seconds--;
            rest += NanosPerSecond;
        }

        if (seconds < FirstSecond || seconds > LastSecond)
        {
            reason = Fault.OutOfRange;
            return default;
        }

        reason = null;
        return Value.Timestamp((long)seconds, (int)rest);
    }

    /// <summary>The nanoseconds of a duration, or of a timestamp since 1970.</summary>
    internal static Int128 Nanos(in Value value) => ((Int128)value.Seconds * NanosPerSecond) + value.Nanos;

    private static Value Shift(in Value timestamp, Int128 nanos, out string? reason) => Timestamp(Nanos(timestamp) + nanos, out reason);
}
