namespace Reeve.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire during <see cref="Advance"/>, in the order of their times, with the clock at the
/// time each was due. Thread-safe; callbacks run outside the lock.
/// </summary>
public sealed class FakeTime(DateTimeOffset now) : TimeProvider
{
    private readonly Lock changing = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = now;

    /// <summary>A clock at 2026-01-15T12:00:00Z, a Thursday.</summary>
    public FakeTime()
        : this(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>One tick is 100 ns, as in <see cref="TimeSpan"/>.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC, wherever the tests run.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (changing)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer fires; null when none waits.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (changing)
            {
                return timers.Count == 0 ? null : timers.Min(timer => timer.Due);
            }
        }
    }

    /// <summary>Moves the clock forward.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        DateTimeOffset end = GetUtcNow() + by;
        while (TakeDue(end) is { } due)
        {
            due.Fire();
        }

        lock (changing)
        {
            now = end;
        }
    }

    private Timer? TakeDue(DateTimeOffset end)
    {
        lock (changing)
        {
            Timer? first = timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            if (first is not null)
            {
                now = first.Due > now ? first.Due : now;
                first.Reschedule();
            }

            return first;
        }
    }

    private sealed class Timer(FakeTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.changing)
            {
                clock.timers.Remove(this);
                period = newPeriod;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
                }

                return true;
            }
        }

        public void Reschedule()
        {
            if (period > TimeSpan.Zero)
            {
                Due += period;
            }
            else
            {
                clock.timers.Remove(this);
            }
        }

        public void Dispose()
        {
            lock (clock.changing)
            {
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
