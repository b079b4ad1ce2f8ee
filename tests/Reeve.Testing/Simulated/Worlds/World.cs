using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Testing.Recording;
using Reeve.Testing.Simulated.Plants;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>
/// The world of one seed: nodes with the real inbox, claims, committer, take-over and recovery on one simulated database, callers, and what
/// breaks. It runs on one thread; everything that is left to chance comes from the seed. Laws are looked at where what they are about
/// changes, which comes to the same as after every step: at each commit, each answer and each page that a reader takes.
/// </summary>
internal sealed class World
{
    // From the end of all trouble to rest: take-overs, claims one by one, and a poison's three deaths are well below it.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(4);

    // The longest freeze, and what it takes to notice and to bury; deaths by poison come after the last fault, and count as one.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    // Ten times what the longest world takes: one that turns in circles without time going on.
    private const long MostSteps = 500_000;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    // One seed in so many is audited.
    private const int AuditedEach = 16;

    private readonly int seed;
    private readonly SimulatedScheduler scheduler;
    private readonly WorldNode?[] serving;
    private readonly WorldFaults faults;
    private readonly WorldCallers callers;
    private readonly long fewestSteps;
    private readonly SortedDictionary<string, int> met = new(StringComparer.Ordinal);

    private World(int seed, SimulationOptions options)
    {
        this.seed = seed;
        Random random = new(seed);
        Plan = WorldPlan.Of(random, options.Nodes);
        Plant = options.Plant ?? Plants.Plant.None;
        fewestSteps = options.FewestSteps;
        scheduler = new SimulatedScheduler(seed, new FakeTime());
        Server = scheduler.Process("server");
        Self = scheduler.Process("world");
        Database = new SimulatedDatabase(scheduler.Clock, Server);
        Laws = new WorldLaws(this);
        serving = new WorldNode?[Plan.Nodes];
        faults = new WorldFaults(this, new Random(random.Next()));
        callers = new WorldCallers(this, new Random(random.Next()));
        Chance = new Random(random.Next());
        Database.Trouble = faults.Of;
        Database.Written = Laws.Written;
        scheduler.AfterStep = LookAfterStep;
    }

    internal WorldPlan Plan { get; }

    internal Plant Plant { get; }

    internal SimulatedDatabase Database { get; }

    internal SimulatedScheduler Scheduler => scheduler;

    internal SimulatedProcess Server { get; }

    /// <summary>What no node does: what starts them, and what breaks.</summary>
    internal SimulatedProcess Self { get; }

    internal WorldLaws Laws { get; }

    internal Random Chance { get; }

    internal FakeTime Clock => scheduler.Clock;

    /// <summary>The nodes that take calls, by place; null where none does.</summary>
    internal IReadOnlyList<WorldNode?> Serving => serving;

    /// <summary>Lives the world of a seed to its end.</summary>
    internal static SimulationResult Run(int seed, SimulationOptions options)
    {
        World world = new(seed, options);
        string? law = null;
        string? what = null;
        try
        {
            world.scheduler.Run(() => world.Self.RunAsync(world.LiveAsync));
        }
        catch (LawBrokenException broken)
        {
            (law, what) = (broken.Law, broken.Message);
        }

        return new SimulationResult
        {
            Seed = seed,
            Steps = world.scheduler.Steps,
            Trace = world.scheduler.Trace,
            Exceptions = world.callers.Sent,
            Faults = world.faults.Struck,
            Met = world.met,
            BrokenLaw = law,
            What = what,
        };
    }

    /// <summary>A node tells that something happened to it.</summary>
    internal void Meet(string what)
    {
        met[what] = met.GetValueOrDefault(what) + 1;
        if (string.Equals(what, "SlotBuried", StringComparison.Ordinal) && !(Clock.GetUtcNow() - faults.StruckAt < Grace))
        {
            Laws.Break("nobody buries the living", $"nothing broke for {Grace.TotalSeconds} s, and a slot is taken for dead");
        }
    }

    /// <summary>Something struck that no fault is behind.</summary>
    internal void Struck() => faults.StruckAt = Clock.GetUtcNow();

