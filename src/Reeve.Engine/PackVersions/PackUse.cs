using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// How often packs are used (EX-PACK-8): counted in memory where exceptions are decided, and added to what is stored now and then.
/// Counting in each commit would be exact and cost every batch two more rows per tenant, whoever looks; deriving it would count the
/// exceptions of a tenant each time somebody looks. So a process that is killed loses what it counted since the last flush, and a flush
/// whose answer is lost may be counted twice. Thread-safe.
/// </summary>
public sealed class PackUse(IPackUsageStore store, TimeProvider clock)
{
    // By identity: a pair that is compiled anew is counted anew, and both are added to the same row.
    private readonly ConditionalWeakTable<BoundPolicy, Meter> meters = [];
    private readonly ConcurrentQueue<Meter> moved = new();

    /// <summary>Counts exceptions that were decided with a pair. Takes no lock once the pair was counted before, and allocates nothing.</summary>
    public void Count(BoundPolicy policy, int exceptions)
    {
        if (exceptions <= 0)
        {
            return;
        }

        Meter meter = meters.TryGetValue(policy, out Meter? known) ? known : meters.GetValue(policy, static made => new Meter(made));
        if (meter.Add(exceptions, clock.GetUtcNow().UtcTicks))
        {
            moved.Enqueue(meter);
        }
    }

    /// <summary>Adds what was counted to what is stored.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: it is kept, and added with the next.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        List<TenantPackUsage> sums = [];
        Dictionary<(TenantId, PackKindStored, DomainName, string), int> places = [];
        List<(Meter Meter, long Count)> taken = [];
        for (int left = moved.Count; left > 0 && moved.TryDequeue(out Meter? meter); left--)
        {
            (long count, DateTimeOffset at) = meter.Take();
            taken.Add((meter, count));
            Sum(meter.Policy.TenantId, PackKindStored.Domain, meter.Policy.Domain.Name, meter.Policy.Domain.ContentHash, count, at);
            Sum(meter.Policy.TenantId, PackKindStored.Policy, meter.Policy.Domain.Name, meter.Policy.Policy.ContentHash, count, at);
        }

        if (sums.Count == 0)
        {
            return;
        }

        try
        {
            // In one order, so that two nodes that flush at once wait for each other and never for themselves.
            await store.AddAsync(
                [.. sums.OrderBy(sum => sum.Tenant.Value, StringComparer.Ordinal).ThenBy(sum => sum.Usage.Kind).ThenBy(sum => sum.Usage.Domain.Value, StringComparer.Ordinal)
                    .ThenBy(sum => sum.Usage.ContentHash, StringComparer.Ordinal)],
                cancellationToken);
        }
        catch
        {
            foreach ((Meter meter, long count) in taken)
            {
                if (meter.Add(count))
                {
                    moved.Enqueue(meter);
                }
            }

            throw;
        }

        void Sum(TenantId tenant, PackKindStored kind, DomainName domain, string hash, long count, DateTimeOffset at)
        {
            if (places.TryGetValue((tenant, kind, domain, hash), out int place))
            {
                PackUsage before = sums[place].Usage;
                sums[place] = new TenantPackUsage(tenant, before with { Count = before.Count + count, LastUsedAt = before.LastUsedAt > at ? before.LastUsedAt : at });
            }
            else
            {
                places.Add((tenant, kind, domain, hash), sums.Count);
                sums.Add(new TenantPackUsage(tenant, new PackUsage(kind, domain, hash, count, at)));
            }
        }
    }

    private sealed class Meter(BoundPolicy policy)
    {
        private long count;
        private long lastTicks;
        private int waits;

        internal BoundPolicy Policy => policy;

        /// <summary>Returns whether it has to be queued for the next flush.</summary>
        internal bool Add(long exceptions, long ticks)
        {
            Volatile.Write(ref lastTicks, ticks);
            return Add(exceptions);
        }

        internal bool Add(long exceptions)
        {
            Interlocked.Add(ref count, exceptions);
            return Volatile.Read(ref waits) == 0 && Interlocked.Exchange(ref waits, 1) == 0;
        }

        // What is counted behind the first line queues it again, so nothing waits for a flush that does not come.
        internal (long Count, DateTimeOffset At) Take()
        {
            Interlocked.Exchange(ref waits, 0);
            return (Interlocked.Exchange(ref count, 0), TimeText.ToMicroseconds(new DateTimeOffset(Volatile.Read(ref lastTicks), TimeSpan.Zero)));
        }
    }
}

/// <summary>Adds to what is stored of usage. Thread-safe.</summary>
public interface IPackUsageStore
{
    /// <summary>Adds counts, all or none; a last use only moves forward.</summary>
    /// <param name="counts">One per tenant, kind, domain and content.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    Task AddAsync(IReadOnlyList<TenantPackUsage> counts, CancellationToken cancellationToken);
}

/// <summary>What is added to the usage of one content of one tenant.</summary>
public sealed record TenantPackUsage(TenantId Tenant, PackUsage Usage);
