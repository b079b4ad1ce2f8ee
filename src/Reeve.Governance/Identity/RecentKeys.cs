using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Governance.Identity;

/// <summary>
/// What was read about keys, as long as nobody says that it changed. Found and unknown ids are kept apart, so that a flood of invented ids cannot push out
/// the keys that are in use. Bounded: two generations, of which the older goes when the younger is full. Thread-safe.
/// </summary>
internal sealed class RecentKeys(TimeProvider clock, SignalBoard board, TimeSpan longest, int capacity)
{
    private readonly Lock changing = new();
    private readonly Generations found = new(capacity);
    private readonly Generations unknown = new(capacity);
    private long cleared;

    /// <summary>What was read about an id, if it may be believed; <paramref name="stored"/> is null when there was no such key.</summary>
    internal bool TryGet(Guid id, out StoredKey? stored)
    {
        if (!board.IsCurrent)
        {
            stored = null;
            return false;
        }

        lock (changing)
        {
            bool known = found.TryGet(id, out Reading reading) || unknown.TryGet(id, out reading);
            stored = reading.Stored;
            return known && clock.GetElapsedTime(reading.At) < longest;
        }
    }

    /// <summary>Marks the beginning of a reading, for <see cref="Keep"/>.</summary>
    internal Mark Begin()
    {
        lock (changing)
        {
            return new Mark(clock.GetTimestamp(), cleared);
        }
    }

    /// <summary>Keeps what was read, unless anything was forgotten since it began: then it may be what was to be forgotten.</summary>
    /// <param name="id">The key's id.</param>
    /// <param name="stored">The key; null when there is none.</param>
    /// <param name="began">The reading's beginning, from which it ages: what changed during it may not be in it.</param>
    internal void Keep(Guid id, StoredKey? stored, Mark began)
    {
        lock (changing)
        {
            if (began.Cleared == cleared)
            {
                (stored is null ? unknown : found).Put(id, new Reading(stored, began.At));
            }
        }
    }

    /// <summary>Forgets the keys of a tenant, of all tenants for null; and what was not there, since whose it would be nobody knows.</summary>
    internal void Clear(TenantId? tenant)
    {
        lock (changing)
        {
            cleared++;
            found.Clear(tenant);
            unknown.Clear(null);
        }
    }

    internal readonly record struct Mark(long At, long Cleared);

    private readonly record struct Reading(StoredKey? Stored, long At);

    private sealed class Generations(int capacity)
    {
        private Dictionary<Guid, Reading> younger = [];
        private Dictionary<Guid, Reading> older = [];

        internal bool TryGet(Guid id, out Reading reading) => younger.TryGetValue(id, out reading) || older.TryGetValue(id, out reading);

        internal void Put(Guid id, Reading reading)
        {
            if (younger.Count >= capacity / 2)
            {
                older = younger;
                younger = [];
            }

            younger[id] = reading;
        }

        internal void Clear(TenantId? tenant)
        {
            younger = Without(younger, tenant);
            older = Without(older, tenant);
        }

        private static Dictionary<Guid, Reading> Without(Dictionary<Guid, Reading> readings, TenantId? tenant) =>
            tenant is { } one ? readings.Where(item => item.Value.Stored?.Key.TenantId != one).ToDictionary() : [];
    }
}
