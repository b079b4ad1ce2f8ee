using System.Collections.Concurrent;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>
/// A thread of its own for one loop: what the loop waits for resumes it there. So a commit, which waits for its answers on this thread, stands behind nothing that is being
/// decided. What is asked asynchronously, a slot's renewal among it, needs the pool of threads to hear its answer. Ends with the loop.
/// </summary>
internal sealed class SlotThread : SynchronizationContext
{
    private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> calls = [];

    private SlotThread()
    {
    }

    /// <summary>Starts a loop, and returns its end.</summary>
    internal static Task Start(Func<Task> loop)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => new SlotThread().Run(loop, ended)) { IsBackground = true, Name = "reeve slot" }.Start();
        return ended.Task;
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state)
    {
        try
        {
            calls.Add((d, state));
        }
        catch (InvalidOperationException)
        {
            // The loop has ended, and so has whatever it still waited for: nobody is there to be told.
        }
    }

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("A loop is never waited for from outside.");

    private void Run(Func<Task> loop, TaskCompletionSource ended)
    {
        SetSynchronizationContext(this);
        Task running = loop();
        _ = running.ContinueWith(_ => calls.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        foreach ((SendOrPostCallback call, object? state) in calls.GetConsumingEnumerable())
        {
            call(state);
        }

        ended.SetFromTask(running);
    }
}
