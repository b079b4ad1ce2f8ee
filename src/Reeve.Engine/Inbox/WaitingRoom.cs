using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <summary>
/// Gives out room, bounded in exceptions and in bytes. A tenant holds at most as much as is still free, so that who comes second always finds some; and
/// a little in any case, and a tenant that holds nothing gets what it asks for, so that nobody is refused for what others hold. So the bounds may be passed by a chunk or a document, once for each tenant. Thread-safe.
/// </summary>
internal sealed class WaitingRoom(QueueLimits limits)
{
    // What a tenant may hold in any case; and what it asks for while it holds nothing.
    private const int AnywayItems = 64;
    private const long AnywayBytes = 2_000_000;

    private readonly Lock changing = new();

    // Tenants that ever came, which are few and have keys; those of whom somebody waits, in the order of their turns.
    private readonly Dictionary<TenantId, Corner> corners = [];
    private readonly LinkedList<Corner> waiting = new();
    private Amount held;

    internal (long Items, long Bytes) Held
    {
        get
        {
            lock (changing)
            {
                return (held.Items, held.Bytes);
            }
        }
    }

    internal long HeldBy(TenantId tenant)
    {
        lock (changing)
        {
            return corners.TryGetValue(tenant, out Corner? corner) ? corner.Held.Items : 0;
        }
    }

    internal RoomShare? TryReserve(TenantId tenant, int items, long bytes)
    {
        Amount wanted = Amount.Of(items, bytes);
        lock (changing)
        {
            Corner corner = CornerOf(tenant);
            return corner.Waiters.Count == 0 && Fits(corner, wanted) ? Give(corner, wanted) : null;
        }
    }

    internal ValueTask<RoomShare> ReserveAsync(TenantId tenant, int items, long bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Amount wanted = Amount.Of(items, bytes);
        Waiter waiter;
        lock (changing)
        {
            Corner corner = CornerOf(tenant);
            if (corner.Waiters.Count == 0 && Fits(corner, wanted))
            {
                return new ValueTask<RoomShare>(Give(corner, wanted));
            }

            waiter = new Waiter(this, corner, wanted);
            corner.Waiters.AddLast(waiter.Place);
            if (corner.Waiters.Count == 1)
            {
                waiting.AddLast(corner.Place);
            }

            GiveOut();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Adds to a share, at once or not at all.</summary>
    internal bool TryGrow(Corner corner, ref Amount share, int items, long bytes)
    {
        Amount wanted = Amount.Of(items, bytes);
        lock (changing)
        {
            Amount more = new(Math.Max(wanted.Items - share.Items, 0), Math.Max(wanted.Bytes - share.Bytes, 0));
            if (corner.Waiters.Count > 0 || !Fits(corner, more))
            {
                return false;
            }

            share = share.Plus(more);
            corner.Held = corner.Held.Plus(more);
            held = held.Plus(more);
            return true;
        }
    }

    /// <summary>Takes a part out of a share.</summary>
    internal Amount Split(ref Amount share, int items, long bytes)
    {
        lock (changing)
        {
            Amount part = share.Least(Amount.Of(items, bytes));
            share = share.Less(part);
            return part;
        }
    }

    /// <summary>Gives back what a share has beyond something.</summary>
    internal void Shrink(Corner corner, ref Amount share, int items, long bytes)
    {
        lock (changing)
        {
            Amount left = share.Least(Amount.Of(items, bytes));
            Amount gone = share.Less(left);
            share = left;
            Take(corner, gone);
        }
    }

    internal void GiveBack(Corner corner, ref Amount share)
    {
        lock (changing)
        {
            Amount gone = share;
            share = default;
            Take(corner, gone);
        }
    }

    private static async ValueTask<RoomShare> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        CancellationTokenRegistration watch = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).GiveUp(token), waiter); // not null: it is the waiter
        try
        {
            return await waiter.Answer.Task;
        }
        finally
        {
            watch.Unregister();
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            if (waiter.Answer.TrySetCanceled(cancellationToken))
            {
                Remove(waiter);
                GiveOut();
            }
        }
    }

    // Inside the lock, as what follows.
    private Corner CornerOf(TenantId tenant)
    {
        if (!corners.TryGetValue(tenant, out Corner? corner))
        {
            corner = new Corner();
            corners.Add(tenant, corner);
        }

        return corner;
    }

    private bool Fits(Corner corner, Amount wanted)
    {
        Amount own = corner.Held.Plus(wanted);
        return corner.Held.IsNothing
            || (own.Items <= AnywayItems && own.Bytes <= AnywayBytes)
            || (own.Items <= limits.Items - held.Items - wanted.Items && own.Bytes <= limits.Bytes - held.Bytes - wanted.Bytes);
    }

    private void Take(Corner corner, Amount gone)
    {
        corner.Held = corner.Held.Less(gone);
        held = held.Less(gone);
        if (waiting.Count > 0)
        {
            GiveOut();
        }
    }

    private RoomShare Give(Corner corner, Amount wanted)
    {
        corner.Held = corner.Held.Plus(wanted);
        held = held.Plus(wanted);
        return new RoomShare(this, corner, wanted);
    }

    // One pass is enough: whoever was passed over still must wait, since what is given out only makes room less.
    private void GiveOut()
    {
        LinkedListNode<Corner>? next = waiting.First;
        while (next is { Value: var corner } place)
        {
            next = place.Next;
            Waiter first = corner.Waiters.First!.Value; // not null: who waits for nothing is not in the order
            if (!Fits(corner, first.Wanted))
            {
                continue;
            }

            Remove(first);
            first.Answer.SetResult(Give(corner, first.Wanted));
            if (corner.Waiters.Count > 0)
            {
                waiting.Remove(place);
                waiting.AddLast(place);
                next ??= place;
            }
        }
    }

    private void Remove(Waiter waiter)
    {
        Corner corner = waiter.Corner;
        corner.Waiters.Remove(waiter.Place);
        if (corner.Waiters.Count == 0)
        {
            waiting.Remove(corner.Place);
        }
    }

    /// <summary>How much.</summary>
    internal readonly record struct Amount(long Items, long Bytes)
    {
        internal bool IsNothing => Items == 0 && Bytes == 0;

        internal static Amount Of(int items, long bytes)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(items, 0);
            ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 0);
            return new Amount(items, bytes);
        }

        internal Amount Least(Amount other) => new(Math.Min(Items, other.Items), Math.Min(Bytes, other.Bytes));

        internal Amount Plus(Amount other) => new(Items + other.Items, Bytes + other.Bytes);

        internal Amount Less(Amount other) => new(Items - other.Items, Bytes - other.Bytes);
    }

    /// <summary>What one tenant holds, and who of it waits, in the order in which they came.</summary>
    internal sealed class Corner
    {
        internal Corner() => Place = new LinkedListNode<Corner>(this);

        internal LinkedListNode<Corner> Place { get; }

        internal LinkedList<Waiter> Waiters { get; } = new();

        internal Amount Held { get; set; }
    }

    /// <summary>One who waits for room.</summary>
    internal sealed class Waiter
    {
        private readonly WaitingRoom room;

        internal Waiter(WaitingRoom room, Corner corner, Amount wanted)
        {
            this.room = room;
            Corner = corner;
            Wanted = wanted;
            Place = new LinkedListNode<Waiter>(this);
        }

        internal Corner Corner { get; }

        internal LinkedListNode<Waiter> Place { get; }

        internal Amount Wanted { get; }

        internal TaskCompletionSource<RoomShare> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void GiveUp(CancellationToken cancellationToken) => room.GiveUp(this, cancellationToken);
    }
}
