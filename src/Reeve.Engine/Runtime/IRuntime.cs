namespace Reeve.Engine.Runtime;

/// <summary>
/// The one way in which the engine waits, runs things beside each other and asks the time, so that the same code can be
/// driven by a seeded scheduler. Thread-safe.
/// </summary>
public interface IRuntime
{
    /// <summary>The clock.</summary>
    TimeProvider Clock { get; }

    /// <summary>
    /// Runs <paramref name="body"/> once for each index from 0 to <paramref name="count"/> - 1, at most
    /// <paramref name="workers"/> at a time, and returns when all are done.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled; bodies that had begun were waited for.</exception>
    Task ForEachAsync(int count, int workers, Func<int, CancellationToken, ValueTask> body, CancellationToken cancellationToken);

    /// <summary>Runs <paramref name="work"/> and gives up on it after <paramref name="limit"/>, cancelling its token.</summary>
    /// <exception cref="TimeoutException">The limit passed first.</exception>
    Task<T> WithinAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken);
}
