using Reeve.Testing.Simulated.Plants;
using Reeve.Testing.Simulated.Worlds;

namespace Reeve.Tests.Simulated;

/// <summary>
/// A slice of the simulator's campaign: inbox, claims, committer, take-over and recovery in worlds where everything breaks that can. What a
/// seed finds is kept as a test of the part that failed, because a world changes with whatever it is made of.
/// </summary>
public sealed class WorldTests
{
    private const int Slice = 200;

    public static TheoryData<string> Plants => [.. Plant.All.Select(plant => plant.Name)];

    [Fact]
    public void Every_law_holds_in_a_slice_of_worlds_with_three_nodes()
    {
        SortedSet<FaultKind> struck = [];
        for (int seed = 1; seed <= Slice; seed++)
        {
            SimulationResult lived = Live(seed, new SimulationOptions());
            lived.Steps.ShouldBeGreaterThanOrEqualTo(2_000, $"seed {seed}");
            lived.Exceptions.ShouldBeGreaterThanOrEqualTo(20, $"seed {seed}");
            lived.Faults.Values.Sum().ShouldBeGreaterThanOrEqualTo(3, $"seed {seed}");
            struck.UnionWith(lived.Faults.Keys);
        }

        struck.SetEquals(Enum.GetValues<FaultKind>()).ShouldBeTrue("a slice has every kind of fault");
    }

    [Fact]
    public void Every_law_holds_where_there_is_one_node()
    {
        for (int seed = 1; seed <= Slice / 4; seed++)
        {
            Live(seed, new SimulationOptions { Nodes = 1 });
        }
    }

    [Fact]
    public void A_slice_of_worlds_meets_what_the_protocol_is_for()
    {
        Dictionary<string, int> met = [];
        for (int seed = 1; seed <= Slice / 2; seed++)
        {
            foreach ((string what, int count) in Live(seed, new SimulationOptions()).Met)
            {
                met[what] = met.GetValueOrDefault(what) + count;
            }
        }

        foreach (string what in (string[])["SlotBuried", "SlotLost", "CommitBrokeOff", "CommitGivenUp", "DecidedElsewhere", "DecidedLater", "DecidedLaterThroughAnotherSlot", "NotEnded", "Lost"])
        {
            met.GetValueOrDefault(what).ShouldBeGreaterThan(0, what);
        }
    }

    [Theory]
    [MemberData(nameof(Plants))]
    public void A_planted_bug_is_found_within_a_thousand_seeds(string name)
    {
        Plant planted = Plant.Find(name).ShouldNotBeNull();

        SimulationResult? found = null;
        for (int seed = 1; seed <= 1_000 && found is null; seed++)
        {
            SimulationResult lived = SimulatedWorlds.Live(seed, new SimulationOptions { Plant = planted });
            found = lived.BrokenLaw is null ? null : lived;
        }

        found.ShouldNotBeNull();
    }

    [Fact]
    public void The_same_seed_lives_the_same_world_to_its_last_hash()
    {
        foreach (int seed in (int[])[3, 354, 100_001])
        {
            SimulationResult one = Live(seed, new SimulationOptions());
            SimulationResult other = Live(seed, new SimulationOptions());

            (other.Trace, other.Steps, other.Exceptions).ShouldBe((one.Trace, one.Steps, one.Exceptions));
            other.Faults.ShouldBe(one.Faults);
            other.Met.ShouldBe(one.Met);
            Live(seed + 1, new SimulationOptions()).Trace.ShouldNotBe(one.Trace);
        }
    }

    [Fact]
    public void A_planted_bug_breaks_the_same_law_in_the_same_step_each_time()
    {
        SimulationOptions planted = new() { Plant = Plant.Find("early-ack") };

        SimulationResult one = SimulatedWorlds.Live(1, planted);
        SimulationResult other = SimulatedWorlds.Live(1, planted);

        one.BrokenLaw.ShouldBe("what is acknowledged is on record");
        (other.BrokenLaw, other.What, other.Steps, other.Trace).ShouldBe((one.BrokenLaw, one.What, one.Steps, one.Trace));
    }

    private static SimulationResult Live(int seed, SimulationOptions options)
    {
        SimulationResult lived = SimulatedWorlds.Live(seed, options);
        lived.BrokenLaw.ShouldBeNull($"seed {seed}, step {lived.Steps}: {lived.What}");
        return lived;
    }
}
