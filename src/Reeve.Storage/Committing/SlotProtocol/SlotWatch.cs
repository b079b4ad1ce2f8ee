using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>
/// Looks after the slots of other nodes: one whose beat stood still for a whole lease of looks is buried, so that what its node had in
/// memory is free for those that live (docs/decisions/0014). Only this node's monotonic clock measures that lease, and only time in which
/// its looks went well counts: no step of a clock, no store that was away and no freeze of this node takes a slot from the living. One
/// loop drives it; <see cref="Stops"/> may be read from elsewhere.
/// </summary>
internal sealed class SlotWatch(ISlotStore store, Guid node, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, Action tookOver, ILogger logger)
{
    private readonly Dictionary<int, Standing> standing = [];

    // Slots found at the start that their nodes held: whether those live is not known yet.
    private Dictionary<int, Standing>? unsettled;
    private long? lookedAt;
    private volatile StopHistory stops = StopHistory.Unknown;

    internal StopHistory Stops => stops;

    /// <summary>Looks until <paramref name="stop"/>.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        ISlotConnection? connection = null;
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(options.LookEvery, clock, stop).ConfigureAwait(SlotWriters.Quietly);
            try
            {
                stop.ThrowIfCancellationRequested();
                connection ??= await store.OpenAsync(stop);
                await LookAsync(connection, stop);
            }
            catch (Exception fault)
            {
                // Beats that nobody could see have not stood still.
                standing.Clear();
                if (connection is { } broken)
                {
                    connection = null;
                    await broken.DisposeAsync();
                }

                if (!stop.IsCancellationRequested)
                {
                    Log.LookFailed(logger, fault, store.Judge(fault)?.Told.Error.Code ?? ErrorCatalogue.Storage.Unavailable.Code);
                }
            }
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Looks once, and buries what is dead.</summary>
    internal async Task LookAsync(ISlotConnection connection, CancellationToken cancellationToken)
    {
        long asked = clock.GetTimestamp();
        IReadOnlyList<SlotSighting> seen = await connection.ListAsync(cancellationToken);
        long now = clock.GetTimestamp();

        // A look that comes late, or is answered late, saw nothing of what went on meanwhile.
        if (lookedAt is { } before && clock.GetElapsedTime(before, now) > options.Lease / 2)
        {
            standing.Clear();
        }

        lookedAt = now;
        bool isBuried = false;
        foreach (SlotSighting slot in seen)
        {
            if (slot.Node == node || slot.IsGivenBack)
            {
                standing.Remove(slot.Slot);
                continue;
            }

            // Since before this look was asked for, if it stands as it stood; else since it was answered.
            if (!standing.TryGetValue(slot.Slot, out Standing known) || !known.Is(slot))
            {
                standing[slot.Slot] = new Standing(slot.Writer, slot.BeatAt, now);
            }
            else if (clock.GetElapsedTime(known.Since, asked) >= options.Lease)
            {
                standing.Remove(slot.Slot);
                isBuried |= await BuryAsync(connection, slot, cancellationToken);
            }
        }

        Settle(seen);
        List<TimeSpan> ages = [];
        foreach (SlotSighting slot in isBuried ? await connection.ListAsync(cancellationToken) : seen)
        {
            ages.AddRange(slot.UncleanFor);
        }

        stops = StopHistory.Of(ages, IsSettled, options.LookEvery * 2, clock);
        if (isBuried)
        {
            tookOver();
        }
    }

    private bool IsSettled => unsettled is { Count: 0 };

    private async Task<bool> BuryAsync(ISlotConnection connection, SlotSighting dead, CancellationToken cancellationToken)
    {
        if (!await connection.BuryAsync(new SlotHolder(node, seeds.NextId(clock.GetUtcNow())), dead, cancellationToken))
        {
            return false;
        }

        Log.SlotBuried(logger, dead.Slot, dead.Node);
        return true;
    }

    private void Settle(IReadOnlyList<SlotSighting> seen)
    {
        bool isFirst = unsettled is null;
        unsettled ??= [];
        foreach (SlotSighting slot in seen)
        {
            if (isFirst)
            {
                if (slot.Node != node && !slot.IsGivenBack && !slot.IsExpired)
                {
                    unsettled[slot.Slot] = new Standing(slot.Writer, slot.BeatAt, 0);
                }
            }
            else if (unsettled.TryGetValue(slot.Slot, out Standing found) && !found.Is(slot))
            {
                unsettled.Remove(slot.Slot);
            }
        }
    }

    /// <summary>A slot as it stands since a timestamp of the clock.</summary>
    private readonly record struct Standing(Guid Writer, DateTimeOffset BeatAt, long Since)
    {
        internal bool Is(SlotSighting slot) => slot.Writer == Writer && slot.BeatAt == BeatAt;
    }
}
