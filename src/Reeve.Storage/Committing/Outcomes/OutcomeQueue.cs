using Reeve.Core.Errors;

namespace Reeve.Storage.Committing.Outcomes;

/// <summary>
/// What waits to be written. Slots take from its head what claims no row that another outcome before it claims, be that one waiting or
/// in flight: so what concerns one exception is written in the order in which it was handed over, and two writers of this process
/// never wait for each other in the database. Thread-safe.
/// </summary>
internal sealed class OutcomeQueue(int length, int batchSize)
{
    // How many that cannot go are passed over in search of some that can.
    private const int LookAhead = 1024;

    // Held for a few list operations; an object, because a thread waits on it.
    private readonly object changing = new();
    private readonly LinkedList<Outcome> waiting = new();
    private readonly HashSet<ClaimKey> inFlight = [];
    private readonly Dictionary<ClaimKey, int> usedInFlight = [];
    private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long version;
    private bool closed;

    /// <summary>Whether nothing more comes and nothing waits.</summary>
    internal bool IsDrained
    {
        get
        {
            lock (changing)
            {
                return closed && waiting.Count == 0;
            }
        }
    }

    /// <summary>Puts an outcome at the end.</summary>
    /// <exception cref="ReeveException">STORE-012 when too many wait, REC-007 when it was closed.</exception>
    internal void Add(Outcome outcome)
    {
        lock (changing)
        {
            if (closed)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Record.Stopped, "The committer was closed."));
            }

            if (waiting.Count >= length)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, $"{length} outcomes wait to be written."));
            }

            waiting.AddLast(outcome);
            Tell();
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
            PassedOver? passed = null;
            int looked = 0;
            LinkedListNode<Outcome>? next = waiting.First;
            while (next is { Value: var outcome } node && batch.Count < batchSize && looked++ < LookAhead + batchSize)
            {
                next = node.Next;
                if (!IsFree(outcome, passed))
                {
                    (passed ??= new PassedOver()).Add(outcome);
                    continue;
                }

                bool alone = outcome.Kind != OutcomeKind.Grouped;
                if (alone && batch.Count > 0)
                {
                    break;
                }

                waiting.Remove(node);
                batch.Add(outcome);
                Claim(outcome);
                if (alone)
                {
                    break;
                }
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
                inFlight.ExceptWith(outcomes[i].Claims);
                foreach (ClaimKey key in outcomes[i].Uses)
                {
                    int left = usedInFlight[key] - 1;
                    if (left == 0)
                    {
                        usedInFlight.Remove(key);
                    }
                    else
                    {
                        usedInFlight[key] = left;
                    }
                }
            }

            Tell();
        }
    }

    /// <summary>Nothing more is accepted; what waits is still taken.</summary>
    internal void Close()
    {
        lock (changing)
        {
            closed = true;
            Tell();
        }
    }

    /// <summary>Takes away what waits, to be refused.</summary>
    internal IReadOnlyList<Outcome> Clear()
    {
        lock (changing)
        {
            Outcome[] left = [.. waiting];
            waiting.Clear();
            Tell();
            return left;
        }
    }

    /// <summary>Wakes everyone who waits.</summary>
    internal void Wake()
    {
        lock (changing)
        {
            Tell();
        }
    }

    /// <summary>Waits until something changed since <see cref="Take"/>.</summary>
    internal Task WaitAsync(long seen, CancellationToken cancellationToken)
    {
        lock (changing)
        {
            return version != seen ? Task.CompletedTask : news.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The same on the calling thread, which must be one that has nothing else to do; <see cref="Wake"/> ends it.</summary>
    internal void Wait(long seen)
    {
        lock (changing)
        {
            if (version == seen)
            {
                Monitor.Wait(changing);
            }
        }
    }

    // Inside the lock.
    private void Tell()
    {
        version++;
        Monitor.PulseAll(changing);
        news.SetResult();
        news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Claim(Outcome outcome)
    {
        inFlight.UnionWith(outcome.Claims);
        foreach (ClaimKey key in outcome.Uses)
        {
            usedInFlight[key] = usedInFlight.GetValueOrDefault(key) + 1;
        }
    }

    private bool IsFree(Outcome outcome, PassedOver? passed)
    {
        foreach (ClaimKey key in outcome.Claims)
        {
            if (inFlight.Contains(key) || usedInFlight.ContainsKey(key) || (passed is not null && (passed.Claims.Contains(key) || passed.Uses.Contains(key))))
            {
                return false;
            }
        }

        foreach (ClaimKey key in outcome.Uses)
        {
            if (inFlight.Contains(key) || (passed is not null && passed.Claims.Contains(key)))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class PassedOver
    {
        internal HashSet<ClaimKey> Claims { get; } = [];

        internal HashSet<ClaimKey> Uses { get; } = [];

        internal void Add(Outcome outcome)
        {
            Claims.UnionWith(outcome.Claims);
            Uses.UnionWith(outcome.Uses);
        }
    }
}
