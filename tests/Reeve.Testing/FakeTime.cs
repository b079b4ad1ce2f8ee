namespace Reeve.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire during <see cref="Advance"/>, in the order of their times, with the clock at the
/// time each was due. Thread-safe; callbacks run outside the lock.
/// </summary>
public sealed class FakeTime(DateTimeOffset now) : TimeProvider
{
    private readonly Lock changing = new();

    // By when they are due, then by when they were set. One that was changed or stopped since is still here, and passed over.
    private readonly PriorityQueue<(Timer Timer, long Set), (DateTimeOffset Due, long Set)> timers = new();
    private DateTimeOffset now = now;
    private long sets;

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
                return First()?.Due;
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
            Timer? first = First();
            if (first is null || first.Due > end)
            {
                return null;
            }

            now = first.Due > now ? first.Due : now;
            timers.Dequeue();
            first.Reschedule();
            return first;
        }
    }

    // Inside the lock, as what follows.
    private Timer? First()
    {
        while (timers.TryPeek(out (Timer Timer, long Set) first, out _))
        {
            if (first.Timer.Set == first.Set)
            {
                return first.Timer;
            }

            timers.Dequeue();
        }

        return null;
    }

    private long Enqueue(Timer timer)
    {
        sets++;
        timers.Enqueue((timer, sets), (timer.Due, sets));
        return sets;
    }

    private sealed class Timer(FakeTime clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        public DateTimeOffset Due { get; private set; }

        /// <summary>Which of its settings counts; 0 when it does not wait.</summary>
        public long Set { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (clock.changing)
            {
                period = newPeriod;
                Set = 0;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.now + dueTime;
                    Set = clock.Enqueue(this);
                }

                return true;
            }
        }

        public void Reschedule()
        {
            Set = 0;
            if (period > TimeSpan.Zero)
            {
                Due += period;
                Set = clock.Enqueue(this);
            }
        }

        public void Dispose()
        {
            lock (clock.changing)
            {
                Set = 0;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
