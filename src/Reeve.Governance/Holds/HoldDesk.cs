using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Holds;

/// <summary>
/// The door to holds (EX-TOOL-13): stops every effect of a tenant or of all, and lets them go on. Intake and decisions are not stopped.
/// Whether the actor may is asked by whoever calls. Thread-safe.
/// </summary>
public sealed class HoldDesk : IHold
{
    // People who resume the same at the same moment meet once; more often, and something is wrong.
    private const int Tries = 5;

    private readonly IHoldStore store;
    private readonly TenantDesk tenants;
    private readonly ICommitter committer;
    private readonly TimeProvider clock;
    private readonly HeldTenants held;

    /// <summary>Makes the door.</summary>
    /// <param name="store">Reads.</param>
    /// <param name="tenants">Who can be held.</param>
    /// <param name="committer">Writes.</param>
    /// <param name="board">Says that holds changed, and whether what was read may be believed.</param>
    /// <param name="clock">The clock.</param>
    public HoldDesk(IHoldStore store, TenantDesk tenants, ICommitter committer, SignalBoard board, TimeProvider clock)
    {
        this.store = store;
        this.tenants = tenants;
        this.committer = committer;
        this.clock = clock;
        held = new HeldTenants(store, board, clock);
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsHeldAsync(TenantId tenant, CancellationToken cancellationToken) => held.IsHeldAsync(tenant, cancellationToken);

    /// <summary>Every hold there is: those of all tenants first, then by tenant, the oldest first.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public Task<IReadOnlyList<Hold>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

    /// <summary>Stops effects. When it returns, none is sent from this process; from others, within a second.</summary>
    /// <param name="scope">A tenant; <see cref="TenantId.Platform"/>: all.</param>
    /// <param name="reason">Why; one line of 1 to 200 visible characters once it is straightened.</param>
    /// <param name="actor">Who stops them.</param>
    /// <param name="cancellationToken">Gives up waiting; they may be stopped nevertheless.</param>
    /// <returns>The hold, and whether it is new: the same actor's for the same reason is placed once.</returns>
    /// <exception cref="ReeveException">HOLD-001, TENANT-003; STORE-….</exception>
    public async Task<(Hold Hold, bool IsNew)> PlaceAsync(TenantId scope, string reason, Principal actor, CancellationToken cancellationToken)
    {
        string why = Reason(reason);
        await DemandAsync(scope, cancellationToken);
        Hold? same = (await OfAsync(scope, cancellationToken)).FirstOrDefault(hold => hold.Cause == HoldCause.Person && hold.Reason == why && hold.PlacedBy == actor.Id);
        if (same is not null)
        {
            return (same, false);
        }

        Hold placed = Make(scope, HoldCause.Person, why, actor);
        await MustCommitAsync(scope, [new HoldChange.Placed(placed), new Change.Append(HoldEvents.Placed(placed, actor))], cancellationToken);
        return (placed, true);
    }

    /// <summary>Lets effects go on, as far as this scope is concerned: those of a tenant stay stopped while all are.</summary>
    /// <param name="scope">A tenant; <see cref="TenantId.Platform"/>: what stops all. Holds of single tenants stay then.</param>
    /// <param name="reason">Why they may go on; as in <see cref="PlaceAsync"/>.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Gives up waiting; they may be lifted nevertheless.</param>
    /// <returns>What was lifted, all of it there when this was called; empty when there was none.</returns>
    /// <exception cref="ReeveException">HOLD-001, TENANT-003; STORE-012 when others change them all the time; STORE-….</exception>
    public async Task<IReadOnlyList<Hold>> ResumeAsync(TenantId scope, string reason, Principal actor, CancellationToken cancellationToken)
    {
        string why = Reason(reason);
        await DemandAsync(scope, cancellationToken);
        HashSet<Guid>? seen = null;
        for (int i = 0; i < Tries; i++)
        {
            // Whoever else lifts some of them has it tried again, of what was there at first: one that came since is for somebody to see (docs/decisions/0018).
            IReadOnlyList<Hold> lifted = [.. (await OfAsync(scope, cancellationToken)).Where(hold => seen is null || seen.Contains(hold.Id))];
            seen ??= [.. lifted.Select(static hold => hold.Id)];
            if (lifted.Count == 0)
            {
                return [];
            }

            Change[] changes =
            [
                .. lifted.Select(hold => new HoldChange.Lifted(scope, hold.Id)),
                new Change.Append(HoldEvents.Lifted(scope, lifted, why, Now(), actor)),
            ];
            if (await committer.CommitAloneAsync(scope, changes, cancellationToken) is CommitOutcome.Committed)
            {
                return lifted;
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Others change the same holds at the same time."));
    }

    /// <summary>Stops all effects because the store was restored, and records that. A mark that the file is a backup goes with it.</summary>
    /// <param name="restored">What was restored.</param>
    /// <param name="reason">What people shall read; as in <see cref="PlaceAsync"/>.</param>
    /// <param name="actor">Who restored it, or found that it is a backup.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be recorded nevertheless.</param>
    /// <exception cref="ReeveException">HOLD-001; STORE-….</exception>
    public async Task<Hold> PlaceRestoredAsync(Restoration restored, string reason, Principal actor, CancellationToken cancellationToken)
    {
        Hold placed = Make(TenantId.Platform, HoldCause.Restore, Reason(reason), actor);
        IReadOnlyList<Hold> marks = await MarksAsync(cancellationToken);
        Change[] changes =
        [
            new HoldChange.Placed(placed),
            new HoldChange.Restored(placed),
            .. marks.Select(mark => new HoldChange.Lifted(TenantId.Platform, mark.Id)),
            new Change.Append(HoldEvents.Restored(placed, restored, actor)),
        ];
        await MustCommitAsync(TenantId.Platform, changes, cancellationToken);
        return placed;
    }

    /// <summary>The marks that say that the file is a backup; none in a store that was restored by the verb, or never copied.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public async Task<IReadOnlyList<Hold>> MarksAsync(CancellationToken cancellationToken) =>
        [.. (await OfAsync(TenantId.Platform, cancellationToken)).Where(hold => hold.Cause == HoldCause.Copy)];

    private async Task<IReadOnlyList<Hold>> OfAsync(TenantId scope, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Where(hold => hold.Scope == scope)];

    private Hold Make(TenantId scope, HoldCause cause, string reason, Principal actor)
    {
        DateTimeOffset now = Now();
        return new Hold(scope, Guid.CreateVersion7(now), cause, now, reason, actor.Id, actor.Owner);
    }

    // A mistyped tenant must not look as if it were stopped.
    private async Task DemandAsync(TenantId scope, CancellationToken cancellationToken)
    {
        if (scope != TenantId.Platform && await tenants.FindAsync(scope, cancellationToken) is null)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tenants.NotFound, $"There is no tenant {Shown.Name(scope.Value ?? "")}.", "tenantId"));
        }
    }

    private async Task MustCommitAsync(TenantId scope, Change[] changes, CancellationToken cancellationToken)
    {
        if (await committer.CommitAloneAsync(scope, changes, cancellationToken) is not CommitOutcome.Committed)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Others changed the same holds at the same time."));
        }
    }

    private DateTimeOffset Now() => TimeText.ToMicroseconds(clock.GetUtcNow());

    private static string Reason(string given)
    {
        string reason = OneLine.Straighten(given);
        return OneLine.IsValid(reason)
            ? reason
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Holds.BadReason, $"The reason is not a line of 1 to {OneLine.Longest} visible characters.", "reason"));
    }
}
