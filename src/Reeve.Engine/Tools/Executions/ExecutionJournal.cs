using Microsoft.Extensions.Logging;
using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;

namespace Reeve.Engine.Tools.Executions;

/// <summary>The record of tool calls (docs/decisions/0019): what is intended before it is sent, what became of it, and what is refused. Thread-safe.</summary>
public sealed partial class ExecutionJournal : ICallJournal
{
    /// <summary>How long after it was intended a call is sent again with the same key: longer, and its tool may have forgotten the key.</summary>
    public static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    // Somebody else goes on with it at the same moment: what they made of it is read.
    private const int Tries = 5;

    private readonly IExecutionStore store;
    private readonly IEventLog log;
    private readonly ICommitter committer;
    private readonly ISlotFreshness slots;
    private readonly IRestorations restorations;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Flights flights = new();
    private readonly Lock noting = new();
    private readonly HashSet<(TenantId, ExecutionId)> unsent = [];
    private readonly CancellationTokenSource stop = new();

    /// <summary>Makes the door.</summary>
    /// <param name="store">Executions, read.</param>
    /// <param name="log">Their events.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="slots">Whether this process still owns what it committed.</param>
    /// <param name="restorations">When the store was restored.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where to tell of ends that cannot be written.</param>
    public ExecutionJournal(
        IExecutionStore store, IEventLog log, ICommitter committer, ISlotFreshness slots, IRestorations restorations, TimeProvider clock, ILogger logger)
    {
        this.store = store;
        this.log = log;
        this.committer = committer;
        this.slots = slots;
        this.restorations = restorations;
        this.clock = clock;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> SameEffectAsync(ToolCall call, CallDigest content, CancellationToken cancellationToken)
    {
        if (call.Subject is not { } subject)
        {
            return null;
        }

        DateTimeOffset? last = null;
        foreach (ToolExecution known in await store.SameContentAsync(call.TenantId, subject.Key, content, cancellationToken))
        {
            if (known.Id != call.Id && (subject.Place is null || known.Pass != subject.Pass || known.Place != subject.Place))
            {
                last = known.SettledAt ?? known.RequestedAt;
            }
        }

        return last;
    }

    /// <inheritdoc/>
    public async Task<Opening?> RecallAsync(TenantId tenant, ExecutionId id, CallDigest digest, CancellationToken cancellationToken)
    {
        if (flights.Find(tenant, id) is { } flight)
        {
            return Joined(flight, digest);
        }

        if (await store.FindAsync(tenant, id, cancellationToken) is not { } stored)
        {
            return null;
        }

        Demand(stored.Row, digest);
        return await KnownAsync(stored, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Opening> OpenAsync(PreparedCall call, bool isAwaited, CancellationToken cancellationToken)
    {
        ToolExecution row = RowOf(call, isAwaited);
        if (!flights.TryBegin(row, out Flight? flight))
        {
            return Joined(flight, call.Digest);
        }

        try
        {
            Opening opening = await EnterAsync(call, row, isAwaited, cancellationToken);
            switch (opening)
            {
                case Opening.Opened opened:
                    flights.Update(opened.Row);
                    break;
                case Opening.Recorded recorded:
                    flights.End(row, recorded.Answer);
                    break;
                default:
                    flights.Fail(row, new ReeveException(UnderWay(row)));
                    break;
            }

            return opening;
        }
        catch (Exception fault)
        {
            flights.Fail(row, fault as ReeveException ?? new ReeveException(new ReeveError(ErrorCatalogue.Tools.UnderWay, "It was given up before it was entered."), fault));
            throw;
        }
    }

    /// <inheritdoc/>
    public ReeveError? MaySend(Opening.Opened opened) =>
        opened.Slot is not { } slot || slots.IsFresh(slot, opened.N) ? null : new ReeveError(ErrorCatalogue.Storage.SlotLost, "Nothing was sent: this node may have lost its writing slot.");

    /// <inheritdoc/>
    public async Task<ToolAnswer.Refused> RefuseAsync(CallRecord call, GateDecision decision, CancellationToken cancellationToken)
    {
        CommitOutcome outcome = await committer.CommitAsync([new Change.Append(ExecutionEvents.Refused(call, decision, Now()))], cancellationToken);
        return outcome is CommitOutcome.Committed
            ? new ToolAnswer.Refused(decision, call.Digest)
            : throw new InvalidOperationException("An event alone met a conflict.");
    }

    private static Opening.UnderWay Joined(Flight flight, CallDigest digest)
    {
        Demand(flight.Row, digest);
        return new Opening.UnderWay(flight.Row, flight.Answer);
    }

    private static void Demand(ToolExecution row, CallDigest digest)
    {
        // What was erased says no more what it was; it has ended, and its answer holds nothing.
        if (row.Digest != digest && row.Digest.Hex.Length > 0)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.OtherCall, $"The execution {row.Id} is of another call: its tool, target, arguments or packs differ.", row.Id.ToString()));
        }
    }

