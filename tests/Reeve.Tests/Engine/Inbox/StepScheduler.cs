namespace Reeve.Tests.Inbox;

/// <summary>Runs tasks on the calling thread, one step at a time, in an order that a seed gives.</summary>
internal sealed class StepScheduler(int seed) : TaskScheduler
{
    private readonly List<Task> ready = [];

    internal Random Random { get; } = new(seed);

    internal Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <summary>Runs one step; false when nobody can go on.</summary>
    internal bool Step()
    {
        if (ready.Count == 0)
        {
            return false;
        }

        int at = Random.Next(ready.Count);
        Task next = ready[at];
        ready.RemoveAt(at);

        // With a context of the test runner's, whatever is awaited would go on there, on other threads.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            TryExecuteTask(next);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return true;
    }

    protected override IEnumerable<Task> GetScheduledTasks() => ready;

    protected override void QueueTask(Task task) => ready.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
}
