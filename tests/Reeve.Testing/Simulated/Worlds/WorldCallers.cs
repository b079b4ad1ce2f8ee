using Reeve.Core.Decisions;
using Reeve.Core.Errors;

namespace Reeve.Testing.Simulated.Worlds;

/// <summary>Who sends: to any node that takes calls, again when no answer comes where what is sent can be known again, sometimes twice at once.</summary>
internal sealed class WorldCallers(World world, Random random)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly HashSet<int> sent = [];

    /// <summary>How many exceptions were sent, each counted once.</summary>
    internal int Sent => sent.Count;

    internal Task RunAsync() => Task.WhenAll(world.Plan.Calls.SelectMany(call => Enumerable.Repeat(call, call.Copies)).Select(SendAsync));

    private async Task SendAsync(PlannedCall call)
    {
        await Task.Delay(call.At + TimeSpan.FromMilliseconds(random.Next(300)), world.Clock);
        for (int attempt = 1; attempt <= call.Tries; attempt++)
        {
            WorldNode node = await SomeNodeAsync();
            sent.UnionWith(call.Items.Select(item => item.Number));
            bool isAnswered = await TrySendAsync(node, call);

            // A sender whose own record of the answer was lost sends once more all the same.
            if (isAnswered && random.Next(4) > 0)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(2_000)), world.Clock);
        }
    }

    private async Task<bool> TrySendAsync(WorldNode node, PlannedCall call)
    {
        world.Laws.Sent(call);
        Task<IReadOnlyList<ExceptionResult>> answer = node.IngestAsync(call);
        try
        {
            IReadOnlyList<ExceptionResult> results = await answer.WaitAsync(Patience, world.Clock);
            return results.All(result => result.ExceptionId is not null);
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (ReeveException)
        {
            return false;
        }
        catch (Exception bug)
        {
            world.Laws.Break("nothing throws but faults", $"{node.Name}: {bug}");
            return false;
        }
    }

    private async Task<WorldNode> SomeNodeAsync()
    {
        while (true)
        {
            WorldNode[] open = [.. world.Serving.Where(node => node is { IsOpen: true }).Select(node => node!)]; // not null: just asked
            if (open.Length > 0)
            {
                return open[random.Next(open.Length)];
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), world.Clock);
        }
    }
}
