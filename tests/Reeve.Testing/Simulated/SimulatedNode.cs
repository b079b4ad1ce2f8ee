using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Engine.Runtime;
using Reeve.Storage.Committing;

namespace Reeve.Testing.Simulated;

/// <summary>A node that writes to a simulated database: the committer that also writes to PostgreSQL, with every wait under a scheduler.</summary>
public sealed class SimulatedNode
{
    private readonly SimulatedSlotStore store;
    private readonly SimulatedProcess? process;

    private SimulatedNode(SimulatedDatabase database, string name, SimulatedSlotStore store, SimulatedChanges changes, SimulatedProcess? process, Committer committer)
    {
        this.store = store;
        this.process = process;
        Committer = committer;
        Reads = new SimulatedReads(database, name, committer, changes);
        Inbox = new SimulatedInbox(database, Reads, committer, committer, changes);
    }

    /// <summary>Its way to write.</summary>
    public Committer Committer { get; }

    /// <summary>What it reads by.</summary>
    internal SimulatedReads Reads { get; }

    /// <summary>Its way to the inbox.</summary>
    internal SimulatedInbox Inbox { get; }

    /// <summary>The process it runs in.</summary>
    public SimulatedProcess Process => process ?? throw new InvalidOperationException("It runs on the thread pool.");

    /// <summary>Starts one in a process of its own.</summary>
    public static async Task<SimulatedNode> StartAsync(
        SimulatedScheduler scheduler, SimulatedDatabase database, string name, CommitterOptions options, ILogger? logger = null)
    {
        SimulatedProcess process = scheduler.Process(name);
        return await process.RunAsync(() => StartAsync(database, name, options, scheduler.Clock, process, logger ?? NullLogger.Instance));
    }

    /// <summary>Starts one on the thread pool.</summary>
    public static Task<SimulatedNode> StartAsync(SimulatedDatabase database, string name, CommitterOptions options, TimeProvider clock) =>
        StartAsync(database, name, options, clock, process: null, NullLogger.Instance);

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

    private static async Task<SimulatedNode> StartAsync(
        SimulatedDatabase database, string name, CommitterOptions options, TimeProvider clock, SimulatedProcess? process, ILogger logger)
    {
        SimulatedChanges changes = new();
        SimulatedSlotStore store = new(database, name, options, changes);
        Committer committer = await Committer.StartAsync(store, [changes], options, new SimulatedSeeds(name), clock, static loop => loop(), logger, CancellationToken.None);
        return new SimulatedNode(database, name, store, changes, process, committer);
    }
}

/// <summary>Ids and salts that repeat: those of one name are always the same. Thread-safe.</summary>
internal sealed class SimulatedSeeds(string name) : IEventSeeds, IIdSource
{
    private readonly Random random = new(name.Aggregate(17, (seed, letter) => unchecked((seed * 31) + letter)));
    private readonly Lock changing = new();

    public Guid NextId(DateTimeOffset at)
    {
        // As RFC 9562, 5.7 has it; the framework would take the rest from chance.
        Span<byte> id = stackalloc byte[16];
        Salt(id);
        long milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteInt16BigEndian(id, (short)(milliseconds >> 32));
        BinaryPrimitives.WriteInt32BigEndian(id[2..], (int)milliseconds);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }

    public Guid Next(DateTimeOffset at) => NextId(at);

    public void Salt(Span<byte> salt)
    {
        lock (changing)
        {
            random.NextBytes(salt);
        }
    }
}
