using System.Diagnostics.CodeAnalysis;
using Reeve.Core.Records;

namespace Reeve.Engine.PackVersions;

/// <summary>
/// Which versions were active a moment ago, by tenant, so that not every exception asks the store. Another node's activation is
/// seen when the entry is too old, or when the log's reader says so. Bounded. Thread-safe.
/// </summary>
internal sealed class RecentActives(TimeProvider clock, TimeSpan lifetime, int capacity)
{
    private readonly Lock changing = new();
    private readonly Dictionary<TenantId, Reading> readings = [];
    private long forgotten;

    internal bool TryGet(TenantId tenant, [NotNullWhen(true)] out IReadOnlyList<StoredPack>? active)
    {
        lock (changing)
        {
            bool isRecent = readings.TryGetValue(tenant, out Reading reading) && clock.GetElapsedTime(reading.At) < lifetime;
            active = isRecent ? reading.Active : null;
            return isRecent;
        }
    }

    /// <summary>Marks the beginning of a reading, for <see cref="Keep"/>.</summary>
    internal Mark Begin()
    {
        lock (changing)
        {
            return new Mark(clock.GetTimestamp(), forgotten);
        }
    }

    /// <summary>Keeps what was read, unless something was forgotten since it began: then it may be what was to be forgotten.</summary>
    internal void Keep(TenantId tenant, IReadOnlyList<StoredPack> active, Mark began)
    {
        lock (changing)
        {
            if (began.Forgotten != forgotten)
            {
                return;
            }

            // They last for less than a second anyway.
            if (readings.Count >= capacity)
            {
                readings.Clear();
            }

            readings[tenant] = new Reading(active, began.At);
        }
    }

    internal void Forget(TenantId tenant)
    {
        lock (changing)
        {
            forgotten++;
            readings.Remove(tenant);
        }
    }

    internal readonly record struct Mark(long At, long Forgotten);

    private readonly record struct Reading(IReadOnlyList<StoredPack> Active, long At);
}
