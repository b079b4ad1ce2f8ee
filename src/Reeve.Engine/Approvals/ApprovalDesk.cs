using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Approvals;

/// <summary>
/// The door of approvals (EX-APPR-*, docs/decisions/0021): asks people, counts what they say, and has what waited go on or be escalated. Whether a caller may see or decide at all in this tenant is asked before; who counts is asked
/// here. Thread-safe.
/// </summary>
public sealed class ApprovalDesk
{
    /// <summary>How long people have where nothing says otherwise.</summary>
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromMinutes(60);

    private const int LongestComment = 4000;

    // People who decide the same approval at the same moment meet once or twice.
    private const int Tries = 8;

    private readonly IApprovalStore store;
    private readonly ICommitter committer;
    private readonly IPeople people;
    private readonly IApprovalEffects effects;
    private readonly IIdSource ids;
    private readonly TimeProvider clock;

    /// <summary>Makes the door.</summary>
    public ApprovalDesk(IApprovalStore store, ICommitter committer, IPeople people, IApprovalEffects effects, IIdSource ids, TimeProvider clock)
    {
        this.store = store;
        this.committer = committer;
        this.people = people;
        this.effects = effects;
        this.ids = ids;
        this.clock = clock;
    }

    /// <summary>An approval that is to be asked for: whoever has it waits adds these changes to the commit that says so.</summary>
    /// <param name="wanted">What is asked.</param>
    public (Approval Approval, IReadOnlyList<Change> Changes) Prepare(ApprovalWish wanted)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
        Guid id = ids.Next(now);
        Approval made = new()
        {
            TenantId = wanted.TenantId,
            Id = id,
            Scope = wanted.Scope,
            Exception = wanted.Exception,
            Execution = wanted.Execution?.Invoke(id),
            Pass = wanted.Pass,
            Part = wanted.Part,
            Status = ApprovalStatus.Pending,
            Quorum = wanted.Quorum,
            Request = wanted.Request,
            Proposer = wanted.Actor.Id,
            ProposerNames = wanted.ProposerNames,
            SubmittedAt = now,
            TimeoutAt = wanted.Until ?? now + DefaultWithin,
            Version = 1,
        };
        return (made, [new ApprovalChange.Submitted(made), new Change.Append(ApprovalEvents.Requested(made, wanted.Actor))]);
    }

    /// <summary>Asks for an approval by itself (EX-API-14).</summary>
    /// <exception cref="ReeveException">APPR-009 when its time is over before it began, APPR-012 when nothing is asked; STORE-….</exception>
    public async Task<Approval> SubmitAsync(ApprovalWish wanted, CancellationToken cancellationToken)
    {
        if (wanted.Request.Items.Count == 0)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.NothingToApprove, "The request names no call.", "/plan"));
        }

        // Whoever has a program propose proposes: the owner of a service's key, and who made it, are asked about nobody's plan but others'.
        IReadOnlyList<string> names = await people.NamesAsync(wanted.TenantId, wanted.Actor, cancellationToken);
        (Approval approval, IReadOnlyList<Change> changes) = Prepare(wanted with { ProposerNames = [.. wanted.ProposerNames.Union(names, StringComparer.Ordinal)] });
        if (approval.TimeoutAt <= approval.SubmittedAt)
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.BadTimeout, "Its time would be over before it began.", "/timeoutMinutes"));
        }

        return await committer.CommitAloneAsync(wanted.TenantId, changes, cancellationToken) is CommitOutcome.Committed
            ? approval
            : throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "The request for approval met another one; nothing was asked."));
    }

    /// <summary>One approval; null when there is none.</summary>
    public Task<Approval?> FindAsync(TenantId tenant, Guid approval, CancellationToken cancellationToken) => store.FindAsync(tenant, approval, cancellationToken);

    /// <summary>A page of them, the newest first. See <see cref="IApprovalStore.ListAsync"/>.</summary>
    public Task<IReadOnlyList<Approval>> ListAsync(TenantId tenant, ApprovalStatus? status, Guid? before, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(tenant, status, before, limit, cancellationToken);

    /// <summary>Those of an exception, the oldest first.</summary>
    public Task<IReadOnlyList<Approval>> OfExceptionAsync(TenantId tenant, ExceptionKey exception, CancellationToken cancellationToken) => store.OfExceptionAsync(tenant, exception, cancellationToken);

    /// <summary>How many stand where, and how long they wait.</summary>
    public Task<ApprovalStatistics> StatisticsAsync(TenantId tenant, CancellationToken cancellationToken) => store.StatisticsAsync(tenant, cancellationToken);

    /// <summary>The places of its quorum that nobody has taken who still counts; empty once it is met.</summary>
    public async Task<IReadOnlyList<QuorumPart>> MissingAsync(Approval approval, CancellationToken cancellationToken) =>
        QuorumCount.Missing(approval.Quorum, await CountingAsync(approval, approval.Decisions, cancellationToken));

    /// <summary>Says yes. What was approved runs once the quorum is met.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="approval">Which.</param>
    /// <param name="actor">Who: the authenticated principal.</param>
    /// <param name="comments">What it remarks, at most 4,000 characters; may be empty.</param>
    /// <param name="bounds">What awaited arguments may be, beside what their author says (<see cref="Approval.BoundsOf"/>); may be empty.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be decided nevertheless.</param>
    /// <exception cref="ReeveException">APPR-001 to APPR-008, APPR-010, APPR-013; STORE-….</exception>
    public Task<Approval> ApproveAsync(TenantId tenant, Guid approval, Principal actor, string comments, IReadOnlyList<GivenBound> bounds, CancellationToken cancellationToken) =>
        DecideAsync(tenant, approval, actor, approves: true, comments, bounds, cancellationToken);

    /// <summary>Says yes without giving a bound.</summary>
    public Task<Approval> ApproveAsync(TenantId tenant, Guid approval, Principal actor, string comments, CancellationToken cancellationToken) =>
        ApproveAsync(tenant, approval, actor, comments, [], cancellationToken);

    /// <summary>Says no, which ends it at once. As <see cref="ApproveAsync"/>; the comments say why.</summary>
    public Task<Approval> RejectAsync(TenantId tenant, Guid approval, Principal actor, string comments, CancellationToken cancellationToken) =>
        DecideAsync(tenant, approval, actor, approves: false, comments, [], cancellationToken);

    /// <summary>Takes an approval back because what it is about is not to be done, or not so.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="approval">Which.</param>
    /// <param name="reason">Why, for people.</param>
    /// <param name="actor">Who does.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be withdrawn nevertheless.</param>
    /// <returns>False when it was not PENDING any more.</returns>
    public Task<bool> WithdrawAsync(TenantId tenant, Guid approval, string reason, Principal actor, CancellationToken cancellationToken) =>
        CloseAsync(tenant, approval, [ApprovalStatus.Withdrawn], reason, actor, DateTimeOffset.MaxValue, cancellationToken);

    /// <summary>Escalates an approval whose time is over (EX-APPR-4): silence approves nothing.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="approval">Which.</param>
    /// <param name="now">The time by the database's clock.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be escalated nevertheless.</param>
    /// <returns>False when it was decided meanwhile, or has time left.</returns>
    public Task<bool> TimeOutAsync(TenantId tenant, Guid approval, DateTimeOffset now, CancellationToken cancellationToken) => CloseAsync(
        tenant, approval, [ApprovalStatus.TimedOut, ApprovalStatus.Escalated], "Nobody decided in time.", Principal.Pipeline, now, cancellationToken);

    private async Task<Approval> DecideAsync(TenantId tenant, Guid id, Principal actor, bool approves, string comments, IReadOnlyList<GivenBound> bounds, CancellationToken cancellationToken)
    {
        string remark = Comments(comments, approves);
        if (actor.Kind != PrincipalKind.Person)
        {
            throw Refused(ErrorCatalogue.Approvals.NotAPerson, $"{Shown.Name(actor.Id)} is no person.");
        }

        IReadOnlyList<string> names = await people.NamesAsync(tenant, actor, cancellationToken);
        for (int i = 0; i < Tries; i++)
        {
            Approval known = await store.FindAsync(tenant, id, cancellationToken)
                ?? throw Refused(ErrorCatalogue.Approvals.NotFound, $"There is no approval {id}.");
            DateTimeOffset now = await NowAsync(cancellationToken);
            Demand(known, names, actor, now);
            DemandBounds(known, bounds);
            ApprovalDecision said = new(approves, actor.Id, actor.Owner, names, actor.Roles, now, remark) { Bounds = bounds };
            List<IReadOnlyList<string>> counting = await CountingAsync(known, known.Decisions, cancellationToken);
            if (approves)
            {
                counting.Add(said.Roles);
            }

            IReadOnlyList<ApprovalDecision> all = [.. known.Decisions, said];
            IReadOnlyList<QuorumPart> missing = QuorumCount.Missing(known.Quorum, counting);
            ApprovalStatus status = !approves ? ApprovalStatus.Rejected : missing.Count == 0 ? ApprovalStatus.Approved : ApprovalStatus.Pending;
            Approval next = known with
            {
                Status = status,
                Decisions = all,
                DecidedAt = status == ApprovalStatus.Pending ? null : now,
                Reason = approves ? "" : remark,
                Version = known.Version + 1,
            };
            List<Change> changes =
            [
                new ApprovalChange.Moved(next, known.Version) { InTime = true },
                new ApprovalChange.Spoken(tenant, id, said),
                new Change.Append(ApprovalEvents.Decided(next, said, missing, actor)),
            ];
            if (status != ApprovalStatus.Pending)
            {
                changes.Add(new Change.Append(ApprovalEvents.Closed(next, status, next.Reason, actor, now)));
                changes.AddRange(await effects.OfAsync(next, now, cancellationToken));
            }

            // What was not committed met somebody else's: looked at again, it says what.
            if (await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed)
            {
                if (status != ApprovalStatus.Pending)
                {
                    effects.Done(next);
                }

                return next;
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Others decide the same approval at the same time."));
    }

    private static void Demand(Approval known, IReadOnlyList<string> names, Principal actor, DateTimeOffset now)
    {
        switch (known.Status)
        {
            case ApprovalStatus.Pending:
                break;
            case ApprovalStatus.Withdrawn:
                throw Refused(ErrorCatalogue.Approvals.Withdrawn, known.Reason);
            default:
                throw Refused(ErrorCatalogue.Approvals.Decided, $"It is {Wire.Name(known.Status)}.");
        }

        if (now >= known.TimeoutAt)
        {
            throw Refused(ErrorCatalogue.Approvals.TooLate, $"It had to be decided before {TimeText.Timestamp(known.TimeoutAt)}.");
        }

        if (known.ProposerNames.Any(names.Contains))
        {
            throw Refused(ErrorCatalogue.Approvals.Proposer, "It was proposed under one of your names.");
        }

        if (known.Decisions.Any(said => said.Names.Any(names.Contains)))
        {
            throw Refused(ErrorCatalogue.Approvals.DecidedByYou, "Somebody who counts as you has decided it.");
        }

        if (!QuorumCount.Asks(known.Quorum, actor.Roles))
        {
            throw Refused(ErrorCatalogue.Approvals.RoleNotAsked, $"It asks for {QuorumCount.Show(known.Quorum)}.");
        }
    }

    // Bounds are for what is awaited. Whoever approved without any agreed to be asked again, so nobody adds one behind them; to narrow is always right.
    private static void DemandBounds(Approval known, IReadOnlyList<GivenBound> bounds)
    {
        for (int i = 0; i < bounds.Count; i++)
        {
            GivenBound given = bounds[i];
            ApprovalItem? item = known.Request?.Items.FirstOrDefault(one => one.Place == given.Place && one.Part == given.Part);
            if (item?.Awaited.FirstOrDefault(one => one.Pointer == given.Pointer) is not { } awaited)
            {
                throw new ReeveException(new ReeveError(ErrorCatalogue.Approvals.BadBound, "Nothing is awaited there.", $"/bounds/{i}/pointer"));
            }

            if (known.Decisions.Any(said => said.Approves) && known.BoundsOf(item, awaited).Count == 0)
            {
                throw new ReeveException(new ReeveError(
                    ErrorCatalogue.Approvals.BadBound, "Somebody approved before without a bound, so that this call is asked about again.", $"/bounds/{i}/bound"));
            }
        }
    }

    // The roles of each who approved. A key that was revoked since, or lost its role, no longer counts.
    private async Task<List<IReadOnlyList<string>>> CountingAsync(Approval known, IReadOnlyList<ApprovalDecision> decisions, CancellationToken cancellationToken)
    {
        List<IReadOnlyList<string>> counting = [];
        foreach (ApprovalDecision said in decisions.Where(said => said.Approves))
        {
            List<string> still = [];
            foreach (string role in said.Roles)
            {
                if (await people.StillHasAsync(known.TenantId, said.Principal, role, cancellationToken))
                {
                    still.Add(role);
                }
            }

            counting.Add(still);
        }

        return counting;
    }

    // By the database's clock and by this process's, whichever is later: of the two, one that was set back opens nothing.
    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset theirs = await store.NowAsync(cancellationToken);
        DateTimeOffset ours = clock.GetUtcNow();
        return TimeText.ToMicroseconds(theirs > ours ? theirs : ours);
    }

    private async Task<bool> CloseAsync(TenantId tenant, Guid id, IReadOnlyList<ApprovalStatus> through, string reason, Principal actor, DateTimeOffset ifDueBy, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Tries; i++)
        {
            if (await store.FindAsync(tenant, id, cancellationToken) is not { Status: ApprovalStatus.Pending } known || known.TimeoutAt > ifDueBy)
            {
                return false;
            }

            DateTimeOffset now = TimeText.ToMicroseconds(clock.GetUtcNow());
            Approval next = known with { Status = through[^1], DecidedAt = now, Reason = reason, Version = known.Version + 1 };
            Change[] changes =
            [
                new ApprovalChange.Moved(next, known.Version),
                .. through.Select(status => new Change.Append(ApprovalEvents.Closed(next, status, reason, actor, now))),
                .. await effects.OfAsync(next, now, cancellationToken),
            ];
            if (await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed)
            {
                effects.Done(next);
                return true;
            }
        }

        throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Busy, "Others decide the same approval at the same time."));
    }

    private static string Comments(string comments, bool approves)
    {
        string remark = comments.Trim();
        return remark.Length > LongestComment || (!approves && remark.Length == 0)
            ? throw new ReeveException(new ReeveError(
                ErrorCatalogue.Approvals.BadComments, approves ? $"{remark.Length:N0} characters." : remark.Length == 0 ? "A rejection says why." : $"{remark.Length:N0} characters.", "/comments"))
            : remark;
    }

    private static ReeveException Refused(ErrorCode code, string message) => new(new ReeveError(code, message));
}

