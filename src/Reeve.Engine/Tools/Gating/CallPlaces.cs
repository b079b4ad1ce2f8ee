using System.Collections.Concurrent;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Gating;

/// <summary>How many calls of each tenant are under way on this node: a tenant whose tools answer slowly uses up its own places and nobody else's (EX-TOOL-7). Thread-safe.</summary>
internal sealed class CallPlaces(int perTenant)
{
    private readonly ConcurrentDictionary<TenantId, Counter> tenants = new();

    /// <summary>How many a tenant has.</summary>
    internal int PerTenant => perTenant;

    /// <summary>Whether a tenant has a free place.</summary>
    internal bool HasFree(TenantId tenant) => !tenants.TryGetValue(tenant, out Counter? counter) || Volatile.Read(ref counter.Taken) < perTenant;

    /// <summary>Takes a place; disposing of it gives it back.</summary>
    /// <returns>Null when all are taken.</returns>
    internal Place? TryTake(TenantId tenant)
    {
        Counter counter = tenants.GetOrAdd(tenant, static _ => new Counter());
        if (Interlocked.Increment(ref counter.Taken) <= perTenant)
        {
            return new Place(counter);
        }

        Interlocked.Decrement(ref counter.Taken);
        return null;
    }

    internal sealed class Counter
    {
        internal int Taken;
    }

    internal sealed class Place(Counter counter) : IDisposable
    {
        private int isGiven;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isGiven, 1) == 0)
            {
                Interlocked.Decrement(ref counter.Taken);
            }
        }
    }
}
