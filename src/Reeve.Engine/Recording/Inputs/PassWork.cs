using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Inbox;
using Reeve.Engine.Intake;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Pipeline.Identities;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Recording.Inputs;

/// <summary>One item on its way to the record. Not thread-safe; items are worked beside each other, each by one worker.</summary>
internal sealed class PassWork(SettledItem item, Arrival arrival)
{
    // Of a pass that is received and not decided here.
    private PassRecorder? receiving;

    // What it began with, and is held to; null where the pipeline's options say.
    private PassSettings? settings;

    internal SettledItem Item => item;

    /// <summary>What is to be decided, under the identity it can have.</summary>
    internal Arrival Arrival { get; private set; } = arrival;

    /// <summary>The last commit, until it is handed over.</summary>
    internal IReadOnlyList<Change>? Changes { get; private set; }

    /// <summary>What became of the last commit.</summary>
    internal CommitOutcome? Committed { get; set; }

    /// <summary>Its item's place in an import; null when it came in none.</summary>
    internal ImportPart? Part { get; init; }

    /// <summary>Whether the row of its item in an import is there: it came with its first commit.</summary>
    internal bool HasItemRow => WasReceived || Committed is CommitOutcome.Committed;

    /// <summary>What was decided, and where it left the exception; null when nothing was.</summary>
    internal ExceptionResult? Result { get; private set; }

    /// <summary>Whether it was put on record before it was decided: it is then in the inbox until somebody decides it.</summary>
    internal bool WasReceived { get; private set; }

    /// <summary>Whether it is received here and decided later.</summary>
    internal bool IsForLater => receiving is not null;

    /// <summary>Whether nothing is to be decided any more.</summary>
    internal bool IsAnswered { get; private set; }

    /// <summary>Whether something of it was there already: its delivery, its id or its key.</summary>
    internal bool IsRepeat { get; private set; }

    /// <summary>
    /// Gives it another id, made from a new key: the one it had is taken. The given one stays known, and in externalId
    /// (EX-AGENT-INTAKE-5).
    /// </summary>
    internal void Rename(IIdSource ids, DateTimeOffset now)
    {
        IsRepeat = true;
        ExceptionKey key = new(ids.Next(now));
        Arrival = Arrival with
        {
            Record = Arrival.Record with { ExceptionId = new ExceptionId(key.ToString()) },
            Key = key,
            GivenId = Arrival.GivenId ?? (Arrival.IdGiven ? Arrival.Record.ExceptionId : null),
        };
    }

    /// <summary>Gives it another key under the same id.</summary>
    internal void Rekey(IIdSource ids, DateTimeOffset now)
    {
        IsRepeat = true;
        Arrival = Arrival with { Key = new ExceptionKey(ids.Next(now)) };
    }

    /// <summary>It repeats what is stored; what was decided meanwhile is not.</summary>
    internal void Repeats(ExceptionRow row, string reason)
    {
        IsAnswered = true;
        IsRepeat = true;
        Result = null;
        item.Repeats(row, reason);
    }

    /// <summary>Its delivery arrived before.</summary>
    /// <param name="row">What it made; null when that was erased.</param>
    internal void Repeats(ExceptionRow? row)
    {
        if (row is not null)
        {
            Repeats(row, "The same delivery arrived before.");
        }
        else
        {
            Refuse(new ReeveError(ErrorCatalogue.Intake.Erased, "The same delivery arrived before, and what it made is not there any more."));
        }
    }

    /// <summary>It is refused; with one that made an exception, all that repeats or follows it.</summary>
    internal void Refuse(ReeveError error)
    {
        IsAnswered = true;
        Result = null;
        if (item.Identity is IdentityOutcome.Follows)
        {
            Result = new ExceptionResult { Errors = [error] };
        }
        else
        {
            item.Refused(error);
        }
    }

    /// <summary>What became of its item is on record, and its answer: what was decided meanwhile is not.</summary>
    internal void IsKnown()
    {
        IsAnswered = true;
        Result = null;
    }

