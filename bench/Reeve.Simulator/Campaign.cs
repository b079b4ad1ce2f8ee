using Reeve.Testing.Simulated.Worlds;

namespace Reeve.Simulator;

/// <summary>Lives seed after seed on the calling thread, and tells how it goes.</summary>
internal sealed class Campaign(CampaignOptions options, TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    /// <summary>Runs it; 0 when every law held in every seed, 3 at the first in which one did not.</summary>
    internal int Run()
    {
        CampaignState state = CampaignState.Open(options);
        output.WriteLine($"{options.Name}{(state.Next > options.First ? $", from {state.Next} on" : "")}");
        SimulationOptions world = new() { Nodes = options.Nodes, Plant = options.Plant };
        long began = clock.GetTimestamp();
        long told = began;
        long livedBefore = state.Lived;
        long last = (long)options.First + options.Seeds - 1;
        for (long seed = state.Next; seed <= last && !(clock.GetElapsedTime(began) >= options.Within); seed++)
        {
            SimulationResult result = SimulatedWorlds.Live((int)seed, world);
            if (result.BrokenLaw is { } law)
            {
                // What is kept ends before it, so that going on begins with it.
                state.Keep();
                state.Add(result);
                Tell(state, began, livedBefore);
                output.WriteLine($"FAILED  seed {seed}, step {result.Steps}: {law}");
                output.WriteLine($"        {result.What}");
                output.WriteLine($"        again: {options.Again((int)seed)}");
                return 3;
            }

            state.Add(result);
            if (clock.GetElapsedTime(told) >= TellEvery)
            {
                told = clock.GetTimestamp();
                state.Keep();
                output.WriteLine($"  {state.Lived:N0} seeds, {state.Steps:N0} steps, {Rate(state, began, livedBefore):N0} seeds/s");
            }
        }

        state.Keep();
        Tell(state, began, livedBefore);
        output.WriteLine(state.Next > last ? "Every law held in every seed." : $"Every law held; seed {state.Next} is next.");
        return 0;
    }

    private void Tell(CampaignState state, long began, long livedBefore)
    {
        output.WriteLine("What broke:");
        foreach ((FaultKind kind, long count) in state.Faults)
        {
            output.WriteLine($"{count,14:N0}  {kind}");
        }

        output.WriteLine("What nodes told of:");
        foreach ((string what, long count) in state.Met)
        {
            output.WriteLine($"{count,14:N0}  {what}");
        }

        output.WriteLine(
            $"{state.Lived:N0} seeds, {state.Steps:N0} steps, {state.Exceptions:N0} exceptions, {state.Faults.Values.Sum():N0} faults, {Rate(state, began, livedBefore):N0} seeds/s;"
            + (state.Lived == 0 ? "" : $" a seed had at least {state.FewestSteps:N0} steps, {state.FewestExceptions:N0} exceptions, {state.FewestFaults:N0} faults."));
    }

    private double Rate(CampaignState state, long began, long livedBefore) => (state.Lived - livedBefore) / Math.Max(clock.GetElapsedTime(began).TotalSeconds, 0.001);
}
