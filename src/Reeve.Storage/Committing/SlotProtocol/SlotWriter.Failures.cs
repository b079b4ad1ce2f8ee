using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <content>What a failed attempt leads to.</content>
internal sealed partial class SlotWriter
{
    // The server says that this attempt wrote nothing. Returns whether to try again.
    private async Task<bool> RolledBackAsync(List<Outcome> batch, SlotFault fault, Exception thrown, Effort effort, CancellationToken stop)
    {
        ISlotConnection open = connection!; // not null: it answered
        try
        {
            await open.RollBackAsync(stop);

            // An earlier attempt may be in all the same: then its own rows are what this one ran into.
            if (tenure is { } held && (effort.InDoubt || fault.Kind == SlotFaultKind.NumberTaken))
            {
                // What a row holds is looked at after the fence, and that would have waited for an earlier attempt: it is not in.
                if (await ResolveAsync(open, batch, held, stop) || fault.IsData)
                {
                    effort.InDoubt = false;
                    return true;
                }
            }
            else if (fault.Kind == SlotFaultKind.MonthMissing && !effort.AddedMonths && IsEarly(effort))
            {
                effort.AddedMonths = true;
                await open.AddMonthsAsync(stop);
                await PauseAsync(effort, stop);
                return true;
            }
        }
        catch (Exception broken) when (store.Judge(broken) is not null)
        {
            return await BrokenAsync(batch, store.Judge(broken)!, broken, effort, stop); // not null: the filter asked
        }

        if (fault.Kind == SlotFaultKind.Busy && IsEarly(effort) && !stop.IsCancellationRequested)
        {
            Log.CommitBrokeOff(logger, thrown, tenure?.Slot ?? 0, last + 1, fault.Code, effort.Attempt, commitSent: false);
            await PauseAsync(effort, stop);
            return true;
        }

        if (effort.InDoubt)
        {
            GiveUpInDoubt(batch, thrown);
            return false;
        }

        if (fault.IsData)
        {
            await ApartAsync(batch, fault, thrown, effort, stop);
            return false;
        }

        GiveUp(batch, fault);
        return false;
    }

    // What one outcome holds must not be the end of those that only shared its transaction.
    private async Task ApartAsync(List<Outcome> batch, SlotFault fault, Exception thrown, Effort effort, CancellationToken stop)
    {
        if (batch.Count > 1)
        {
            // One deadline for all of them, and one try at the months.
            Effort together = new(clock.GetTimestamp()) { AddedMonths = effort.AddedMonths };
            foreach (Outcome outcome in batch)
            {
                if (!IsEarly(together))
                {
                    outcome.Fail(new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Its turn did not come in time.", store.Name)));
                    continue;
                }

                together.Attempt = 1;
                together.InDoubt = false;
                await WriteAsync([outcome], together, stop);
            }

            return;
        }

        Outcome only = batch[0];
        if (only.Kind == OutcomeKind.Alone && fault.Kind == SlotFaultKind.Duplicate)
        {
            only.Become(new CommitOutcome.AlreadyThere(null));
            return;
        }

        Log.OutcomeRefused(logger, thrown, fault.Code);
        only.Fail(fault.Told);
    }

    // The connection is gone, and with it, perhaps, the answer to COMMIT. Returns whether to try again.
    private async Task<bool> BrokenAsync(List<Outcome> batch, SlotFault fault, Exception thrown, Effort effort, CancellationToken stop)
    {
        await DropAsync();
        trouble = fault.Code;
        bool isChore = batch[0].Kind == OutcomeKind.Chore;
        if (!stop.IsCancellationRequested && !isChore && IsEarly(effort))
        {
            Log.CommitBrokeOff(logger, thrown, tenure?.Slot ?? 0, last + 1, fault.Code, effort.Attempt, effort.InDoubt);
            await PauseAsync(effort, stop);
            return true;
        }

        if (effort.InDoubt)
        {
            GiveUpInDoubt(batch, thrown);
            return false;
        }

        GiveUp(batch, fault);
        return false;
    }

    private void GiveUp(List<Outcome> batch, SlotFault fault)
    {
        string code = fault.Told.Error.Code;
        Log.CommitGivenUp(logger, tenure?.Slot ?? 0, last + 1, code, batch.Count);
        trouble = code;
        Refuse(batch, fault.Told);
    }

    // Whether the number was used is unknown, so this tenure ends: the next begins with a number that it reads. It is of the same slot, if
    // nobody took that meanwhile: nobody shall think that this node died.
    private void GiveUpInDoubt(List<Outcome> batch, Exception thrown)
    {
        Log.CommitGivenUp(logger, tenure?.Slot ?? 0, last + 1, ErrorCatalogue.Record.OutcomeUnknown.Code, batch.Count);
        inDoubt = tenure;
        Lose();
        Refuse(batch, Unknown(thrown));
    }

    private ReeveException Unknown(Exception? fault) =>
        new(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, "The connection broke during the commit.", store.Name), fault);
}
