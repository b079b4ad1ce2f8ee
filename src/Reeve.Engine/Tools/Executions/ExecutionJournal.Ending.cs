using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <content>How calls end.</content>
public sealed partial class ExecutionJournal
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Who says that nobody knows, where a process died.</summary>
    private static readonly Principal Recovery = new(PrincipalKind.Service, "system:recovery", "reeve", []);

    /// <inheritdoc/>
    public Task<ToolAnswer> SettleAsync(PreparedCall call, Opening.Opened opened, CallEnd end, CancellationToken cancellationToken) =>
        LandAsync(opened, () => WriteEndAsync(call, opened, end)).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<ToolAnswer> KeepBackAsync(PreparedCall call, Opening.Opened opened, ReeveError error, bool mayHaveRun, CancellationToken cancellationToken) =>
        LandAsync(opened, () => WriteFreedAsync(opened, error, mayHaveRun)).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public void Leave(PreparedCall call, Opening.Opened opened, ReeveError error)
    {
        Task<ToolAnswer> leaving = LandAsync(opened, async () =>
        {
            _ = await WriteFreedAsync(opened, error, mayHaveRun: true);
            throw new ReeveException(error);
        });
        _ = leaving.ContinueWith(static left => left.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Begins no more calls and waits for those under way; what has not ended by then is left to whoever takes the slot.</summary>
    /// <param name="within">How long at most.</param>
    public async Task DrainAsync(TimeSpan within)
    {
        try
        {
            await flights.CloseAsync().WaitAsync(within, clock);
        }
        catch (TimeoutException)
        {
            Log.StillUnderWay(logger);
        }

        await stop.CancelAsync();
    }

    /// <summary>
    /// Sets free what this node owns by the store and does not have in memory: what was lost between a commit and its answer. Called every ten seconds or so; a row goes at the second call in a row that finds it
    /// so, since what is being entered is in memory first.
    /// </summary>
    /// <param name="suspects">What the call before found.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What this call found.</returns>
    internal async Task<IReadOnlyList<StoredExecution>> SweepAsync(IReadOnlyList<StoredExecution> suspects, CancellationToken cancellationToken)
    {
        List<StoredExecution> found = [];
        foreach (StoredExecution owned in await store.OwnedAsync(SweptAtOnce, cancellationToken))
        {
            if (flights.Find(owned.Row.TenantId, owned.Row.Id) is not null)
            {
                continue;
            }

            if (owned.Slot is { } slot && suspects.Any(one => one.Row.TenantId == owned.Row.TenantId && one.Row.Id == owned.Row.Id && one.N == owned.N))
            {
                Log.Lost(logger, owned.Row.Id.ToString());
                _ = await committer.CommitAsync(
                    [new ExecutionChange.Freed(owned.Row.TenantId, owned.Row.Id, new SettledFrom.Owned(slot, owned.N), IsUnsent: owned.Row.Takeovers == 0 && WasUnsent(owned.Row))], cancellationToken);
            }
            else
            {
                found.Add(owned);
            }
        }

        return found;
    }

    /// <summary>Settles what nobody makes any more: a write as unknown, a read as failed.</summary>
    /// <returns>What it was settled as, by this or by another; null when somebody goes on with it.</returns>
    internal async Task<ToolAnswer?> GiveUpAsync(ToolExecution row, string why, CancellationToken cancellationToken)
    {
        ReeveError error = new(ErrorCatalogue.Tools.UnknownOutcome, why, row.Id.ToString());
        bool isUnknown = row.Effect == ToolEffect.Write;
        ToolExecution ended = row with { Status = ExecutionStatus.Failed, IsUnknown = isUnknown, ErrorCode = error.Code, SettledAt = Now() };
        CallEnd end = isUnknown ? new CallEnd.Unknown(error, []) : new CallEnd.Failed(error, Happened: false, Value.Null, []);
        long? version = (await EventsAsync(row, cancellationToken)).Intended?.RowVersion;
        CommitOutcome outcome = await committer.CommitAsync(
            [new ExecutionChange.Settled(ended, new SettledFrom.Abandoned()), new Change.Append(ExecutionEvents.SettledBy(ended, end, Recovery, note: null, version))], cancellationToken);
        if (outcome is CommitOutcome.Committed)
        {
            return isUnknown ? new ToolAnswer.Unknown(error, ended) : new ToolAnswer.Failed(error, Happened: false, ended);
        }

        return await store.FindAsync(row.TenantId, row.Id, cancellationToken) is { Row: { IsSettled: true } settled } ? await AnswerAsync(settled, cancellationToken) : null;
    }

    private const int SweptAtOnce = 1000;

    // Whoever waits has it from the flight; this is for the one who ends it.
    private async Task<ToolAnswer> LandAsync(Opening.Opened opened, Func<Task<ToolAnswer>> write)
    {
        try
        {
            ToolAnswer answer = await write();
            flights.End(opened.Row, answer);
            return answer;
        }
        catch (Exception fault)
        {
            flights.Fail(opened.Row, fault as ReeveException ?? new ReeveException(UnderWay(opened.Row), fault));
            throw;
        }
    }

    private async Task<ToolAnswer> WriteEndAsync(PreparedCall call, Opening.Opened opened, CallEnd end)
    {
        ToolExecution ended = Ended(opened.Row, end);
        bool isNew = opened is { Slot: null, IsAgain: false };
        SettledFrom from = opened.Slot is { } slot ? new SettledFrom.Owned(slot, opened.N) : new SettledFrom.Unknown();
        while (true)
        {
            bool isLate = opened.Slot is not null && from is SettledFrom.Unknown;
            Change said = new Change.Append(ExecutionEvents.Settled(call.Record, end, ended, opened.Slot is null ? call.Decision : null, isLate));
            Change[] changes = opened.Slot is not null ? [new ExecutionChange.Settled(ended, from), said]
                : isNew ? [new ExecutionChange.Recorded(ended), said]
                : [said];
            if (await CommitUntilInAsync(changes, ended) is CommitOutcome.Committed)
            {
                return Answer(end, ended);
            }

            StoredExecution? stored = await UntilReadAsync(ended);
            if (stored is null)
            {
                throw new ReeveException(UnderWay(ended));
            }

            if (opened.Slot is null)
            {
                // Somebody else read the same at the same time: this is said of the row that is there.
                isNew = false;
                ended = stored.Row.IsSettled ? stored.Row : ended;
                continue;
            }

            if (stored.Row.IsUnknown && from is SettledFrom.Owned && end is not CallEnd.Unknown)
            {
                // It was given up for dead, and was not: the truth comes late, and counts. Of an exception that was erased meanwhile nothing is kept.
                from = new SettledFrom.Unknown();
                end = stored.Row.Digest.Hex.Length > 0 ? end : WithoutOutput(end);
                continue;
            }

            // Settled: by this call, whose answer was lost on the way, or by somebody else.
            return !stored.Row.IsSettled ? throw new ReeveException(UnderWay(ended))
                : stored.Row == ended ? Answer(end, ended)
                : await AnswerAsync(stored.Row, stop.Token);
        }
    }

    private async Task<ToolAnswer> WriteFreedAsync(Opening.Opened opened, ReeveError error, bool mayHaveRun)
    {
        if (opened.Slot is { } slot)
        {
            bool isUnsent = !mayHaveRun && !opened.IsAgain;
            _ = await CommitUntilInAsync([new ExecutionChange.Freed(opened.Row.TenantId, opened.Row.Id, new SettledFrom.Owned(slot, opened.N), isUnsent)], opened.Row);
        }

        return new ToolAnswer.KeptBack(error);
    }

    // Until it is in or met a conflict: what happened must be on record, however long the store is away. Only a process that stops gives up; its row is found then.
    private async Task<CommitOutcome> CommitUntilInAsync(IReadOnlyList<Change> changes, ToolExecution row)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            try
            {
                return await committer.CommitAsync(changes, CancellationToken.None);
            }
            catch (ReeveException fault) when (fault.Error.IsTransient && fault.Error.Kind != ErrorCatalogue.Record.Stopped && !stop.IsCancellationRequested)
            {
                Log.EndNotWritten(logger, row.Id.ToString(), fault.Error.Code);
            }

            await Task.Delay(pause, clock, stop.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<StoredExecution?> UntilReadAsync(ToolExecution row)
    {
        while (true)
        {
            try
            {
                return await store.FindAsync(row.TenantId, row.Id, stop.Token);
            }
            catch (ReeveException fault) when (fault.Error.IsTransient)
            {
                Log.EndNotWritten(logger, row.Id.ToString(), fault.Error.Code);
            }

            await Task.Delay(LongestPause, clock, stop.Token);
        }
    }

    private ToolExecution Ended(ToolExecution row, CallEnd end) => row with
    {
        Status = end is CallEnd.Succeeded ? ExecutionStatus.Succeeded : ExecutionStatus.Failed,
        IsUnknown = end is CallEnd.Unknown,
        ErrorCode = end switch
        {
            CallEnd.Failed failed => failed.Error.Code,
            CallEnd.Unknown => ErrorCatalogue.Tools.UnknownOutcome.Code,
            _ => null,
        },
        Attempts = end.Attempts.Count,
        SettledAt = Now(),
    };

    private static ToolAnswer Answer(CallEnd end, ToolExecution row) => end switch
    {
        CallEnd.Succeeded succeeded => new ToolAnswer.Succeeded(succeeded.Output, row),
        CallEnd.Failed failed => new ToolAnswer.Failed(failed.Error, failed.Happened, row),
        CallEnd.Unknown unknown => new ToolAnswer.Unknown(ExecutionEvents.UnknownBecause(unknown.Error), row),
        _ => throw new ArgumentOutOfRangeException(nameof(end)),
    };

    private static CallEnd WithoutOutput(CallEnd end) => end switch
    {
        CallEnd.Succeeded succeeded => succeeded with { Output = Value.Null },
        CallEnd.Failed failed => failed with { Output = Value.Null },
        _ => end,
    };
}
