using System.Diagnostics;
using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <summary>
/// Lets in so many at a time, by deficit round-robin over the tenants that wait (Shreedhar and Varghese, 1995; every exception costs one). Who is
/// let in is given all that its turn allows at once: places that come free one by one are gathered for whoever is next, so that a turn is worth the
/// way. That cannot lock up: fewer than a turn are gathered, and all other places belong to work that waits for nobody here. Thread-safe.
/// </summary>
internal sealed class Entrance(int most, int turn)
{
    private readonly Lock changing = new();

    // The tenants of whom somebody waits, and the order of their turns. While somebody waits, every free place is gathered.
    private readonly Dictionary<TenantId, Line> lines = [];
    private readonly LinkedList<Line> turns = new();
    private int taken;

    /// <summary>How many places are taken, gathered ones included.</summary>
    internal int Taken
    {
        get
        {
            lock (changing)
            {
                return taken;
            }
        }
    }

    internal ValueTask<int> EnterAsync(TenantId tenant, int upTo, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(upTo, 1);
        cancellationToken.ThrowIfCancellationRequested();
        int wanted = Math.Min(upTo, turn);
        Waiter waiter;
        lock (changing)
        {
            if (turns.Count == 0 && taken + wanted <= most)
            {
                taken += wanted;
                return new ValueTask<int>(wanted);
            }

            if (!lines.TryGetValue(tenant, out Line? line))
            {
                line = new Line(tenant);
                lines.Add(tenant, line);
                turns.AddLast(line.Place);
            }

            waiter = new Waiter(this, line, wanted);
            line.Waiters.AddLast(waiter.Place);
            GiveOut();
        }

        return WaitAsync(waiter, cancellationToken);
    }

    internal void Leave(int count)
    {
        lock (changing)
        {
            Debug.Assert(count > 0 && count <= taken, "Nobody leaves who was not let in.");
            taken -= count;
            GiveOut();
        }
    }

    private static async ValueTask<int> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
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
            // Who was let in at the same moment is in: cancelled or not, it leaves as everybody does.
            if (waiter.Answer.TrySetCanceled(cancellationToken))
            {
                taken -= waiter.Gathered;
                Remove(waiter);
                GiveOut();
            }
        }
    }

    // Inside the lock, as what follows.
    private void GiveOut()
    {
        while (taken < most && turns.First?.Value is { } line)
        {
            line.Deficit = line.Deficit > 0 ? line.Deficit : turn;
            Waiter first = line.Waiters.First!.Value; // not null: a line without waiters is gone
            int allowed = Math.Min(first.Wanted, line.Deficit);
            int more = Math.Min(allowed - first.Gathered, most - taken);
            taken += more;
            first.Gathered += more;
            if (first.Gathered < allowed)
            {
                return;
            }

            line.Deficit -= allowed;
            Remove(first);
            first.Answer.SetResult(allowed);
            if (line.Deficit == 0 && line.Waiters.Count > 0)
            {
                turns.RemoveFirst();
                turns.AddLast(line.Place);
            }
        }
    }

    private void Remove(Waiter waiter)
    {
        Line line = waiter.Line;
        line.Waiters.Remove(waiter.Place);
        if (line.Waiters.Count == 0)
        {
            turns.Remove(line.Place);
            lines.Remove(line.Tenant);
        }
    }

    /// <summary>Those of one tenant that wait, in the order in which they came.</summary>
    private sealed class Line
    {
        internal Line(TenantId tenant)
        {
            Tenant = tenant;
            Place = new LinkedListNode<Line>(this);
        }

        internal TenantId Tenant { get; }

        internal LinkedListNode<Line> Place { get; }

        internal LinkedList<Waiter> Waiters { get; } = new();

        /// <summary>How many may still be let in at the turn that has begun; 0 before it begins.</summary>
        internal int Deficit { get; set; }
    }

    private sealed class Waiter
    {
        private readonly Entrance entrance;

        internal Waiter(Entrance entrance, Line line, int wanted)
        {
            this.entrance = entrance;
            Line = line;
            Wanted = wanted;
            Place = new LinkedListNode<Waiter>(this);
        }

        internal Line Line { get; }

        internal LinkedListNode<Waiter> Place { get; }

        internal int Wanted { get; }

        /// <summary>How many places are kept for it already.</summary>
        internal int Gathered { get; set; }

        internal TaskCompletionSource<int> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal void GiveUp(CancellationToken cancellationToken) => entrance.GiveUp(this, cancellationToken);
    }
}