    /// <summary>Decides it, or receives it where it is not decided here and now; commits on the way what must be committed before something is fetched.</summary>
    /// <param name="work">What its input works with.</param>
    /// <param name="row">The row it changes; null for a new exception.</param>
    /// <param name="receives">Whether it is received in any case, to be decided later.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async ValueTask DecideAsync(InputWork work, ExceptionRow? row, bool receives, CancellationToken cancellationToken)
    {
        bool later = work.Hand is not null;
        receiving = null;
        Arrival = Arrival with { Follows = row is not null };
        settings = work.Modes is { } modes ? work.Pipeline.SettingsOf(work.Policy, await modes.OfAsync(work.Policy.TenantId, cancellationToken)) : null;
        PassRecorder recorder = PassRecorder.Begin(work.Run, work.Identity.Kept(Arrival), Part, row, stops: later);
        PassStart start = new() { Arrival = Arrival, Policy = work.Policy, Settings = settings, Now = work.Run.AsOf, Journal = recorder };
        ExceptionCase? decided = null;
        try
        {
            if (later && receives)
            {
                recorder.Receive(work.Pipeline.Begin(start));
            }
            else if (!receives || await recorder.BeforeFetchingAsync(work.Pipeline.Begin(start), cancellationToken))
            {
                decided = await work.Pipeline.DecideAsync(start, cancellationToken);
            }
        }
        finally
        {
            if (decided is null)
            {
                Forget(work);
            }
        }

        Committed = recorder.Conflict;
        WasReceived = recorder.WasReceived;
        Result = decided is null ? null : work.ShowsDecisions ? decided.Result() : new ExceptionResult { ExceptionId = decided.Record.ExceptionId, Status = decided.Record.ResolutionStatus };
        Changes = decided is null ? null : recorder.Last(decided);
        if (decided is null && Committed is null)
        {
            (receiving, Changes) = (recorder, recorder.Receiving);
        }
    }

    /// <summary>
    /// Hands its last commit over and waits for it, whoever gives up waiting for the result: until then its place at the gate is taken, and what
    /// became of it must be noticed.
    /// </summary>
    internal async Task CommitAsync(InputWork work)
    {
        try
        {
            if (Changes is { } changes)
            {
                Changes = null;
                Committed = await work.Run.Committer.CommitAsync(changes, CancellationToken.None);
            }
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Storage.Refused)
        {
            // What this item holds is not the fault of those beside it.
            Refuse(fault.Error);
        }
        finally
        {
            Forget(work);
            work.Queues.Leave(1);
        }
    }

    /// <summary>Somebody else decided it: what counts is what they put on record.</summary>
    internal void Elsewhere(ExceptionRow row)
    {
        Result = new ExceptionResult
        {
            ExceptionId = row.Record.ExceptionId,
            Status = row.Record.ResolutionStatus,
            Evidence = ["intake: It was decided elsewhere."],
            IsRepeat = true,
        };
        IsAnswered = true;
        item.Decided(Arrival, row.Record.ResolutionStatus);
    }

    /// <summary>Takes note that it is on record: decided, or received and kept for the worker.</summary>
    internal void Stored(InputWork work)
    {
        if (receiving is { } recorder)
        {
            ExceptionRow row = recorder.Received();
            PendingPass pending = new(work, Arrival, settings, row) { TenantId = row.Record.TenantId, PassId = row.PassId, Room = work.Room.Split(Arrival.Record.RawBytes.Length) };
            work.Hand!.Add(pending); // not null: only then is it not decided here
            IsAnswered = true;
            Result = new ExceptionResult { ExceptionId = row.Record.ExceptionId, Status = row.Record.ResolutionStatus, Evidence = ["intake: It was received, and is decided later."] };
            item.Received(Arrival, row.Record.ResolutionStatus, pending.Decided);
            return;
        }

        IsAnswered = true;
        item.Decided(Arrival, Result!.Status!.Value); // not null: it was decided
    }

    // Nobody here has it any more, however it ended: a row that is still there is set free by the worker.
    private void Forget(InputWork work) => work.Run.Inbox?.Forget(Arrival.Record.TenantId, Arrival.PassId);
}

/// <summary>A pass that was received, with all that it is decided with.</summary>
/// <param name="work">What its input worked with.</param>
/// <param name="arrival">What arrived, under the identity it was received with.</param>
/// <param name="settings">What its beginning recorded; null: the pipeline's options.</param>
/// <param name="row">Its row as it was received.</param>
internal sealed class PendingPass(InputWork work, Arrival arrival, PassSettings? settings, ExceptionRow row) : ReceivedPass
{
    private readonly RecordedRun run = work.Run;
    private readonly ExceptionPipeline pipeline = work.Pipeline;
    private readonly BoundPolicy policy = work.Policy;

    protected internal override async Task<PassEnd> DecideAsync(CancellationToken cancellationToken)
    {
        PassRecorder recorder = PassRecorder.Resume(run, row);
        PassStart start = new() { Arrival = arrival, Policy = policy, Settings = settings, Now = run.AsOf, Journal = recorder };
        if (await pipeline.DecideAsync(start, cancellationToken) is not { } decided
            || await run.Committer.CommitAsync(recorder.Last(decided), CancellationToken.None) is not CommitOutcome.Committed)
        {
            return PassEnd.Elsewhere;
        }

        work.Decided?.Invoke(policy, 1);
        return PassEnd.Decided;
    }
}
