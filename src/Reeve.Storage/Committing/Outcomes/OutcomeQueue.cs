using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>How much may wait and how much goes at once.</summary>
/// <param name="Length">How many outcomes may wait; at least 1.</param>
/// <param name="Bytes">How many bytes of them.</param>
/// <param name="BatchSize">How many a commit holds at most; at least 1.</param>
/// <param name="BatchBytes">After how many bytes a commit takes no more.</param>
internal sealed record QueueBounds(int Length, long Bytes, int BatchSize, long BatchBytes);

/// <summary>
/// What waits to be written, fair by tenant. Batches are filled by deficit round-robin over the tenants at a cost of one per outcome,
/// which comes to one outcome per tenant and turn; the next batch goes on where the last one ended. So who has 10,000 waiting delays the
/// single outcome of another by no more than the batches in flight and the one that is filled next. What goes alone has rounds of its
/// own: of two batches that are taken one after the other, one is for it.
/// <para>
/// What claims something that an outcome before it claims waits for that one, in flight or not: so what concerns one exception is
/// written in the order in which it was handed over, and two writers of this process never wait for each other in the database.
/// </para>
/// Thread-safe. Whatever is done costs what the outcomes it is done to cost, however many wait.
/// </summary>
internal sealed class OutcomeQueue(QueueBounds bounds)
{
    // Held for a few operations on lists; an object, because a thread waits on it.
    private readonly object changing = new();
    private readonly ClaimTable claims = new();
    private readonly Dictionary<string, TenantLane> lanes = new(StringComparer.Ordinal);
    private readonly Queue<TenantLane> grouped = new();
    private readonly Queue<TenantLane> alone = new();
    private readonly HashSet<Outcome> held = [];
    private readonly List<Outcome> freed = [];
    private readonly Queue<TaskCompletionSource> waiters = new();
    private int sleepers;
    private int count;
    private long bytes;
    private long places;
    private long version;
    private bool isAlonesTurn = true;
    private bool closed;

    /// <summary>Whether nothing more comes and nothing waits.</summary>
    internal bool IsDrained
    {
        get
        {
            lock (changing)
            {
                return closed && count == 0;
            }
        }
    }

    /// <summary>What waits, of all tenants.</summary>
    internal Backlog Waiting
    {
        get
        {
            lock (changing)
            {
                return new Backlog(count, bytes);
            }
        }
    }

    /// <summary>What waits of one tenant.</summary>
    internal Backlog WaitingOf(TenantId tenant)
    {
        lock (changing)
        {
            return lanes.TryGetValue(tenant.Value, out TenantLane? lane) ? new Backlog(lane.Count, lane.Bytes) : default;
        }
    }

