using System.Numerics;

namespace Reeve.Load.Measures;

/// <summary>
/// Counts durations without losing the tail: 128 buckets to each power of two of nanoseconds, so a percentile is at most 0.8 % above
/// the duration that was recorded, be it a microsecond or an hour. Not thread-safe: each caller has its own, and they are added up.
/// </summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int Sub = 1 << SubBits;

    private readonly long[] counts = new long[(64 - SubBits) * Sub];

    /// <summary>How many durations were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest one, exactly.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Records a duration; a negative one counts as zero.</summary>
    public void Record(TimeSpan duration)
    {
        long nanoseconds = Math.Max(0, duration.Ticks) * TimeSpan.NanosecondsPerTick;
        counts[IndexOf(nanoseconds)]++;
        Count++;
        Longest = duration > Longest ? duration : Longest;
    }

    /// <summary>Adds what another one recorded.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] += other.counts[i];
        }

        Count += other.Count;
        Longest = other.Longest > Longest ? other.Longest : Longest;
    }

    /// <summary>The duration that so many of a thousand stay at or below, in milliseconds; null when nothing was recorded.</summary>
    /// <param name="perMille">Above 0, at most 1,000: 990 for p99, 999 for p99.9.</param>
    public double? Milliseconds(double perMille)
    {
        if (Count == 0)
        {
            return null;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(Count * (perMille / 1000)));
        long seen = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            seen += counts[i];
            if (seen >= rank)
            {
                // The bucket's upper end may lie above everything that was recorded.
                return Math.Min(UpperEnd(i) / 1e6, Longest.TotalMilliseconds);
            }
        }

        return Longest.TotalMilliseconds;
    }

    // Below 2 * Sub each nanosecond has a bucket; above, the leading bit and the seven behind it name one.
    private static int IndexOf(long nanoseconds)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - SubBits);
        return (shift * Sub) + (int)(nanoseconds >> shift);
    }

    private static double UpperEnd(int index)
    {
        int shift = Math.Max(0, (index / Sub) - 1);
        return (double)(index - (shift * Sub) + 1) * (1L << shift);
    }
}
