using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// Compiled pairs that were used last (EX-PACK-7). Their key is their tenant and their contents, so that an entry is never wrong,
/// only no longer wanted, and never another tenant's. A pair is made once, however many ask for it at the same time. Finding one
/// takes no lock and allocates nothing; making, letting go and forgetting are rare and take turns. Thread-safe.
/// </summary>
internal sealed class BoundPairs(PackCacheOptions options)
{
    private readonly ConcurrentDictionary<PairKey, Entry> byKey = new();

    // Held while what is kept changes.
    private readonly Lock changing = new();
    private readonly List<Entry> kept = [];
    private long textBytes;

    // Each use has a number, which also says what was used longest ago; those that are no miss are hits.
    private long uses;
    private long misses;
    private long evictions;

    internal PackCacheFigures Figures
    {
        get
        {
            lock (changing)
            {
                return new PackCacheFigures(Interlocked.Read(ref uses) - Interlocked.Read(ref misses), Interlocked.Read(ref misses), Interlocked.Read(ref evictions), kept.Count, textBytes);
            }
        }
    }

    /// <summary>Finds a pair that is made.</summary>
    internal bool TryGet(PairKey key, [NotNullWhen(true)] out Entry? entry)
    {
        if (!byKey.TryGetValue(key, out entry) || !entry.IsMade)
        {
            entry = null;
            return false;
        }

        Use(entry);
        return true;
    }

    /// <summary>Counts a use of an entry that was found before: what is in use is not let go.</summary>
    internal void Use(Entry entry) => entry.LastUse = Interlocked.Increment(ref uses);

    /// <summary>The pair, made by whoever asks first. What fails, or is not there, is not kept.</summary>
    /// <param name="key">Which.</param>
    /// <param name="make">Makes it; null when its packs are not stored. It is not cancelled, because others may wait for it.</param>
    /// <param name="cancellationToken">Gives up waiting for another who makes it.</param>
    internal async Task<Entry?> GetAsync(PairKey key, Func<Task<MadePair?>> make, CancellationToken cancellationToken)
    {
        if (TryGet(key, out Entry? known))
        {
            return known;
        }

        Entry own = new(key);
        Entry entry = byKey.GetOrAdd(key, own);
        if (!ReferenceEquals(entry, own))
        {
            if (!await entry.WaitAsync(cancellationToken))
            {
                return null;
            }

            Use(entry);
            return entry;
        }

        Interlocked.Increment(ref misses);
        Use(own);
        try
        {
            MadePair? made = await make();
            own.Finish(made);
            if (made is null)
            {
                byKey.TryRemove(KeyValuePair.Create(key, own));
                return null;
            }

            Keep(own, made);
            return own;
        }
        catch (Exception fault)
        {
            byKey.TryRemove(KeyValuePair.Create(key, own));
            own.Fail(fault);
            throw;
        }
    }

    /// <summary>Forgets the pairs of a tenant: all, those of a domain, or those that have one version of it; not what is being made this moment.</summary>
    internal void Forget(TenantId tenant, DomainName? domain, string? version)
    {
        lock (changing)
        {
            for (int i = kept.Count - 1; i >= 0; i--)
            {
                MadePair pair = kept[i].Pair!; // not null: only what is made is kept
                if (kept[i].Key.Tenant == tenant && (domain is null || (pair.Bound.Domain.Name == domain && (version is null || pair.Has(version)))))
                {
                    Remove(i);
                }
            }
        }
    }

    private void Keep(Entry entry, MadePair made)
    {
        lock (changing)
        {
            kept.Add(entry);
            textBytes += made.TextBytes;
            if (kept.Count(other => other.Key.Tenant == entry.Key.Tenant) > options.PairsOfTenant)
            {
                Evict(entry, ofTenant: true);
            }

            while (kept.Count > 1 && (kept.Count > options.Pairs || textBytes > options.TextBytes))
            {
                Evict(entry, ofTenant: false);
            }
        }
    }

    // The one used longest ago, but not the one that was just made. Looking at all of them costs less than making one.
    private void Evict(Entry added, bool ofTenant)
    {
        int oldest = -1;
        for (int i = 0; i < kept.Count; i++)
        {
            if (kept[i] != added && (!ofTenant || kept[i].Key.Tenant == added.Key.Tenant) && (oldest < 0 || kept[i].LastUse < kept[oldest].LastUse))
            {
                oldest = i;
            }
        }

        if (oldest >= 0)
        {
            Remove(oldest);
            Interlocked.Increment(ref evictions);
        }
    }

    private void Remove(int place)
    {
        Entry entry = kept[place];
        byKey.TryRemove(KeyValuePair.Create(entry.Key, entry));
        kept.RemoveAt(place);
        textBytes -= entry.Pair!.TextBytes; // not null: only what is made is kept
    }

    /// <summary>A pair that is made, or being made.</summary>
    internal sealed class Entry(PairKey key)
    {
        private readonly TaskCompletionSource<MadePair?> making = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long lastUse;

        /// <summary>The number of its last use.</summary>
        internal long LastUse
        {
            get => Volatile.Read(ref lastUse);
            set => Volatile.Write(ref lastUse, value);
        }

        internal PairKey Key => key;

        /// <summary>What was made; null until then.</summary>
        internal MadePair? Pair { get; private set; }

        internal bool IsMade => making.Task.IsCompletedSuccessfully && Pair is not null;

        /// <summary>What was made.</summary>
        internal BoundPolicy Bound => Pair!.Bound; // not null: only a made entry is handed out

        internal void Finish(MadePair? made)
        {
            Pair = made;
            making.SetResult(made);
        }

        internal void Fail(Exception fault)
        {
            making.SetException(fault);

            // Whoever made it throws it; nobody else may be waiting to see it.
            _ = making.Task.Exception;
        }

        internal async Task<bool> WaitAsync(CancellationToken cancellationToken) => await making.Task.WaitAsync(cancellationToken) is not null;
    }
}

/// <summary>A pair of contents of one tenant, by their hashes.</summary>
internal readonly record struct PairKey(TenantId Tenant, string DomainPack, string TenantPolicy);

/// <summary>A compiled pair.</summary>
/// <param name="Bound">The pair.</param>
/// <param name="DomainVersion">The version the domain pack is stored as.</param>
/// <param name="PolicyVersion">The version the policy is stored as.</param>
/// <param name="TextBytes">The bytes of both as stored.</param>
internal sealed record MadePair(BoundPolicy Bound, string DomainVersion, string PolicyVersion, long TextBytes)
{
    internal bool Has(string version) => DomainVersion == version || PolicyVersion == version;
}
