using System.Data.Common;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Storage.Committing.Outcomes;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing.PostgresSlots;

/// <content>What a failed attempt leads to.</content>
internal sealed partial class PostgresSlot
{
    // The server says that this attempt wrote nothing. Returns whether to try again.
    private async Task<bool> RolledBackAsync(List<Outcome> batch, PostgresException fault, Effort effort, CancellationToken stop)
    {
        string state = fault.SqlState;
        try
        {
            await using NpgsqlCommand rollback = new("rollback", connection);
            await rollback.ExecuteNonQueryAsync(stop);

            // An earlier attempt may be in all the same: then its own rows are what this one ran into.
            if (tenure is { } held && (effort.InDoubt || (state == PostgresErrorCodes.UniqueViolation && fault.TableName == "commits")))
            {
                // What a row holds is looked at after the fence, and that would have waited for an earlier attempt: it is not in.
                if (await ResolveAsync(batch, held, stop) || IsData(state))
                {
                    effort.InDoubt = false;
                    return true;
                }
            }
            else if (state == PostgresErrorCodes.CheckViolation && fault.TableName == "events" && fault.ConstraintName is null && !effort.AddedMonths && IsEarly(effort))
            {
                effort.AddedMonths = true;
                await AddMonthsAsync(stop);
                await PauseAsync(effort, stop);
                return true;
            }
        }
        catch (Exception broken) when (broken is DbException or IOException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            return await BrokenAsync(batch, broken, effort, stop);
        }

        if (IsRetried(state) && IsEarly(effort) && !stop.IsCancellationRequested)
        {
            Log.CommitBrokeOff(logger, fault, tenure?.Slot ?? 0, last + 1, state, effort.Attempt, commitSent: false);
            await PauseAsync(effort, stop);
            return true;
        }

        if (effort.InDoubt)
        {
            GiveUpInDoubt(batch, fault);
            return false;
        }

        if (IsData(state))
        {
            await ApartAsync(batch, fault, effort, stop);
            return false;
        }

        ReeveException refused = StoreFaults.Of(fault, connections.Address);
        Log.CommitGivenUp(logger, tenure?.Slot ?? 0, last + 1, refused.Error.Code, batch.Count);
        trouble = refused.Error.Code;
        Refuse(batch, refused);
        return false;
    }

    // What one outcome holds must not be the end of those that only shared its transaction.
    private async Task ApartAsync(List<Outcome> batch, PostgresException fault, Effort effort, CancellationToken stop)
    {
        if (batch.Count > 1)
        {
            // One deadline for all of them, and one try at the months.
            Effort together = new(clock.GetTimestamp()) { AddedMonths = effort.AddedMonths };
            foreach (Outcome outcome in batch)
            {
                if (!IsEarly(together))
                {
                    outcome.Fail(new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Its turn did not come in time.", connections.Address.Masked)));
                    continue;
                }

                together.Attempt = 1;
                together.InDoubt = false;
                await WriteAsync([outcome], together, stop);
            }

            return;
        }

        Outcome only = batch[0];
        if (only.Kind == OutcomeKind.Alone && fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            only.Become(new CommitOutcome.AlreadyThere(null));
            return;
        }

        Log.OutcomeRefused(logger, fault, fault.SqlState);
        only.Fail(StoreFaults.Of(fault, connections.Address));
    }

    // The connection is gone, and with it, perhaps, the answer to COMMIT. Returns whether to try again.
    private async Task<bool> BrokenAsync(List<Outcome> batch, Exception fault, Effort effort, CancellationToken stop)
    {
        await DropAsync();
        ReeveException cause = fault is DbException known
            ? StoreFaults.Of(known, connections.Address)
            : new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "The connection failed.", connections.Address.Masked), fault);
        trouble = cause.Error.Code;
        bool isChore = batch[0].Kind == OutcomeKind.Chore;
        if (!stop.IsCancellationRequested && !isChore && IsEarly(effort))
        {
            Log.CommitBrokeOff(logger, fault, tenure?.Slot ?? 0, last + 1, cause.Error.Code, effort.Attempt, effort.InDoubt);
            await PauseAsync(effort, stop);
            return true;
        }

        if (effort.InDoubt)
        {
            GiveUpInDoubt(batch, fault);
            return false;
        }

        Log.CommitGivenUp(logger, tenure?.Slot ?? 0, last + 1, cause.Error.Code, batch.Count);
        Refuse(batch, cause);
        return false;
    }

    // Whether the number was used is unknown, so this tenure ends: the next begins with a number that it reads.
    private void GiveUpInDoubt(List<Outcome> batch, Exception fault)
    {
        Log.CommitGivenUp(logger, tenure?.Slot ?? 0, last + 1, ErrorCatalogue.Record.OutcomeUnknown.Code, batch.Count);
        Lose();
        Refuse(batch, Unknown(fault));
    }

    private ReeveException Unknown(Exception? fault) =>
        new(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, "The connection broke during the commit.", connections.Address.Masked), fault);

    // FATAL ends the session, also when COMMIT went through just before: then the server's word is no report of a rollback.
    private static bool IsRollback(PostgresException fault) => fault.InvariantSeverity is not ("FATAL" or "PANIC") && !StoreFaults.IsBrokenConnection(fault);

    // Nothing is wrong with the batch: deadlock, serialisation, a lock or a statement that took too long.
    private static bool IsRetried(string state) => state is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled;

    // Classes 22 (data), 23 (constraints) and 54 (limits): what an outcome holds.
    private static bool IsData(string state) => state.StartsWith("22", StringComparison.Ordinal) || state.StartsWith("23", StringComparison.Ordinal)
        || state.StartsWith("54", StringComparison.Ordinal);
}
