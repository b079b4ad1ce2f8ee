using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// Compiled pairs that were used last (EX-PACK-7). Their key is their tenant and their contents, so that an entry is never
/// wrong, only no longer wanted. Thread-safe.
/// </summary>
internal sealed class BoundPairs(int capacity)
{
    private readonly Lock changing = new();
    private readonly Dictionary<PairKey, LinkedListNode<Entry>> byKey = [];

    // The one used last is first.
    private readonly LinkedList<Entry> byUse = [];

    internal bool TryGet(PairKey key, [NotNullWhen(true)] out BoundPolicy? bound)
    {
        lock (changing)
        {
            if (!byKey.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                bound = null;
                return false;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            bound = node.Value.Bound;
            return true;
        }
    }

    internal void Keep(PairKey key, BoundPolicy bound)
    {
        lock (changing)
        {
            if (byKey.Remove(key, out LinkedListNode<Entry>? old))
            {
                byUse.Remove(old);
            }
            else if (byKey.Count >= capacity && byUse.Last is { } last)
            {
                byKey.Remove(last.Value.Key);
                byUse.RemoveLast();
            }

            byKey.Add(key, byUse.AddFirst(new Entry(key, bound)));
        }
    }

    internal void Forget(TenantId tenant)
    {
        lock (changing)
        {
            for (LinkedListNode<Entry>? node = byUse.First; node is not null;)
            {
                LinkedListNode<Entry>? next = node.Next;
                if (node.Value.Key.Tenant == tenant)
                {
                    byKey.Remove(node.Value.Key);
                    byUse.Remove(node);
                }

                node = next;
            }
        }
    }

    private sealed record Entry(PairKey Key, BoundPolicy Bound);
}

/// <summary>A pair of contents of one tenant, by their hashes.</summary>
internal readonly record struct PairKey(TenantId Tenant, string DomainPack, string TenantPolicy);