    private async Task<Opening> EnterAsync(PreparedCall call, ToolExecution row, bool isAwaited, CancellationToken cancellationToken)
    {
        bool isIntended = call.Tool.Effect == ToolEffect.Write || !isAwaited;
        StoredExecution? stored = isIntended ? null : await store.FindAsync(row.TenantId, row.Id, cancellationToken);
        if (stored is null && !isIntended)
        {
            return new Opening.Opened(row, null, 0, IsAgain: false);
        }

        if (isIntended && await CommitAsync([new ExecutionChange.Intended(row, call.Longest)], call, usesApproval: true, cancellationToken) is CommitOutcome.Committed done)
        {
            return new Opening.Opened(row, done.Slot, done.N, IsAgain: false);
        }

        for (int i = 0; i < Tries; i++)
        {
            stored ??= await store.FindAsync(row.TenantId, row.Id, cancellationToken);
            if (stored is null)
            {
                // It is not the row that was there.
                return new Opening.Withdrawn();
            }

            Demand(stored.Row, call.Digest);
            if (await KnownAsync(stored, cancellationToken) is { } known)
            {
                return known;
            }

            if (await GoOnAsync(call, stored, cancellationToken) is { } opening)
            {
                return opening;
            }

            stored = null;
        }

        return new Opening.UnderWay(row, null);
    }

    // What is on record already; null when it is to be made, again or after it was kept back.
    private async Task<Opening?> KnownAsync(StoredExecution stored, CancellationToken cancellationToken)
    {
        ToolExecution row = stored.Row;
        if (row.IsSettled)
        {
            ToolAnswer answer = await AnswerAsync(row, cancellationToken);
            return row.Effect == ToolEffect.Read && answer is ToolAnswer.Succeeded { IsExact: false } && row.Digest.Hex.Length > 0 ? null : new Opening.Recorded(answer);
        }

        if (!stored.IsNobodys)
        {
            return new Opening.UnderWay(row, null);
        }

        if (await WhyNotAgainAsync(stored, cancellationToken) is not { } why)
        {
            return null;
        }

        // Of two who give it up at once, one does; what the other finds then is its end.
        return await GiveUpAsync(row, why, cancellationToken) is { } given ? new Opening.Recorded(given) : new Opening.UnderWay(row, null);
    }

    // Null when it may be sent (again).
    private async Task<string?> WhyNotAgainAsync(StoredExecution stored, CancellationToken cancellationToken)
    {
        ToolExecution row = stored.Row;
        if (row.Effect == ToolEffect.Read)
        {
            return null;
        }

        if (await restorations.LastAsync(cancellationToken) is { } restored && row.RequestedAt <= restored)
        {
            return "It was under way when the store was copied that was restored since.";
        }

        return stored.IsKeptBack ? null
            : !row.IsIdempotent ? "The process that made it ended before its end was on record."
            : clock.GetUtcNow() - row.RequestedAt > KeyLifetime ? "The process that made it ended, and its key is older than a day."
            : null;
    }

