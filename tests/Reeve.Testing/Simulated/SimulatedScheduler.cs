namespace Reeve.Testing.Simulated;

/// <summary>
/// Runs everything on the calling thread, one step at a time, in an order that a seed gives; when nothing can go on, the clock moves to
/// its next timer. The same seed makes the same steps. What resumes on another thread would not repeat, and fails the run.
/// </summary>
public sealed class SimulatedScheduler(int seed, FakeTime clock)
{
    private readonly Random random = new(seed);
    private readonly Lock changing = new();
    private readonly List<SimulatedStep> ready = [];
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

    /// <summary>Looked at after every step: what to end the run with, or null.</summary>
    public Func<Exception?>? AfterStep { get; set; }

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
                if (AfterStep?.Invoke() is { } fault)
                {
                    throw fault;
                }
            }

            end.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Adds to what a run did, so that runs which took the same steps to other ends differ.</summary>
    public void Note(long what) => Trace = unchecked((Trace * 31) + what);

    internal void Post(SimulatedStep step)
    {
        lock (changing)
        {
            stranger ??= Environment.CurrentManagedThreadId == thread ? null : Environment.StackTrace;
            if (step.Process.IsFrozen)
            {
                step.Process.Parked.Add(step);
            }
            else if (!step.Process.IsDead)
            {
                ready.Add(step);
            }
        }
    }

    /// <summary>Takes a process's steps out of turn, or puts them back, as its state says.</summary>
    internal void Sort(SimulatedProcess process)
    {
        lock (changing)
        {
            if (process.IsFrozen && !process.IsDead)
            {
                process.Parked.AddRange(ready.Where(step => step.Process == process));
            }
            else if (!process.IsDead)
            {
                ready.AddRange(process.Parked);
            }

            if (process.IsFrozen || process.IsDead)
            {
                ready.RemoveAll(step => step.Process == process);
            }

            if (!process.IsFrozen || process.IsDead)
            {
                process.Parked.Clear();
            }
        }
    }

    private void Step()
    {
        if (Pick() is { Process: not null } next)
        {
            Steps++;
            SynchronizationContext.SetSynchronizationContext(next.Process);
            next.Action(next.State);
            return;
        }

        // Outside of every process, so that whoever a timer wakes waits for its turn.
        SynchronizationContext.SetSynchronizationContext(null);
        DateTimeOffset due = clock.NextDue ?? throw new InvalidOperationException($"Nothing can go on after {Steps} steps.");
        clock.Advance(due > clock.GetUtcNow() ? due - clock.GetUtcNow() : TimeSpan.Zero);
    }

    private SimulatedStep Pick()
    {
        lock (changing)
        {
            if (stranger is not null)
            {
                throw new InvalidOperationException($"Something resumed on another thread:\n{stranger}");
            }

            if (ready.Count == 0)
            {
                return default;
            }

            int at = random.Next(ready.Count);
            SimulatedStep one = ready[at];
            ready[at] = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            Note((at * 1009L) + one.Process.Mark);
            return one;
        }
    }
}

/// <summary>Something that a process does when its turn comes.</summary>
internal readonly record struct SimulatedStep(SimulatedProcess Process, SendOrPostCallback Action, object? State);

/// <summary>A process of a simulation: what runs in it can be frozen, and killed. Its steps are the scheduler's.</summary>
public sealed class SimulatedProcess : SynchronizationContext
{
    private readonly SimulatedScheduler scheduler;

    internal SimulatedProcess(SimulatedScheduler scheduler, string name)
    {
        this.scheduler = scheduler;
        Name = name;
        Mark = name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter));
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>Whether it makes no step now; what would wake it waits.</summary>
    public bool IsFrozen
    {
        get;
        set
        {
            field = value;
            scheduler.Sort(this);
        }
    }

    /// <summary>Its name as a number, the same in every run.</summary>
    internal int Mark { get; }

    /// <summary>What it does once it is no longer frozen.</summary>
    internal List<SimulatedStep> Parked { get; } = [];

    /// <summary>Whether it never makes a step again.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Ends it between two steps; it does nothing any more.</summary>
    public void Kill()
    {
        IsDead = true;
        scheduler.Sort(this);
    }

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
    public override void Post(SendOrPostCallback d, object? state) => scheduler.Post(new SimulatedStep(this, d, state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) => throw new InvalidOperationException("A step waits for no other.");

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;
}
