using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Pipeline;

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

    // The row as it is stored now; null while there is none.
    private ExceptionRow? row;
    private int stagesOnRecord;

    private PassRecorder(RecordedRun run, IReadOnlyList<DeliveryKey> deliveries, ExceptionRow? row, bool received)
    {
        this.run = run;
        this.deliveries = deliveries;
        this.row = row;
        WasReceived = received;
        changes = new PassChanges(run.Id);
    }

    /// <summary>Whether its beginning is on record.</summary>
    internal bool WasReceived { get; private set; }

    /// <summary>Why the pass was given up before its end; null when it was not.</summary>
    internal CommitOutcome? Conflict { get; private set; }

    /// <summary>A recorder for a pass that begins.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="deliveries">What its delivery is kept under.</param>
    /// <param name="row">The row it changes; null for a new exception.</param>
    internal static PassRecorder Begin(RecordedRun run, IReadOnlyList<DeliveryKey> deliveries, ExceptionRow? row) => new(run, deliveries, row, received: false);

    /// <summary>A recorder for a pass that was received and goes on.</summary>
    internal static PassRecorder Resume(RecordedRun run, ExceptionRow row) => new(run, [], row, received: true);

    /// <inheritdoc/>
    public async ValueTask<bool> BeforeFetchingAsync(ExceptionCase current, CancellationToken cancellationToken)
    {
        if (WasReceived)
        {
            return true;
        }

        DateTimeOffset at = current.Steps.Count > 0 ? current.Steps[0].At : TimeText.ToMicroseconds(run.AsOf ?? run.Clock.GetUtcNow());
        ExceptionRow next = changes.Received(current, row, at);
        WasReceived = await CommitAsync(
            [Write(next), changes.Arrived(current, next.Version, at), new ExceptionChange.Enqueue(next.Record.TenantId, next.PassId, next.Key, run.Id)], next, cancellationToken);
        return WasReceived;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> AfterStageAsync(ExceptionCase current, CancellationToken cancellationToken)
    {
        if (run.Commits == CommitMode.EveryStage && !await BeforeFetchingAsync(current, cancellationToken))
        {
            return false;
        }

        if (!WasReceived || run.Commits == CommitMode.Once)
        {
            return true;
        }

        ExceptionRow next = changes.Decided(current, row);
        bool committed = await CommitAsync([Write(next), .. changes.Stages(current, stagesOnRecord, next.Version)], next, cancellationToken);
        stagesOnRecord = current.Steps.Count(step => !step.IsRecorded);
        return committed;
    }

    /// <summary>The changes of the last commit, of a pass that came to its end.</summary>
    internal IReadOnlyList<Change> Last(ExceptionCase decided)
    {
        ExceptionRow next = changes.Decided(decided, row);
        List<Change> last = [Write(next)];
        if (!WasReceived)
        {
            last.Add(changes.Arrived(decided, next.Version, decided.Steps[0].At));
        }

        last.AddRange(changes.Stages(decided, stagesOnRecord, next.Version));
        last.Add(changes.Ended(decided, next.Version));
        if (WasReceived)
        {
            last.Add(new ExceptionChange.Dequeue(next.Record.TenantId, next.PassId));
        }

        return last;
    }

    private ExceptionChange Write(ExceptionRow next) => row switch
    {
        null => new ExceptionChange.Add(next, deliveries),
        _ => new ExceptionChange.Update(next, row.Version) { Deliveries = WasReceived ? [] : deliveries },
    };

    private async ValueTask<bool> CommitAsync(IReadOnlyList<Change> outcome, ExceptionRow next, CancellationToken cancellationToken)
    {
        CommitOutcome committed = await run.Committer.CommitAsync(outcome, cancellationToken);
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
}
