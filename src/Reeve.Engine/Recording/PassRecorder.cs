using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Inbox;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording.Inputs;

namespace Reeve.Engine.Recording;

/// <summary>
/// Puts one pass on record: in one commit when nothing had to be fetched; else 'received' before the first request, and the rest
/// at its end or stage by stage. Not thread-safe: one pass owns one.
/// </summary>
internal sealed class PassRecorder : IPassJournal
{
    private readonly RecordedRun run;
    private readonly PassChanges changes;
    private readonly IReadOnlyList<DeliveryKey> deliveries;
    private readonly ImportPart? part;

    // The row as it is stored now; null while there is none.
    private ExceptionRow? row;
    private int stagesOnRecord;

    // Whether the pass stops before it fetches, for somebody else to go on with.
    private readonly bool stops;
    private ExceptionRow? receiving;

    private PassRecorder(RecordedRun run, IReadOnlyList<DeliveryKey> deliveries, ImportPart? part, ExceptionRow? row, bool received, bool stops)
    {
        this.run = run;
        this.stops = stops;
        this.deliveries = deliveries;
        this.part = part;
        this.row = row;
        WasReceived = received;
        changes = new PassChanges(run.Id);
    }

    /// <summary>Whether its beginning is on record.</summary>
    internal bool WasReceived { get; private set; }

    /// <summary>Why the pass was given up before its end; null when it was not.</summary>
    internal CommitOutcome? Conflict { get; private set; }

    /// <summary>The changes by which it is received, of a pass that stopped for that; null when it did not.</summary>
    internal IReadOnlyList<Change>? Receiving { get; private set; }

    /// <summary>The row as it is stored now.</summary>
    internal ExceptionRow? Row => row;

    /// <summary>A recorder for a pass that begins.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="deliveries">What its delivery is kept under.</param>
    /// <param name="part">Its item's place in an import, which is kept with its first commit; null when there is none.</param>
    /// <param name="row">The row it changes; null for a new exception.</param>
    /// <param name="stops">Whether it stops where something is to be fetched, so that its beginning can be committed with others.</param>
    internal static PassRecorder Begin(RecordedRun run, IReadOnlyList<DeliveryKey> deliveries, ImportPart? part, ExceptionRow? row, bool stops) => new(run, deliveries, part, row, received: false, stops);

    /// <summary>A recorder for a pass that was received and goes on.</summary>
    internal static PassRecorder Resume(RecordedRun run, ExceptionRow row) => new(run, [], part: null, row, received: true, stops: false);

    /// <inheritdoc/>
    public async ValueTask<bool> BeforeFetchingAsync(ExceptionCase current, CancellationToken cancellationToken)
    {
        if (WasReceived)
        {
            return true;
        }

        Receive(current);
        if (stops)
        {
            return false;
        }

        // Known before it is committed: whoever looks for rows that nobody has must not find this one.
        run.Inbox?.Know(current.Arrival.Record.TenantId, current.Arrival.PassId);
        WasReceived = await CommitAsync(Receiving!, receiving!); // not null: just made
        return WasReceived;
    }

    /// <summary>Makes the changes by which the pass is received.</summary>
    internal void Receive(ExceptionCase current)
    {
        DateTimeOffset at = current.Steps.Count > 0 ? current.Steps[0].At : TimeText.ToMicroseconds(run.AsOf ?? run.Clock.GetUtcNow());
        receiving = changes.Received(current, row, at);
        List<Change> first = [Write(receiving), changes.Arrived(current, receiving.Version, at), new ExceptionChange.Enqueue(receiving.Record.TenantId, receiving.PassId, receiving.Key, run.Id)];
        if (part is not null)
        {
            first.Add(part.Made(receiving.Record.ExceptionId));
        }

        Receiving = first;
    }

    /// <summary>Notes that those are committed.</summary>
    internal ExceptionRow Received()
    {
        WasReceived = true;
        row = receiving;
        return row!; // not null: it was made with the changes
    }

    /// <inheritdoc/>
    public async ValueTask<bool> AfterStageAsync(ExceptionCase current, CancellationToken cancellationToken)
    {
        if (!WasReceived || run.Commits == CommitMode.Once)
        {
            return true;
        }

        ExceptionRow next = changes.Decided(current, row);
        List<Change> finished = [Write(next)];
        foreach (PassStep step in PassChanges.NotOnRecord(current, stagesOnRecord))
        {
            finished.Add(changes.Finished(current, step, next.Version));
        }

        bool committed = await CommitAsync(finished, next);
        stagesOnRecord += finished.Count - 1;
        return committed;
    }

    /// <summary>The changes of the last commit, of a pass that came to its end.</summary>
    internal IReadOnlyList<Change> Last(ExceptionCase decided)
    {
        ExceptionRow next = changes.Decided(decided, row);
        List<Change> last = [Write(next), changes.Ended(decided, WasReceived, stagesOnRecord, next.Version)];
        last.AddRange(changes.Playbook(decided, row, next));
        if (WasReceived)
        {
            last.Add(new ExceptionChange.Dequeue(next.Record.TenantId, next.PassId));
        }
        else if (part is not null)
        {
            last.Add(part.Made(next.Record.ExceptionId));
        }

        return last;
    }

    private ExceptionChange Write(ExceptionRow next) => row switch
    {
        null => new ExceptionChange.Add(next, deliveries),
        _ => new ExceptionChange.Update(next, row.Version) { Deliveries = WasReceived ? [] : deliveries },
    };

    private async ValueTask<bool> CommitAsync(IReadOnlyList<Change> outcome, ExceptionRow next)
    {
        // What becomes of it must be noticed, whoever has given up waiting.
        CommitOutcome committed = await run.Committer.CommitAsync(outcome, CancellationToken.None);
        if (committed is CommitOutcome.Committed)
        {
            row = next;
            return true;
        }

        Conflict = committed;
        return false;
    }
}

/// <summary>What the passes of one run have in common when they are put on record.</summary>
/// <param name="Committer">Commits.</param>
/// <param name="Id">The run.</param>
/// <param name="AsOf">The one time of all stages; null: each reads the clock.</param>
/// <param name="Commits">How often a pass is committed.</param>
internal sealed record RecordedRun(ICommitter Committer, RunId Id, DateTimeOffset? AsOf, CommitMode Commits)
{
    /// <summary>The clock.</summary>
    internal required TimeProvider Clock { get; init; }

    /// <summary>Who looks after what was received; null where nobody does.</summary>
    internal InboxWorker? Inbox { get; init; }
}
