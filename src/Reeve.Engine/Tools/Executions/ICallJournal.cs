using Reeve.Core.Calls;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Tools.Executions;

/// <summary>What the gate needs of the record of calls. Thread-safe.</summary>
public interface ICallJournal
{
    /// <summary>What the record, and this process, know of an id; asked before a call is refused, since what is settled is answered whatever the checks say now. What is let through finds it out by <see cref="OpenAsync"/>.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="digest">What the call is bound to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns><see cref="Opening.Recorded"/> or <see cref="Opening.UnderWay"/>; null when it is to be made, for the first time or again.</returns>
    /// <exception cref="ReeveException">TOOL-031 when the id is another call's; STORE-….</exception>
    Task<Opening?> RecallAsync(TenantId tenant, ExecutionId id, CallDigest digest, CancellationToken cancellationToken);

    /// <summary>Enters a call, by the table of docs/decisions/0019. What is intended is durable when this returns, together with what its approval uses up.</summary>
    /// <param name="call">The call, which the gate let through.</param>
    /// <param name="isAwaited">Whether somebody waits for its answer; a read that nobody waits for is intended, too, so that it can be found.</param>
    /// <param name="cancellationToken">Gives up; it may be intended nevertheless, and is found by its id.</param>
    /// <exception cref="ReeveException">TOOL-031 when the id is another call's; REC-007 when this process stops; STORE-…, REC-…: nothing may be sent.</exception>
    Task<Opening> OpenAsync(PreparedCall call, bool isAwaited, CancellationToken cancellationToken);

    /// <summary>Whether the first byte may leave; asked right before it does, at each attempt.</summary>
    /// <returns>Null; or why not: then nothing is sent, and the call is kept back (<see cref="KeepBackAsync"/>).</returns>
    ReeveError? MaySend(Opening.Opened opened);

    /// <summary>Settles a call that was opened, and answers all who wait for it. Does not give up while the store is away, unless the process stops.</summary>
    /// <param name="call">The call.</param>
    /// <param name="opened">As it was opened.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="cancellationToken">Gives up waiting; it is settled all the same.</param>
    /// <returns>What became of it by the record: what somebody else settled meanwhile, unless that was that nobody knows.</returns>
    /// <exception cref="ReeveException">TOOL-035 when somebody else has gone on with it; STORE-…, REC-….</exception>
    Task<ToolAnswer> SettleAsync(PreparedCall call, Opening.Opened opened, CallEnd end, CancellationToken cancellationToken);

    /// <summary>Lets go of a call that something stops for the time being: its row is nobody's again. Those who wait for it are told so.</summary>
    /// <param name="call">The call.</param>
    /// <param name="opened">As it was opened.</param>
    /// <param name="error">What stops it.</param>
    /// <param name="mayHaveRun">Whether an attempt before may have run: then it is not provably unsent, and is found only when it is safe.</param>
    /// <param name="cancellationToken">Gives up waiting; it is let go of all the same.</param>
    Task<ToolAnswer> KeepBackAsync(PreparedCall call, Opening.Opened opened, ReeveError error, bool mayHaveRun, CancellationToken cancellationToken);

    /// <summary>Lets go of a call because of a fault, without waiting for the store. It is found when it is safe; those who wait for it get the error.</summary>
    void Leave(PreparedCall call, Opening.Opened opened, ReeveError error);

    /// <summary>Records that the gate refused a call.</summary>
    /// <param name="call">What is known of it.</param>
    /// <param name="decision">What the gate said.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ReeveException">STORE-…, REC-….</exception>
    Task<ToolAnswer.Refused> RefuseAsync(CallRecord call, GateDecision decision, CancellationToken cancellationToken);

    /// <summary>When a write of this content last succeeded, or became unknown, for the same exception in another pass or place, and was not undone since.</summary>
    /// <param name="call">The call; one that is for no exception is never the same as another.</param>
    /// <param name="content">What it does (<see cref="CallDigest.OfContent"/>).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when it never did.</returns>
    Task<DateTimeOffset?> SameEffectAsync(ToolCall call, CallDigest content, CancellationToken cancellationToken);
}
