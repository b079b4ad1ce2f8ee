using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Inbox;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording;

/// <content>What an earlier process received and did not decide.</content>
public sealed partial class RecordedPipeline
{
    private const string StopsProcess = "Deciding it has stopped the process before.";

    // At the third attempt nothing is decided any more; beyond it nothing is read either.
    private const int LastAttempt = 3;

    /// <summary>
    /// Decides what was received, not decided, and is nobody's: for a process that has no worker, before its own work. A pass goes on with what its
    /// beginning recorded; one that cannot is left alone, and logged.
    /// </summary>
    /// <returns>How many passes were decided to their end.</returns>
    /// <exception cref="ReeveException">The store cannot be reached or written: what was decided before is stored.</exception>
    public async Task<int> ResumeAsync(CancellationToken cancellationToken)
    {
        int decided = await new InboxWorker(ports.Inbox, this, ports.Queues, runtime, logger).FinishAsync(cancellationToken);
        if (decided > 0)
        {
            Log.Resumed(logger, decided);
        }

        return decided;
    }

    /// <inheritdoc/>
    public async Task<PassEnd> ResumeAsync(InboxPass claimed, CancellationToken cancellationToken)
    {
        if (claimed.Attempts > LastAttempt)
        {
            return await GiveUpAsync(claimed, new ReeveError(ErrorCatalogue.Pipeline.StopsProcess, StopsProcess, Stage.Intake.Key()), cancellationToken);
        }

        string reason;
        try
        {
            (ResumedPass? resumed, reason) = await FindAsync(claimed, cancellationToken);
            if (resumed is { Row.PassId: var latest } && latest != claimed.PassId)
            {
                await ports.Inbox.RemoveAsync(claimed.TenantId, claimed.PassId, cancellationToken);
                Log.DecidedElsewhere(logger, claimed.PassId.ToString());
                return PassEnd.Elsewhere;
            }

            if (resumed is not null)
            {
                return await DecideAsync(resumed, claimed.Attempts, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is not ReeveException { Error.IsTransient: true } && !cancellationToken.IsCancellationRequested)
        {
            reason = fault is ReeveException known ? known.Error.Message : fault.GetType().Name;
        }

        if (claimed.Age >= PassAge.GivenUp)
        {
            return await GiveUpAsync(claimed, new ReeveError(ErrorCatalogue.Pipeline.NobodyDecides, $"No node could decide it for an hour: {reason}."), cancellationToken);
        }

        Log.LeftAlone(logger, claimed.PassId.ToString(), reason);
        return PassEnd.NotHere;
    }

    // Nothing of the pass is read or run: its row says that people must look, and the log why.
    private async Task<PassEnd> GiveUpAsync(InboxPass claimed, ReeveError error, CancellationToken cancellationToken)
    {
        ExceptionRow? row = await ports.Exceptions.FindAsync(claimed.TenantId, claimed.Key, cancellationToken);
        if (row is null || row.PassId != claimed.PassId)
        {
            await ports.Inbox.RemoveAsync(claimed.TenantId, claimed.PassId, cancellationToken);
            return PassEnd.Elsewhere;
        }

        Log.GivenUp(logger, claimed.PassId.ToString(), error.Code);
        IReadOnlyList<Change> changes = new PassChanges(claimed.RunId).GivenUp(row, error, TimeText.ToMicroseconds(runtime.Clock.GetUtcNow()));
        return await ports.Committer.CommitAsync(changes, CancellationToken.None) is CommitOutcome.Committed ? PassEnd.Decided : PassEnd.Elsewhere;
    }

    // Everything the pass began with, or why it cannot go on here.
    private async Task<(ResumedPass? Resumed, string Reason)> FindAsync(InboxPass unfinished, CancellationToken cancellationToken)
    {
        List<LoggedEvent> events = [];
        await foreach (LoggedEvent item in ports.Log.OfExceptionAsync(unfinished.TenantId, unfinished.Key, cancellationToken))
        {
            if (item.PassId == unfinished.PassId)
            {
                events.Add(item);
            }
        }

        if (RecordedPass.Read(events) is not { } pass)
        {
            return (null, "what it began with was erased");
        }

        PassSettings settings = pass.Settings;
        if (settings.LogicVersion != DecisionDocument.LogicVersion)
        {
            return (null, $"it began with version {settings.LogicVersion} of the decision logic, and this release has {DecisionDocument.LogicVersion}");
        }

        if (settings.HasMemory && !hasMemory)
        {
            return (null, "it began with somebody to ask, and here is nobody");
        }

        if (await ports.Packs(unfinished.TenantId, settings.DomainPack, settings.TenantPolicy, cancellationToken) is not { } policy)
        {
            return (null, "its packs are not stored");
        }

        if (!string.Equals(pipeline.SettingsOf(policy).TimeZoneData, settings.TimeZoneData))
        {
            return (null, "this machine's time-zone data are not those it began with");
        }

        if (await ports.Runs.FindAsync(unfinished.TenantId, unfinished.RunId, cancellationToken) is not { } run)
        {
            return (null, "its run is not stored");
        }

        return await ports.Exceptions.FindAsync(unfinished.TenantId, pass.Arrival.Record.ExceptionId, cancellationToken) is { } row
            ? (new ResumedPass(pass, policy, run, row), "")
            : (null, "its exception is not stored");
    }

    private async Task<PassEnd> DecideAsync(ResumedPass resumed, int attempts, CancellationToken cancellationToken)
    {
        PassRecorder recorder = PassRecorder.Resume(OnRecord(resumed.Run), resumed.Row);
        PassStart start = new()
        {
            Arrival = resumed.Pass.Arrival,
            Policy = resumed.Policy,
            Settings = resumed.Pass.Settings,
            Now = resumed.Run.AsOf,
            Recorded = resumed.Pass.Stages,
            MustAgree = true,
            Stopped = attempts == LastAttempt ? new ReeveError(ErrorCatalogue.Pipeline.StopsProcess, StopsProcess) : null,
            Journal = recorder,
        };
        ExceptionCase? decided = await pipeline.DecideAsync(start, cancellationToken);
        if (decided is not null && await ports.Committer.CommitAsync(recorder.Last(decided), CancellationToken.None) is CommitOutcome.Committed)
        {
            ports.Decided?.Invoke(resumed.Policy, 1);
            return PassEnd.Decided;
        }

        Log.DecidedElsewhere(logger, resumed.Pass.Arrival.PassId.ToString());
        return PassEnd.Elsewhere;
    }

    private sealed record ResumedPass(RecordedPass Pass, BoundPolicy Policy, Run Run, ExceptionRow Row);
}
