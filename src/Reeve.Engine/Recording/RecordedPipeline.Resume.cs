using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording.PassEvents;

namespace Reeve.Engine.Recording;

/// <content>What an earlier process received and did not decide.</content>
public sealed partial class RecordedPipeline
{
    private const int ResumedAtOnce = 256;

    /// <summary>
    /// Decides what was received and not decided before this process began: call it once after a start, before anything else.
    /// A pass goes on with what its beginning recorded; one that cannot is left alone, and logged.
    /// </summary>
    /// <returns>How many passes were decided to their end.</returns>
    /// <exception cref="ReeveException">The store cannot be reached or written: what was decided before is stored.</exception>
    public async Task<int> ResumeAsync(CancellationToken cancellationToken)
    {
        int decided = 0;
        HashSet<(TenantId, PassId)> leftAlone = [];
        while (true)
        {
            // What is left alone stays at the front of the list, so as many more are asked for.
            IReadOnlyList<UnfinishedPass> unfinished = await ports.Exceptions.UnfinishedAsync(leftAlone.Count + ResumedAtOnce, cancellationToken);
            List<UnfinishedPass> next = [.. unfinished.Where(item => !leftAlone.Contains((item.TenantId, item.PassId)))];
            if (next.Count == 0)
            {
                break;
            }

            bool[] done = new bool[next.Count];
            await runtime.ForEachAsync(next.Count, options.Workers, async (i, token) => done[i] = await ResumeAsync(next[i], token), cancellationToken);
            for (int i = 0; i < done.Length; i++)
            {
                if (done[i])
                {
                    decided++;
                }
                else
                {
                    leftAlone.Add((next[i].TenantId, next[i].PassId));
                }
            }
        }

        if (decided > 0)
        {
            Log.Resumed(logger, decided);
        }

        return decided;
    }

    private async Task<bool> ResumeAsync(UnfinishedPass unfinished, CancellationToken cancellationToken)
    {
        try
        {
            (ResumedPass? resumed, string reason) = await FindAsync(unfinished, cancellationToken);
            if (resumed is null)
            {
                Log.LeftAlone(logger, unfinished.PassId.ToString(), reason);
                return false;
            }

            return await DecideAsync(resumed, cancellationToken);
        }
        catch (Exception fault) when (fault is not ReeveException { Error.IsTransient: true } && !cancellationToken.IsCancellationRequested)
        {
            Log.LeftAlone(logger, unfinished.PassId.ToString(), fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
            return false;
        }
    }

    // Everything the pass began with, or why it cannot go on here.
    private async Task<(ResumedPass? Resumed, string Reason)> FindAsync(UnfinishedPass unfinished, CancellationToken cancellationToken)
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

    private async Task<bool> DecideAsync(ResumedPass resumed, CancellationToken cancellationToken)
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
            Journal = recorder,
        };
        ExceptionCase? decided = await pipeline.DecideAsync(start, cancellationToken);
        if (decided is not null && await ports.Committer.CommitAsync(recorder.Last(decided), cancellationToken) is CommitOutcome.Committed)
        {
            return true;
        }

        Log.DecidedElsewhere(logger, resumed.Pass.Arrival.PassId.ToString());
        return false;
    }

    private sealed record ResumedPass(RecordedPass Pass, BoundPolicy Policy, Run Run, ExceptionRow Row);
}
