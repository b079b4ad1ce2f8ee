namespace Reeve.Engine.Runtime;

/// <summary>The runtime of a real process: the thread pool and the clock given.</summary>
public sealed class ThreadRuntime(TimeProvider clock) : IRuntime
{
    /// <inheritdoc/>
    public TimeProvider Clock => clock;

    /// <inheritdoc/>
    public async Task ForEachAsync(int count, int workers, Func<int, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        int next = -1;
        int parallel = Math.Min(workers, count);
        if (parallel <= 1)
        {
            await WorkAsync();
            return;
        }

        Task[] running = new Task[parallel];
        for (int i = 0; i < parallel; i++)
        {
            // This is where the engine's parallelism comes from; everything else asks for it here.
#pragma warning disable RS0030
            running[i] = Task.Run(WorkAsync, CancellationToken.None);
#pragma warning restore RS0030
        }

        await Task.WhenAll(running);

        async Task WorkAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await body(i, cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<T> running = work(source.Token);
        try
        {
            return await running.WaitAsync(limit, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            await source.CancelAsync();
            throw;
        }
    }
}
