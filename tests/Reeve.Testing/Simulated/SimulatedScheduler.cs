namespace Reeve.Testing.Simulated;

/// <summary>
/// Runs everything on the calling thread, one step at a time, in an order that a seed gives; when nothing can go on, the clock moves to
/// its next timer. The same seed makes the same steps. What resumes on another thread would not repeat, and fails the run.
/// </summary>
public sealed class SimulatedScheduler(int seed, FakeTime clock)
{
    private readonly Random random = new(seed);
    private readonly Lock changing = new();
    private readonly List<(SimulatedProcess Process, SendOrPostCallback Step, object? State)> ready = [];
    private int thread;
    private string? stranger;

    /// <summary>The clock of everything that it runs.</summary>
    public FakeTime Clock => clock;

    /// <summary>How many steps were made.</summary>
    public long Steps { get; private set; }

    /// <summary>Everything that was done, as a number: equal for runs that did the same.</summary>
    public long Trace { get; private set; }

    /// <summary>A process to run things in.</summary>
    public SimulatedProcess Process(string name) => new(this, name);

    /// <summary>Runs until <paramref name="test"/> ends; what else still runs then is left where it is.</summary>
    /// <exception cref="InvalidOperationException">Nothing can go on and no timer waits, or something resumed on another thread.</exception>
    public void Run(Func<Task> test)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        thread = Environment.CurrentManagedThreadId;
        try
        {
            Task end = Process("test").RunAsync(async () =>
            {
                await test();
                return true;
            });
            while (!end.IsCompleted)
            {
                Step();
            }

            end.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    internal void Post(SimulatedProcess process, SendOrPostCallback step, object? state)
    {
        lock (changing)
        {
            stranger ??= Environment.CurrentManagedThreadId == thread ? null : Environment.StackTrace;
            ready.Add((process, step, state));
        }
    }

    private void Step()
    {
        (SimulatedProcess Process, SendOrPostCallback Step, object? State)? next = Pick();
        if (next is { } one)
        {
            Steps++;
            SynchronizationContext.SetSynchronizationContext(one.Process);
            one.Step(one.State);
            return;
        }

        // Outside of every process, so that whoever a timer wakes waits for its turn.
        SynchronizationContext.SetSynchronizationContext(null);
        DateTimeOffset due = clock.NextDue ?? throw new InvalidOperationException($"Nothing can go on after {Steps} steps.");
        clock.Advance(due > clock.GetUtcNow() ? due - clock.GetUtcNow() : TimeSpan.Zero);
    }

    private (SimulatedProcess, SendOrPostCallback, object?)? Pick()
    {
        lock (changing)
        {
            if (stranger is not null)
            {
                throw new InvalidOperationException($"Something resumed on another thread:\n{stranger}");
            }

            ready.RemoveAll(step => step.Process.IsDead);
            int[] able = [.. Enumerable.Range(0, ready.Count).Where(i => !ready[i].Process.IsFrozen)];
            if (able.Length == 0)
            {
                return null;
            }

            int at = able[random.Next(able.Length)];
            (SimulatedProcess Process, SendOrPostCallback Step, object? State) one = ready[at];
            ready.RemoveAt(at);
            Trace = unchecked((Trace * 31) + (at * 1009) + one.Process.Name.Aggregate(17, (hash, letter) => (hash * 31) + letter));
            return one;
        }
    }
}

/// <summary>A process of a simulation: what runs in it can be frozen, and killed. Its steps are the scheduler's.</summary>
public sealed class SimulatedProcess : SynchronizationContext
{
    private readonly SimulatedScheduler scheduler;

    internal SimulatedProcess(SimulatedScheduler scheduler, string name)
    {
        this.scheduler = scheduler;
        Name = name;
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Whether it makes no step now; what would wake it waits.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Whether it never makes a step again.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Ends it between two steps; it does nothing any more.</summary>
    public void Kill() => IsDead = true;

    /// <summary>Runs something in it.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        TaskCompletionSource<T> end = new();
        Post(_ => Forward(), null);
        return end.Task;

        async void Forward()
        {
            try
            {
                end.SetResult(await work());
            }
            catch (Exception fault)
            {
                end.SetException(fault);
            }
        }
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => scheduler.Post(this, d, state);

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("A step waits for no other.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