    private async Task<Opening?> GoOnAsync(PreparedCall call, StoredExecution stored, CancellationToken cancellationToken)
    {
        if (stored.Row.IsSettled)
        {
            // A read whose answer is not whole in the record.
            return new Opening.Opened(stored.Row, null, 0, IsAgain: true);
        }

        ToolExecution row = stored.Row with { Status = ExecutionStatus.Running, Takeovers = stored.Row.Takeovers + (stored.IsKeptBack ? 0 : 1) };
        bool usesApproval = call.Approval is { } approval && approval.Id != row.Approval;
        return await CommitAsync([new ExecutionChange.Claimed(stored.Row, call.Longest)], call, usesApproval, cancellationToken) is CommitOutcome.Committed done
            ? new Opening.Opened(row, done.Slot, done.N, IsAgain: row.Takeovers > 0)
            : null;
    }

    // What an approval changes may be a statement of its store's, which goes alone.
    private async Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, PreparedCall call, bool usesApproval, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        (TenantId, ExecutionId) key = (call.Call.TenantId, call.Call.Id);
        IReadOnlyList<Change> used = usesApproval ? call.Approval?.Changes ?? [] : [];
        Change[] all = [.. changes, .. used, new Change.Append(ExecutionEvents.Intended(call.Record, call.Decision, Now()))];
        try
        {
            // Not with the caller's token: an intention that is in although its caller has left is one that somebody must find.
            CommitOutcome outcome = await (used.Count == 0 ? committer.CommitAsync(all, CancellationToken.None) : committer.CommitAloneAsync(call.Call.TenantId, all, CancellationToken.None));
            Note(key, isUnsent: false);
            return outcome;
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Record.OutcomeUnknown)
        {
            // If it is in, the sweep finds it: nothing of it was sent.
            Note(key, isUnsent: true);
            throw;
        }
    }

    private void Note((TenantId, ExecutionId) key, bool isUnsent)
    {
        lock (noting)
        {
            _ = isUnsent ? unsent.Add(key) : unsent.Remove(key);
        }
    }

    private bool WasUnsent(ToolExecution row)
    {
        lock (noting)
        {
            return unsent.Contains((row.TenantId, row.Id));
        }
    }

    private ToolExecution RowOf(PreparedCall call, bool isAwaited)
    {
        ToolCall wish = call.Call;
        bool isStep = wish.Subject?.Step is not null;
        return new ToolExecution
        {
            TenantId = wish.TenantId,
            Id = wish.Id,
            Domain = wish.Policy.Domain.Name,
            Tool = wish.Tool,
            ToolVersion = call.Tool.Version,
            Effect = call.Tool.Effect,
            IsIdempotent = call.Tool.Idempotent,
            Digest = call.Digest,
            Content = CallDigest.OfContent(wish.Policy.Domain.Name, wish.Tool, call.Tool.Version, call.Target, wish.Arguments),
            Exception = wish.Subject?.Key,
            Run = wish.Subject?.Run,
            Pass = wish.Subject?.Pass,
            Place = wish.Subject?.Place,
            Step = wish.Subject?.Step,
            Part = isStep ? wish.Subject!.Part : null, // not null: it has a step
            Approval = call.Approval?.Id,
            ActorKind = wish.Authority.Actor.Kind,
            ActorId = wish.Authority.Actor.Id,
            Status = isAwaited ? ExecutionStatus.Running : ExecutionStatus.Requested,
            RequestedAt = Now(),
        };
    }

    private static ReeveError UnderWay(ToolExecution row) =>
        new(ErrorCatalogue.Tools.UnderWay, $"The execution {row.Id} is under way elsewhere, or may be.", row.Id.ToString());

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());
}
