using Reeve.Core.Records;
using Reeve.Engine.Playbooks.Driving;

namespace Reeve.Engine.PlaybookWork;

/// <summary>The places of the runs that a process drives: which are taken, and by whose runs. Thread-safe.</summary>
/// <param name="count">How many there are.</param>
internal sealed class PlaybookPlaces(int count)
{
    private readonly Lock changing = new();
    private readonly HashSet<(TenantId, PassId)> taken = [];
    private readonly Dictionary<TenantId, int> byTenant = [];
    private readonly Queue<PlaybookRun> waiting = new();
    private readonly Queue<TaskCompletionSource<PlaybookRun?>> idle = new();
    private bool isClosed;

    /// <summary>How many are free.</summary>
    internal int Free
    {
        get
        {
            lock (changing)
            {
                return isClosed ? 0 : count - taken.Count;
            }
        }
    }

    internal bool Has(PlaybookRun run) => Has(run.TenantId, run.Pass);

    internal bool Has(TenantId tenant, PassId pass)
    {
        lock (changing)
        {
            return taken.Contains((tenant, pass));
        }
    }

    /// <summary>Gives a run a place, if one is free, it has none, and its tenant then has no more than are still free.</summary>
    internal bool TryTake(PlaybookRun run)
    {
        lock (changing)
        {
            int own = byTenant.GetValueOrDefault(run.TenantId);
            if (isClosed || taken.Count == count || (own > 0 && own >= count - taken.Count) || !taken.Add((run.TenantId, run.Pass)))
            {
                return false;
            }

            byTenant[run.TenantId] = own + 1;
            if (idle.TryDequeue(out TaskCompletionSource<PlaybookRun?>? next))
            {
                next.SetResult(run);
            }
            else
            {
                waiting.Enqueue(run);
            }

            return true;
        }
    }

    /// <summary>The next run that has a place and no worker; null at the end.</summary>
    internal Task<PlaybookRun?> NextAsync()
    {
        lock (changing)
        {
            if (waiting.TryDequeue(out PlaybookRun? run))
            {
                return Task.FromResult<PlaybookRun?>(run);
            }

            if (isClosed)
            {
                return Task.FromResult<PlaybookRun?>(null);
            }

            TaskCompletionSource<PlaybookRun?> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle.Enqueue(next);
            return next.Task;
        }
    }

    /// <summary>Gives a place back.</summary>
    internal void Leave(PlaybookRun run)
    {
        lock (changing)
        {
            taken.Remove((run.TenantId, run.Pass));
            int own = byTenant[run.TenantId] - 1;
            if (own == 0)
            {
                byTenant.Remove(run.TenantId);
            }
            else
            {
                byTenant[run.TenantId] = own;
            }
        }
    }

    /// <summary>Gives out nothing more; what waits without a worker was not begun, and is nobody's.</summary>
    internal void Close()
    {
        lock (changing)
        {
            isClosed = true;
            waiting.Clear();
            while (idle.TryDequeue(out TaskCompletionSource<PlaybookRun?>? next))
            {
                next.SetResult(null);
            }
        }
    }
}
