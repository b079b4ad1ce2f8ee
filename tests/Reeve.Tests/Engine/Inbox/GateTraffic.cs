using Reeve.Core.Records;
using Reeve.Engine.Inbox;

namespace Reeve.Tests.Inbox;

/// <summary>Inputs that use a gate as an input of the engine does, and what must be true of them at any moment. On one thread.</summary>
internal sealed class GateTraffic(TenantQueues queues, StepScheduler scheduler)
{
    private const int Tenants = 4;
    private readonly int[] letIn = new int[Tenants];

    internal int Expected { get; private set; }

    internal int Committed { get; private set; }

    internal async Task InputAsync(int number)
    {
        int tenant = number % Tenants;
        for (int chunk = 0; chunk < 3; chunk++)
        {
            using CancellationTokenSource giving = new();
            Task interrupter = scheduler.Random.Next(4) == 0 ? InterruptAsync(giving) : Task.CompletedTask;
            try
            {
                await ChunkAsync(tenant, 1 + scheduler.Random.Next(scheduler.Random.Next(3) == 0 ? 300 : 20), giving.Token);
            }
            catch (OperationCanceledException) when (giving.IsCancellationRequested)
            {
                // It gave up: what it held must be back all the same.
            }

            await interrupter;
        }
    }

    internal void Check()
    {
        (long items, long bytes) = queues.Held;

        // A tenant that held nothing may pass the bounds by what it asked for.
        items.ShouldBeInRange(0, 1_000 + (Tenants * 300));
        bytes.ShouldBeInRange(0, 100_000 + (Tenants * 30_000));
        queues.LetIn.ShouldBeInRange(letIn.Sum(), TenantQueues.MostLetIn);
    }

    private async Task ChunkAsync(int tenant, int items, CancellationToken cancellationToken)
    {
        TenantId id = new($"t{tenant}");
        int first = Math.Min(items, 3);
        RoomShare? share = queues.TryReserve(id, first, first * 100L, out TimeSpan retryAfter);
        retryAfter.ShouldBeInRange(TimeSpan.FromSeconds(share is null ? 1 : 0), TimeSpan.FromSeconds(60));
        if (share is null || !share.TryGrow(items, items * 100L))
        {
            share?.Dispose();
            share = await queues.ReserveAsync(id, items, items * 100L, cancellationToken);
        }

        List<Task> commits = [];
        int decided = 0;
        try
        {
            while (decided < items)
            {
                int entered = await queues.EnterAsync(id, items - decided, cancellationToken);
                letIn[tenant] += entered;
                Expected += entered;
                decided += entered;
                for (int i = 0; i < entered; i++)
                {
                    commits.Add(CommitAsync(tenant));
                }

                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await Task.WhenAll(commits);
            share.Dispose();
        }
    }

    private async Task CommitAsync(int tenant)
    {
        for (int steps = scheduler.Random.Next(5); steps > 0; steps--)
        {
            await Task.Yield();
        }

        letIn[tenant]--;
        Committed++;
        queues.Leave(1);
    }

    private async Task InterruptAsync(CancellationTokenSource giving)
    {
        for (int steps = scheduler.Random.Next(60); steps > 0; steps--)
        {
            await Task.Yield();
        }

        Cancel(giving);
    }

    // The asynchronous form would call back on another thread.
    private static void Cancel(CancellationTokenSource giving) => giving.Cancel();
}
