using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Engine.Runtime;
using Reeve.Storage.Committing;

namespace Reeve.Testing.Simulated;

/// <summary>A node that writes to a simulated database: the committer that also writes to PostgreSQL, with every wait under a scheduler.</summary>
public sealed class SimulatedNode
{
    private readonly SimulatedSlotStore store;
    private readonly SimulatedProcess? process;

    private SimulatedNode(SimulatedSlotStore store, SimulatedProcess? process, Committer committer)
    {
        this.store = store;
        this.process = process;
        Committer = committer;
    }

    /// <summary>Its way to write.</summary>
    public Committer Committer { get; }

    /// <summary>The process it runs in.</summary>
    public SimulatedProcess Process => process ?? throw new InvalidOperationException("It runs on the thread pool.");

    /// <summary>Starts one in a process of its own.</summary>
    public static async Task<SimulatedNode> StartAsync(SimulatedScheduler scheduler, SimulatedDatabase database, string name, CommitterOptions options)
    {
        SimulatedProcess process = scheduler.Process(name);
        return await process.RunAsync(() => StartAsync(database, name, options, scheduler.Clock, process));
    }

    /// <summary>Starts one on the thread pool.</summary>
    public static Task<SimulatedNode> StartAsync(SimulatedDatabase database, string name, CommitterOptions options, TimeProvider clock) =>
        StartAsync(database, name, options, clock, process: null);

    /// <summary>Kills it: it makes no step any more, and its connections break.</summary>
    public void Kill()
    {
        Process.Kill();
        store.BreakAll();
    }

    /// <summary>Stops it in good order.</summary>
    public async Task StopAsync()
    {
        if (process is null)
        {
            await Committer.DisposeAsync();
            return;
        }

        await process.RunAsync(async () =>
        {
            await Committer.DisposeAsync();
            return true;
        });
    }

    private static async Task<SimulatedNode> StartAsync(SimulatedDatabase database, string name, CommitterOptions options, TimeProvider clock, SimulatedProcess? process)
    {
        SimulatedChanges changes = new();
        SimulatedSlotStore store = new(database, name, options, changes);
        Committer committer = await Committer.StartAsync(store, [changes], options, new SimulatedSeeds(name), clock, static loop => loop(), NullLogger.Instance, CancellationToken.None);
        return new SimulatedNode(store, process, committer);
    }

    // Ids and salts that repeat.
    private sealed class SimulatedSeeds(string name) : IEventSeeds
    {
        private readonly SeededIds ids = new(name);
        private readonly Random random = new(name.Aggregate(17, (seed, letter) => unchecked((seed * 31) + letter)));

        public Guid NextId(DateTimeOffset at) => ids.Next(at);

        public void Salt(Span<byte> salt)
        {
            lock (random)
            {
                random.NextBytes(salt);
            }
        }
    }
}
