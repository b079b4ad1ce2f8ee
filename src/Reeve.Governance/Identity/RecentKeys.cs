namespace Reeve.Governance.Identity;

/// <summary>
/// What was read about keys a moment ago. Found and unknown ids are kept apart, so that a flood of invented ids cannot push out
/// the keys that are in use. Bounded: two generations, of which the older goes when the younger is full. Thread-safe.
/// </summary>
internal sealed class RecentKeys(TimeProvider clock, TimeSpan lifetime, int capacity)
{
    private readonly Lock changing = new();
    private readonly Generations found = new(capacity);
    private readonly Generations unknown = new(capacity);
    private long cleared;

    /// <summary>What was read about an id, if that is not too long ago; <paramref name="stored"/> is null when there was no such key.</summary>
    internal bool TryGet(Guid id, out StoredKey? stored)
    {
        lock (changing)
        {
            bool known = found.TryGet(id, out Reading reading) || unknown.TryGet(id, out reading);
            stored = reading.Stored;
            return known && clock.GetElapsedTime(reading.At) < lifetime;
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

    /// <summary>Keeps what was read, unless everything was forgotten since it began: then it may be what was to be forgotten.</summary>
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

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        lock (changing)
        {
            cleared++;
            found.Clear();
            unknown.Clear();
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

        internal void Clear()
        {
            younger = [];
            older = [];
        }
    }
}
