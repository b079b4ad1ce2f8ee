namespace Reeve.Engine.Inbox;

/// <summary>How many exceptions were worked off in the last ten seconds, and so how long some more will take. Thread-safe.</summary>
internal sealed class WorkRate(TimeProvider clock)
{
    private const int Seconds = 10;
    private const int Longest = 60;

    private readonly Lock changing = new();
    private readonly long start = clock.GetTimestamp();

    // One place per second, this one included; a place is emptied when its second comes round again.
    private readonly long[] done = new long[Seconds + 1];
    private long current;

    internal void Note(int count)
    {
        lock (changing)
        {
            done[MoveOn() % done.Length] += count;
        }
    }

    /// <summary>How long some exceptions take at the present speed: 1 to 60 whole seconds, 60 when nothing is worked off.</summary>
    internal TimeSpan TimeFor(long items)
    {
        lock (changing)
        {
            long now = MoveOn();
            long sum = 0;
            for (int i = 0; i < done.Length; i++)
            {
                sum += done[i];
            }

            // The present second is not over; of a young process there are fewer than ten.
            long seconds = Math.Clamp(now, 1, Seconds);
            return TimeSpan.FromSeconds(sum == 0 ? Longest : Math.Clamp(((items * seconds) + sum - 1) / sum, 1, Longest));
        }
    }

    // Inside the lock.
    private long MoveOn()
    {
        long now = (long)clock.GetElapsedTime(start).TotalSeconds;
        if (now - current > done.Length)
        {
            Array.Clear(done);
            current = now;
        }

        while (current < now)
        {
            done[++current % done.Length] = 0;
        }

        return current;
    }
}