/// <summary>What is asked of people.</summary>
public sealed record ApprovalWish
{
    /// <summary>Whose.</summary>
    public required TenantId TenantId { get; init; }

    /// <summary>See <see cref="Approval.Scope"/>.</summary>
    public required ApprovalScope Scope { get; init; }

    /// <summary>See <see cref="Approval.Exception"/>.</summary>
    public ExceptionKey? Exception { get; init; }

    /// <summary>See <see cref="Approval.Pass"/>.</summary>
    public PassId? Pass { get; init; }

    /// <summary>Of a CALL: the execution it stands for, given the approval's id; null else.</summary>
    public Func<Guid, ExecutionId>? Execution { get; init; }

    /// <summary>See <see cref="Approval.Part"/>.</summary>
    public (int Place, string Part)? Part { get; init; }

    /// <summary>How many of which roles; see <see cref="QuorumCount.Join"/>.</summary>
    public required IReadOnlyList<QuorumPart> Quorum { get; init; }

    /// <summary>Until when; null: <see cref="ApprovalDesk.DefaultWithin"/>.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What is asked.</summary>
    public required ApprovalRequest Request { get; init; }

    /// <summary>Who asks.</summary>
    public required Principal Actor { get; init; }

    /// <summary>The folded names of people who proposed it, who do not decide it.</summary>
    public IReadOnlyList<string> ProposerNames { get; init; } = [];
}