    private LawBrokenException? LookAfterStep()
    {
        if (scheduler.Steps > MostSteps)
        {
            Laws.Break("everything comes to rest", $"{MostSteps} steps and no end");
        }

        return Laws.Broken;
    }

    /// <summary>Something that stands up again when it falls: a node by its place, life after life.</summary>
    private async Task KeepAsync(int place)
    {
        for (int life = 1; ; life++)
        {
            WorldNode node = new(this, place, life);
            if (await node.TryStartAsync())
            {
                serving[place] = node;
                await node.Ended;
                serving[place] = null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100 + Chance.Next(5_000)), Clock);
        }
    }

    private async Task<bool> LiveAsync()
    {
        for (int i = 0; i < Plan.Nodes; i++)
        {
            _ = KeepAsync(i);
        }

        Task called = callers.RunAsync();
        _ = faults.RunAsync();
        await Task.Delay(WorldPlan.Troubled, Clock);
        faults.End();
        long began = Clock.GetTimestamp();
        string? unrest;
        while ((unrest = UnrestOf(called)) is not null || scheduler.Steps < fewestSteps)
        {
            if (unrest is not null && Clock.GetElapsedTime(began) > Rest)
            {
                Laws.Break("everything comes to rest", unrest);
                return false;
            }

            await Task.Delay(Look, Clock);
        }

        Laws.AtRest(serving);
        if (seed % AuditedEach == 0)
        {
            await AuditAsync();
        }

        return true;
    }

    // Every chain once more, by what docs/audit-format.md alone says: dear, and the same for every seed if the laws that are looked at all along are right.
    private async Task AuditAsync()
    {
        try
        {
            await Chains.ShouldHoldAsync(Database.Tables);
        }
        catch (ShouldAssertException fault)
        {
            Laws.Break("chains hold by the audit format", fault.Message);
        }
    }

    private string? UnrestOf(Task called)
    {
        if (!called.IsCompleted)
        {
            return "callers wait for answers";
        }

        called.GetAwaiter().GetResult();
        return Array.Exists(serving, node => node is null) ? "a node does not start"
            : Array.Find(serving, node => node!.Unrest is not null)?.Unrest // not null: just asked
            ?? Database.Read(tables => tables.Inbox.Count > 0 ? $"{tables.Inbox.Count} rows stay in the inbox, one of them pass {tables.Inbox.Values.First().Item.Pass}" : null)
            ?? Laws.UnreadAtRest;
    }
}

/// <summary>How worlds are lived.</summary>
public sealed record SimulationOptions
{
    /// <summary>How many nodes; 3, at least 1.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>How many steps a world takes at least; 2,000.</summary>
    public long FewestSteps { get; init; } = 2_000;

    /// <summary>A planted bug; null: none.</summary>
    public Plant? Plant { get; init; }
}

/// <summary>What became of the world of one seed.</summary>
public sealed record SimulationResult
{
    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <summary>How many steps were made.</summary>
    public required long Steps { get; init; }

    /// <summary>Everything that was done, as a number: equal for runs that did the same.</summary>
    public required long Trace { get; init; }

    /// <summary>How many exceptions were sent.</summary>
    public required int Exceptions { get; init; }

    /// <summary>What broke, and how often.</summary>
    public required IReadOnlyDictionary<FaultKind, int> Faults { get; init; }

    /// <summary>What nodes told of, by the name it has in their logs, and how often.</summary>
    public required IReadOnlyDictionary<string, int> Met { get; init; }

    /// <summary>The law that does not hold; null when all do.</summary>
    public string? BrokenLaw { get; init; }

    /// <summary>How it was broken.</summary>
    public string? What { get; init; }
}

/// <summary>The door of the simulator. Thread-safe: a world shares nothing with another.</summary>
public static class SimulatedWorlds
{
    /// <summary>Lives the world of a seed to its end, or until a law is broken.</summary>
    public static SimulationResult Live(int seed, SimulationOptions options) => World.Run(seed, options);
}

/// <summary>A law of the simulated world does not hold.</summary>
internal sealed class LawBrokenException(string law, string what) : Exception(what)
{
    internal string Law => law;
}
