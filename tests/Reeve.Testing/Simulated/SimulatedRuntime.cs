using Reeve.Engine.Runtime;

namespace Reeve.Testing.Simulated;

/// <summary>The runtime of a process of a simulation: what runs beside each other takes turns, as the scheduler says.</summary>
public sealed class SimulatedRuntime(TimeProvider clock) : IRuntime
{
    /// <inheritdoc/>
    public TimeProvider Clock => clock;

    /// <inheritdoc/>
    public async Task ForEachAsync(int count, int workers, Func<int, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        int next = 0;
        Task[] running = new Task[Math.Min(workers, count)];
        for (int i = 0; i < running.Length; i++)
        {
            running[i] = WorkAsync();
        }

        await Task.WhenAll(running);

        async Task WorkAsync()
        {
            // A step of its own before each, so that another worker may be faster.
            await Task.Yield();
            while (next < count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await body(next++, cancellationToken);
                await Task.Yield();
            }
        }
    }

    /// <inheritdoc/>
    public async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            return await work(source.Token).WaitAsync(limit, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Here and now: CancelAsync would go through the thread pool.
#pragma warning disable CA1849
            source.Cancel();
#pragma warning restore CA1849
            throw;
        }
    }
}

/// <summary>The clock of one node: its time of day can be stepped, what it measures by cannot.</summary>
public sealed class SteppedClock(TimeProvider truth) : TimeProvider
{
    /// <summary>How far its time of day is ahead of the true one.</summary>
    public TimeSpan Skew { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => truth.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => truth.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => truth.GetUtcNow() + Skew;

    /// <inheritdoc/>
    public override long GetTimestamp() => truth.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => truth.CreateTimer(callback, state, dueTime, period);
}
