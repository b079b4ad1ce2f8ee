namespace Reeve.Testing.Simulated.Worlds;

/// <summary>What breaks in a world: what the plan says, when it says so, and each counted when it strikes.</summary>
internal sealed class WorldFaults(World world, Random random)
{
    private const int Fewest = 3;

    private readonly SortedDictionary<FaultKind, int> struck = [];
    private readonly List<Armed> armed = [];
    private bool isOver;

    /// <summary>How often each kind struck.</summary>
    internal IReadOnlyDictionary<FaultKind, int> Struck => struck;

    /// <summary>When something struck last, by the true clock; null: nothing did.</summary>
    internal DateTimeOffset? StruckAt { get; set; }

    /// <summary>Lets everything break in its time.</summary>
    internal async Task RunAsync()
    {
        await Task.WhenAll(world.Plan.Faults.Select(BreakAsync));
    }

    /// <summary>Nothing breaks any more, and what was frozen goes on. Clocks stay as they are.</summary>
    internal void End()
    {
        // What is armed may have met nobody: no world is spared.
        for (int i = struck.Values.Sum(); i < Fewest; i++)
        {
            Count(FaultKind.DatabaseClock);
            world.Database.Skew += TimeSpan.FromSeconds(random.Next(-30, 30));
        }

        isOver = true;
        armed.Clear();
        foreach (WorldNode? node in world.Serving)
        {
            Thaw(node);
        }
    }

    /// <summary>What goes wrong with a call.</summary>
    internal SimulatedTrouble? Of(SimulatedCall call)
    {
        for (int i = 0; i < armed.Count; i++)
        {
            Armed one = armed[i];
            if (one.Until < world.Clock.GetUtcNow())
            {
                armed.RemoveAt(i--);
            }
            else if (one.Strike(call) is { } trouble)
            {
                StruckAt = world.Clock.GetUtcNow();
                if (!one.IsOne || one.Strikes++ == 0)
                {
                    Count(one.Kind);
                }

                if (--one.Left == 0)
                {
                    armed.RemoveAt(i);
                }

                return trouble;
            }
        }

        return null;
    }

    private async Task BreakAsync(PlannedFault fault)
    {
        await Task.Delay(fault.At, world.Clock);
        if (isOver)
        {
            return;
        }

        switch (fault.Kind)
        {
            case FaultKind.LostAnswer:
                Arm(fault, 1 + (fault.Chance % 3), call => IsCommit(call) ? new SimulatedTrouble.LostAfter() : null);
                break;
            case FaultKind.CutBeforeCommit:
                Arm(fault, 1 + (fault.Chance % 3), call => IsCommit(call) ? new SimulatedTrouble.LostBefore() : null);
                break;
            case FaultKind.CutInCommit:
                Arm(fault, 1 + (fault.Chance % 2), call => IsCommit(call) ? new SimulatedTrouble.Late(fault.For / 2) : null);
                break;
            case FaultKind.CutElsewhere:
                Arm(fault, 1 + (fault.Chance % 3), call => IsCommit(call) || random.Next(4) > 0 ? null : random.Next(2) == 0 ? new SimulatedTrouble.LostBefore() : new SimulatedTrouble.LostAfter());
                break;
            case FaultKind.Delay:
                Arm(fault, 10 + (fault.Chance % 30), _ => random.Next(3) == 0 ? new SimulatedTrouble.Slow(TimeSpan.FromMilliseconds(random.Next(random.Next(10) == 0 ? 4_000 : 200))) : null);
                break;
            case FaultKind.Serialisation:
                Arm(fault, 1 + (fault.Chance % 6), call => call.Verb is "write" or "commit" or "chore" && random.Next(2) == 0 ? new SimulatedTrouble.Refused(SimulatedRefusal.Busy) : null);
                break;
            case FaultKind.StoreFull:
                Arm(fault, 1 + (fault.Chance % 8), call => call.Verb is "write" or "commit" ? new SimulatedTrouble.Refused(SimulatedRefusal.Unwritable) : null);
                break;
            case FaultKind.StoreAway:
                Arm(fault, int.MaxValue, static _ => new SimulatedTrouble.LostBefore());
                break;
            case FaultKind.CrashInCommit:
                Arm(fault, 1, call =>
                {
                    if (!IsCommit(call) || NodeOf(call) is not { } dying)
                    {
                        return null;
                    }

                    // Beside this step, so that what was sent is under way when it dies.
                    world.Self.Post(_ => dying.Kill(), null);
                    return fault.Chance % 2 == 0 ? new SimulatedTrouble.LostAfter() : new SimulatedTrouble.Late(TimeSpan.FromMilliseconds(fault.Chance % 3_000));
                });
                break;
            case FaultKind.Crash:
                if (world.Serving[fault.Node] is { } crashing)
                {
                    Count(fault.Kind);
                    crashing.Kill();
                }

                break;
            case FaultKind.Drain:
                if (world.Serving[fault.Node] is { IsOpen: true } stopping)
                {
                    Count(fault.Kind);
                    stopping.BeginDrain();
                }

                break;
            case FaultKind.Freeze:
                if (world.Serving[fault.Node] is { } frozen)
                {
                    Count(fault.Kind);
                    frozen.Process.IsFrozen = true;
                    await Task.Delay(fault.For, world.Clock);
                    Thaw(frozen);
                }

                break;
            case FaultKind.NodeClock:
                if (world.Serving[fault.Node] is { } stepped)
                {
                    Count(fault.Kind);
                    stepped.Clock.Skew += Step(fault);
                }

                break;
            case FaultKind.DatabaseClock:
                Count(fault.Kind);
                world.Database.Skew += Step(fault);
                break;
        }
    }

    // Within the day, which the plan begins at noon: an hour, or a part of one.
    private static TimeSpan Step(PlannedFault fault) => TimeSpan.FromSeconds((fault.Chance % 2 == 0 ? 1 : -1) * (fault.Chance % 3 == 0 ? 3_600 : 1 + (fault.Chance % 30)));

    private static void Thaw(WorldNode? node)
    {
        if (node is { Process: { IsFrozen: true, IsDead: false } })
        {
            node.Process.IsFrozen = false;
        }
    }

    private static bool IsCommit(SimulatedCall call) => call.Verb == "commit";

    private WorldNode? NodeOf(SimulatedCall call) => world.Serving.FirstOrDefault(node => string.Equals(node?.Name, call.Node));

    private void Arm(PlannedFault fault, int times, Func<SimulatedCall, SimulatedTrouble?> strike) =>
        armed.Add(new Armed(fault.Kind, strike, world.Clock.GetUtcNow() + fault.For) { Left = times });

    private void Count(FaultKind kind)
    {
        struck[kind] = struck.GetValueOrDefault(kind) + 1;
        StruckAt = world.Clock.GetUtcNow();
    }

    // Something that waits for calls to strike.
    private sealed class Armed(FaultKind kind, Func<SimulatedCall, SimulatedTrouble?> strike, DateTimeOffset until)
    {
        internal FaultKind Kind => kind;

        internal Func<SimulatedCall, SimulatedTrouble?> Strike => strike;

        internal DateTimeOffset Until => until;

        internal int Left { get; set; }

        /// <summary>Whether all that it does to calls is one fault.</summary>
        internal bool IsOne => kind is FaultKind.StoreAway or FaultKind.StoreFull or FaultKind.Delay;

        internal int Strikes { get; set; }
    }
}
