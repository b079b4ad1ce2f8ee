using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>
/// One writing slot of a node: takes batches from the queue and writes each as the slot's next commit, until it is known what became of
/// it. What docs/decisions/0008 says about fencing, lost connections and lost slots is here, for whatever database. One loop drives it;
/// <see cref="State"/> may be read and <see cref="Tenure"/> renewed from elsewhere.
/// </summary>
/// <remarks>
/// Every wait resumes where it was asked for, and none is longer than the clock given says: so a seeded scheduler of one thread can
/// drive it, step by step.
/// </remarks>
internal sealed partial class SlotWriter(
    ISlotStore store, Guid node, OutcomeQueue queue, CommitterOptions options, IEventSeeds seeds, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly SlotMemory memory = new();
    private ISlotConnection? connection;
    private volatile SlotTenure? tenure;
    private volatile bool isToCheck;
    private volatile bool isAbandoned;
    private volatile Outcome[] writing = [];
    private volatile SlotTenure? missed;
    private SlotTenure? inDoubt;
    private long last;
    private long since;
    private long renewedAt;
    private long? unreachableSince;
    private volatile string? trouble;

    /// <summary>The slot as it is held; null while none is.</summary>
    internal SlotTenure? Tenure => tenure;

    // The tenure is read first and written last: what is read behind it is of it, or of one after it, and then nothing looks owned for longer than it is.
    internal SlotState State
    {
        get
        {
            int slot = tenure?.Slot ?? 0;
            return new SlotState(slot, Interlocked.Read(ref last), Interlocked.Read(ref renewedAt), trouble) { Since = Interlocked.Read(ref since) };
        }
    }

    /// <summary>Notes that the slot was renewed, asked at this timestamp of the clock.</summary>
    internal void Renewed(SlotTenure known, long askedAt)
    {
        if (ReferenceEquals(known, tenure))
        {
            Interlocked.Exchange(ref renewedAt, askedAt);
        }
    }

    /// <summary>Notes that the slot could not be renewed, being another's or none: then this one takes another, though it may have nothing to write.</summary>
    internal void Missed(SlotTenure? known)
    {
        missed = known;
        isToCheck = true;
        queue.Wake();
    }

    /// <summary>Takes a slot.</summary>
    /// <exception cref="ReeveException">STORE-… when the store cannot be reached.</exception>
    internal async Task TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TakeSlotAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException && store.Judge(fault) is not null)
        {
            await DropAsync();
            throw store.Judge(fault)!.Told; // not null: the filter asked
        }
    }

    /// <summary>Writes until the queue is closed and empty, or <paramref name="stop"/> says that it takes too long; whoever says so wakes the queue.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        while (!queue.IsDrained && !stop.IsCancellationRequested)
        {
            List<Outcome> batch = queue.Take(out long seen);
            if (batch.Count == 0)
            {
                if (isToCheck)
                {
                    isToCheck = false;
                    await RetakeAsync(stop);
                    continue;
                }

                // Not with the token: waiting with one resumes on the thread pool first, whoever schedules this loop.
                await queue.WaitAsync(seen, CancellationToken.None);
                continue;
            }

            Outcome[] taken = [.. batch];
            writing = taken;
            try
            {
                Effort effort = new(clock.GetTimestamp());
                await WriteAsync(batch, effort, stop);
                CommitMeter.Record(clock.GetElapsedTime(effort.Began), taken.Length);
            }
            catch (Exception fault)
            {
                // A bug: nobody must wait for ever, and the other batches are not to blame.
                Log.LoopFailed(logger, fault, tenure?.Slot ?? 0);
                await DropAsync();
                Refuse(batch, fault);
            }
            finally
            {
                writing = [];
                queue.Finish(taken);
            }
        }
    }

    // With nothing to write. What fails is tried again at the next beat, or with the next batch.
    private async Task RetakeAsync(CancellationToken stop)
    {
        if (!ReferenceEquals(missed, tenure))
        {
            return;
        }

        if (tenure is { } lost)
        {
            Log.SlotLost(logger, lost.Slot, last + 1);
            Lose();
        }

        try
        {
            await TakeSlotAsync(stop);
        }
        catch (Exception thrown) when (store.Judge(thrown) is not null)
        {
            await DropAsync();
            trouble = store.Judge(thrown)!.Code; // not null: the filter asked
        }
    }

    // Writes a batch and answers all of it. Every way out of the loop is an answer.
    private async Task WriteAsync(List<Outcome> batch, Effort effort, CancellationToken stop)
    {
        for (; batch.Count > 0; effort.Attempt++)
        {
            ISlotAttempt? attempt = null;
            try
            {
                if (tenure is not { } held)
                {
                    await TakeSlotAsync(stop);
                    continue;
                }

                connection ??= await OpenAsync(stop);
                attempt = connection.Attempt(held, last + 1);
                if (batch[0].Kind == OutcomeKind.Chore)
                {
                    await RunChoreAsync(attempt, batch[0], stop);
                    return;
                }

                switch (await attempt.RunAsync(batch, memory, stop))
                {
                    case AttemptEnd.Committed:
                        Committed(batch, held);
                        return;
                    case AttemptEnd.Fenced:
                        await ResolveAsync(connection, batch, held, stop);
                        effort.InDoubt = false;
                        break;
                }

                trouble = null;
            }
            catch (Exception thrown) when (store.Judge(thrown) is not null)
            {
                if (batch.Count == 0)
                {
                    // All were answered with their conflicts: what failed was the end of a transaction that wrote nothing.
                    await DropAsync();
                    return;
                }

                SlotFault fault = store.Judge(thrown)!; // not null: the filter asked
                bool isAgain;
                if (fault.Kind == SlotFaultKind.Broken)
                {
                    effort.InDoubt |= attempt?.CommitSent ?? false;
                    isAgain = await BrokenAsync(batch, fault, thrown, effort, stop);
                }
                else
                {
                    memory.Forget();
                    isAgain = await RolledBackAsync(batch, fault, thrown, effort, stop);
                }

                if (!isAgain)
                {
                    return;
                }
            }
        }
    }

    private async Task RunChoreAsync(ISlotAttempt attempt, Outcome chore, CancellationToken stop)
    {
        if (await attempt.RunChoreAsync(chore, stop) is { } end)
        {
            chore.Become(end);
        }
        else
        {
            Lose();
            chore.Fail(new ReeveException(new ReeveError(ErrorCatalogue.Storage.SlotLost, "Another process took the slot over.")));
        }
    }

    private void Committed(List<Outcome> batch, SlotTenure held)
    {
        Interlocked.Increment(ref last);
        trouble = null;
        CommitOutcome.Committed committed = new(held.Slot, last);
        foreach (Outcome outcome in batch)
        {
            outcome.Become(committed);
        }
    }

    // Looks whether an attempt whose end we never heard is in, or the slot is lost, and answers what is in. Returns whether the number is
    // decided: then what is left in the batch is in nowhere. It is not while a transaction with it may still be under way.
    private async Task<bool> ResolveAsync(ISlotConnection open, List<Outcome> batch, SlotTenure held, CancellationToken stop)
    {
        memory.Forget();
        long n = last + 1;
        string[] tenants = [.. batch.SelectMany(outcome => outcome.Events).Select(item => item.Event.TenantId.Value).Distinct(StringComparer.Ordinal)];
        SlotSight sight = await open.LookAsync(held, n, tenants, stop);
        bool isOurs = sight.CommitWriter == held.Writer;
        CommitOutcome.Committed committed = new(held.Slot, n);
        for (int i = batch.Count - 1; i >= 0; i--)
        {
            if (batch[i].Events.Length > 0 ? sight.Events.Contains(batch[i].Events[0].Event.EventId) : isOurs)
            {
                Answer(batch[i]);
                batch.RemoveAt(i);
            }
        }

        if (sight.SlotWriter == held.Writer)
        {
            Interlocked.Exchange(ref last, sight.Last);
        }
        else
        {
            Log.SlotLost(logger, held.Slot, n);
            Lose();
        }

        return sight.CommitWriter is not null || sight.SlotWriter != held.Writer;

        // An outcome without an event leaves nothing that says it was this one.
        void Answer(Outcome outcome)
        {
            if (outcome.Events.Length > 0)
            {
                outcome.Become(committed);
            }
            else
            {
                outcome.Fail(Unknown(fault: null));
            }
        }
    }

    private async Task TakeSlotAsync(CancellationToken cancellationToken)
    {
        connection ??= await OpenAsync(cancellationToken);
        memory.Forget();
        long asked = clock.GetTimestamp();
        SlotTaken taken = await connection.TakeAsync(new SlotHolder(node, seeds.NextId(clock.GetUtcNow())), inDoubt, cancellationToken);
        inDoubt = null;
        Interlocked.Exchange(ref last, taken.Last);
        Interlocked.Exchange(ref since, taken.Last);
        Interlocked.Exchange(ref renewedAt, asked);
        tenure = taken.Tenure;
        trouble = null;
        Log.SlotTaken(logger, taken.Tenure.Slot, taken.Last);
    }

    private async Task<ISlotConnection> OpenAsync(CancellationToken cancellationToken)
    {
        long asked = clock.GetTimestamp();
        try
        {
            ISlotConnection opened = await store.OpenAsync(cancellationToken);
            unreachableSince = null;
            return opened;
        }
        catch
        {
            unreachableSince ??= asked;
            throw;
        }
    }

    private void Lose()
    {
        tenure = null;
        memory.Forget();
    }

    private async Task DropAsync()
    {
        memory.Forget();
        if (connection is { } broken)
        {
            connection = null;
            await broken.DisposeAsync();
        }
    }

    // Until the lease would be over. A store that was away for longer is not waited for once per batch.
    private bool IsEarly(Effort effort) => clock.GetElapsedTime(Math.Min(effort.Began, unreachableSince ?? long.MaxValue)) < options.Lease;

    private async Task PauseAsync(Effort effort, CancellationToken stop)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(effort.Attempt - 1, 10));
        await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, stop).ConfigureAwait(SlotWriters.Quietly);
    }

    private static void Refuse(IReadOnlyList<Outcome> batch, Exception fault)
    {
        foreach (Outcome outcome in batch)
        {
            outcome.Fail(fault);
        }
    }

    /// <summary>What was tried to write one batch.</summary>
    /// <param name="began">When it began, a timestamp of the clock.</param>
    private sealed class Effort(long began)
    {
        internal long Began => began;

        internal int Attempt { get; set; } = 1;

        /// <summary>Whether an attempt may be in of which we do not know.</summary>
        internal bool InDoubt { get; set; }

        /// <summary>Whether months were added already: once is enough, or it does not help.</summary>
        internal bool AddedMonths { get; set; }
    }
}