    /// <summary>Puts an outcome at the end of its tenant's.</summary>
    /// <exception cref="ReeveException">STORE-012 when too much waits, REC-007 when it was closed.</exception>
    internal void Add(Outcome outcome)
    {
        lock (changing)
        {
            if (closed)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "The committer was closed."));
            }

            string tenant = outcome.Tenant.Value ?? "";
            bool isKnown = lanes.TryGetValue(tenant, out TenantLane? lane);

            // As much as is still free is the most that a tenant may have waiting: so a flood never takes the last place.
            if ((lane?.Count ?? 0) >= bounds.Length - count || (lane?.Bytes ?? 0) >= bounds.Bytes - bytes)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Storage.Busy, $"{count} outcomes of {bytes} bytes wait to be written, {lane?.Count ?? 0} of them this tenant's."));
            }

            if (!isKnown)
            {
                lanes.Add(tenant, lane = new TenantLane(tenant));
            }

            outcome.Place = ++places;
            count++;
            bytes += outcome.Bytes;
            lane!.Count++; // not null: found or made
            lane.Bytes += outcome.Bytes;
            if (claims.Enter(outcome))
            {
                outcome.State = OutcomeState.Ready;
                lane.Add(outcome);
                List(lane);
                version++;
                WakeOne();
            }
            else
            {
                outcome.State = OutcomeState.Held;
                held.Add(outcome);
            }
        }
    }

    /// <summary>The outcomes of the next commit, in order; empty when none can go now. They are in flight until <see cref="Finish"/>.</summary>
    /// <param name="seen">What to wait with when there are none.</param>
    internal List<Outcome> Take(out long seen)
    {
        lock (changing)
        {
            seen = version;
            List<Outcome> batch = [];
            if (isAlonesTurn)
            {
                Fill(batch, alone, 1);
            }

            isAlonesTurn = batch.Count == 0;
            if (batch.Count == 0)
            {
                Fill(batch, grouped, bounds.BatchSize);
            }

            // A lane may have gone from one ring to the other on the way, so what is empty at last is empty.
            if (batch.Count == 0)
            {
                Fill(batch, alone, 1);
            }

            if (grouped.Count + alone.Count > 0)
            {
                WakeOne();
            }

            return batch;
        }
    }

    /// <summary>Says that outcomes are no longer in flight.</summary>
    internal void Finish(IReadOnlyList<Outcome> outcomes)
    {
        lock (changing)
        {
            for (int i = 0; i < outcomes.Count; i++)
            {
                outcomes[i].State = OutcomeState.Gone;
                claims.Leave(outcomes[i], freed);
            }

            Release();
            if (closed)
            {
                WakeAll();
            }
        }
    }

    /// <summary>Nothing more is accepted; what waits is still taken.</summary>
    internal void Close()
    {
        lock (changing)
        {
            closed = true;
            WakeAll();
        }
    }

    /// <summary>Takes away what waits, to be refused.</summary>
    internal IReadOnlyList<Outcome> Clear()
    {
        lock (changing)
        {
            List<Outcome> left = [.. held];
            foreach (TenantLane lane in lanes.Values)
            {
                left.AddRange(lane.TakeAll());
            }

            left.Sort(static (one, other) => one.Place.CompareTo(other.Place));
            foreach (Outcome outcome in left)
            {
                outcome.State = OutcomeState.Gone;
            }

            foreach (Outcome outcome in left)
            {
                claims.Leave(outcome, freed);
            }

            // Whoever was freed by these is one of them.
            freed.Clear();
            held.Clear();
            lanes.Clear();
            grouped.Clear();
            alone.Clear();
            count = 0;
            bytes = 0;
            WakeAll();
            return left;
        }
    }

    /// <summary>Wakes everyone who waits.</summary>
    internal void Wake()
    {
        lock (changing)
        {
            WakeAll();
        }
    }

    /// <summary>Waits until something can go that could not at <see cref="Take"/>.</summary>
    internal Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            if (version != seen)
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Enqueue(waiter);
            return waiter.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The same on the calling thread, which must be one that has nothing else to do; <see cref="Wake"/> ends it.</summary>
    /// <param name="seen">What <see cref="Take"/> gave.</param>
    /// <param name="atMost">How long it may take; infinite, too.</param>
    internal void Wait(long seen, TimeSpan atMost)
    {
        lock (changing)
        {
            if (version == seen)
            {
                sleepers++;
                Monitor.Wait(changing, atMost);
                sleepers--;
            }
        }
    }

    // Inside the lock, as all that follows. One outcome of the ring's first lane, which goes to the end of where its next belongs.
    private void Fill(List<Outcome> batch, Queue<TenantLane> ring, int most)
    {
        long taken = 0;
        while (ring.Count > 0 && batch.Count < most && taken < bounds.BatchBytes)
        {
            TenantLane lane = ring.Dequeue();
            lane.IsListed = false;

            // What was freed since the lane was listed may go another way than what was its next then.
            if (RingOf(lane.Next!) == ring) // not null: a lane is listed while it has a next
            {
                Outcome outcome = lane.Take();
                outcome.State = OutcomeState.InFlight;
                batch.Add(outcome);
                taken += outcome.Bytes;
                count--;
                bytes -= outcome.Bytes;
                lane.Count--;
                lane.Bytes -= outcome.Bytes;
            }

            if (lane.Count == 0)
            {
                lanes.Remove(lane.Tenant);
            }
            else
            {
                List(lane);
            }
        }
    }

    private Queue<TenantLane> RingOf(Outcome outcome) => outcome.Kind == OutcomeKind.Grouped ? grouped : alone;

    private void List(TenantLane lane)
    {
        if (!lane.IsListed && lane.Next is { } next)
        {
            lane.IsListed = true;
            RingOf(next).Enqueue(lane);
        }
    }

    // Those that waited for what is finished now have their turn.
    private void Release()
    {
        if (freed.Count == 0)
        {
            return;
        }

        foreach (Outcome outcome in freed)
        {
            if (outcome.State == OutcomeState.Held)
            {
                held.Remove(outcome);
                outcome.State = OutcomeState.Ready;
                TenantLane lane = lanes[outcome.Tenant.Value ?? ""];
                lane.AddFreed(outcome);
                List(lane);
            }
        }

        freed.Clear();
        version++;
        WakeOne();
    }

    // One is enough: who takes and leaves something behind wakes the next.
    private void WakeOne()
    {
        if (sleepers > 0)
        {
            Monitor.Pulse(changing);
            return;
        }

        while (waiters.TryDequeue(out TaskCompletionSource? waiter) && !waiter.TrySetResult())
        {
        }
    }

    private void WakeAll()
    {
        version++;
        Monitor.PulseAll(changing);
        while (waiters.TryDequeue(out TaskCompletionSource? waiter))
        {
            waiter.TrySetResult();
        }
    }
}
