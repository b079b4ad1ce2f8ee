using Reeve.Engine.Runtime;

namespace Reeve.Testing;

/// <summary>A runtime without threads: what would run beside each other runs one after the other, in an order that a seed gives.</summary>
public sealed class SeededRuntime(int seed, TimeProvider clock) : IRuntime
{
    private readonly Random random = new(seed);

    public TimeProvider Clock => clock;

    public async Task ForEachAsync(int count, int workers, Func<int, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        random.Shuffle(order);
        foreach (int i in order)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await body(i, cancellationToken);
        }
    }

    public Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) => work(cancellationToken);
}
