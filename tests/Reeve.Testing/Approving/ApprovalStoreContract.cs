using Reeve.Core.Calls;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;
using Reeve.Governance.Audit;

namespace Reeve.Testing.Approving;

/// <summary>What every store of approvals does.</summary>
public abstract class ApprovalStoreContract
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("south");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The store over a place of the test's own.</summary>
    protected abstract Task<ApprovalStores> OpenAsync();

    [Fact]
    public async Task An_approval_comes_back_as_it_was_submitted()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval made = await SubmitAsync(stores, 1, approval => approval with
        {
            Scope = ApprovalScope.Step,
            Part = (2, "fallback:1"),
            Pass = new PassId(Guid.CreateVersion7()),
            Quorum = [new QuorumPart(2, "operator"), new QuorumPart(1, "admin")],
            ProposerNames = ["größe", "zoë"],
        });

        Approval found = (await stores.Approvals.FindAsync(North, made.Id, Token)).ShouldNotBeNull();

        Text(found).ShouldBe(Text(made));
        found.Request.ShouldNotBeNull().Items[0].ShouldSatisfyAllConditions(
            item => item.Amount.ShouldBe(12.50m), item => item.Currency.ShouldBe("EUR"), item => item.Effect.ShouldBe(ToolEffect.Write), item => item.Awaited.Count.ShouldBe(1));
    }

    [Fact]
    public async Task A_tenant_sees_nothing_of_another()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval made = await SubmitAsync(stores, 1);

        (await stores.Approvals.FindAsync(South, made.Id, Token)).ShouldBeNull();
        (await stores.Approvals.ListAsync(South, null, null, 10, Token)).ShouldBeEmpty();
        (await stores.Approvals.OfExceptionAsync(South, made.Exception!.Value, Token)).ShouldBeEmpty();
        (await stores.Approvals.OfExecutionAsync(South, made.Execution!.Value, Token)).ShouldBeEmpty();
        (await stores.Approvals.StatisticsAsync(South, Token)).Counts.ShouldBeEmpty();
        (await CommitAsync(stores, Rejected(made) with { Approval = made with { TenantId = South } })).ShouldBeOfType<CommitOutcome.MovedOn>();
    }

    [Fact]
    public async Task What_moved_on_from_the_version_seen_is_a_conflict()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval made = await SubmitAsync(stores, 1);
        Approval heard = made with { Version = 2 };

        (await CommitAsync(stores, new ApprovalChange.Moved(heard, 1), Said(made, "ann"))).ShouldBeOfType<CommitOutcome.Committed>();

        (await CommitAsync(stores, Rejected(made))).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await CommitAsync(stores, Rejected(heard))).ShouldBeOfType<CommitOutcome.Committed>();
        (await CommitAsync(stores, Rejected(heard with { Version = 3 }))).ShouldBeOfType<CommitOutcome.MovedOn>();
        Approval found = (await stores.Approvals.FindAsync(North, made.Id, Token)).ShouldNotBeNull();
        found.Status.ShouldBe(ApprovalStatus.Rejected);
        found.Version.ShouldBe(3);
        found.Reason.ShouldBe("No.");
    }

    [Fact]
    public async Task What_must_be_in_time_is_a_conflict_once_its_time_is_over_by_the_store_s_clock()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval late = await SubmitAsync(stores, 1, approval => approval with { TimeoutAt = approval.SubmittedAt });

        (await CommitAsync(stores, Rejected(late) with { InTime = true })).ShouldBeOfType<CommitOutcome.MovedOn>();
        (await CommitAsync(stores, Rejected(late))).ShouldBeOfType<CommitOutcome.Committed>();
    }

    [Fact]
    public async Task One_person_speaks_once_and_nothing_of_a_second_time_is_kept()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval made = await SubmitAsync(stores, 1);
        await CommitAsync(stores, new ApprovalChange.Moved(made with { Version = 2 }, 1), Said(made, "ann"));

        (await CommitAsync(stores, new ApprovalChange.Moved(made with { Version = 3 }, 2), Said(made, "ann"))).ShouldBeOfType<CommitOutcome.AlreadyThere>();

        (await stores.Approvals.FindAsync(North, made.Id, Token)).ShouldNotBeNull().Version.ShouldBe(2);
    }

    [Fact]
    public async Task What_people_said_comes_back_in_order_with_the_bounds_they_gave()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval made = await SubmitAsync(stores, 1);
        ApprovalChange.Spoken first = Said(made, "zed");
        ApprovalChange.Spoken plain = Said(made, "ann", seconds: 1);
        ApprovalChange.Spoken second = plain with { Decision = plain.Decision with { Bounds = [], Comments = "" } };
        await CommitAsync(stores, new ApprovalChange.Moved(made with { Version = 2 }, 1), first);
        await CommitAsync(stores, new ApprovalChange.Moved(made with { Version = 3 }, 2), second);

        IReadOnlyList<ApprovalDecision> said = (await stores.Approvals.FindAsync(North, made.Id, Token)).ShouldNotBeNull().Decisions;

        said.Select(one => one.Owner).ShouldBe(["ZED", "ANN"]);
        said[1].Bounds.ShouldBeEmpty();
        said[0].ShouldSatisfyAllConditions(
            one => one.Approves.ShouldBeTrue(), one => one.Names.ShouldBe(first.Decision.Names), one => one.Roles.ShouldBe(["operator", "admin"]), one => one.At.ShouldBe(first.Decision.At),
            one => one.Comments.ShouldBe("Größe 'x'"), one => one.Principal.ShouldBe("key:zed"));
        said[0].Bounds.ShouldHaveSingleItem().Bound.Max.ShouldBe(3);
    }

    [Fact]
    public async Task Pages_go_from_the_newest_to_the_oldest_by_status()
    {
        await using ApprovalStores stores = await OpenAsync();
        List<Approval> made = [];
        for (int i = 0; i < 5; i++)
        {
            made.Add(await SubmitAsync(stores, i));
        }

        await CommitAsync(stores, Rejected(made[1]));

        (await ListAsync(null, null, 3)).ShouldBe([made[4].Id, made[3].Id, made[2].Id]);
        (await ListAsync(null, made[2].Id, 3)).ShouldBe([made[1].Id, made[0].Id]);
        (await ListAsync(ApprovalStatus.Pending, made[2].Id, 3)).ShouldBe([made[0].Id]);
        (await ListAsync(ApprovalStatus.Rejected, null, 3)).ShouldBe([made[1].Id]);
        (await stores.Approvals.OfExceptionAsync(North, made[3].Exception!.Value, Token)).ShouldHaveSingleItem().Id.ShouldBe(made[3].Id);
        (await stores.Approvals.OfExecutionAsync(North, made[2].Execution!.Value, Token)).ShouldHaveSingleItem().Id.ShouldBe(made[2].Id);

        async Task<Guid[]> ListAsync(ApprovalStatus? status, Guid? before, int limit) => [.. (await stores.Approvals.ListAsync(North, status, before, limit, Token)).Select(approval => approval.Id)];
    }

    [Fact]
    public async Task Those_whose_time_is_over_are_found_whoever_they_are_of()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval late = await SubmitAsync(stores, 1, approval => approval with { TimeoutAt = approval.SubmittedAt.AddMinutes(-1) });
        Approval later = await SubmitAsync(stores, 2, approval => approval with { TenantId = South, TimeoutAt = approval.SubmittedAt.AddMinutes(-2) });
        Approval decided = await SubmitAsync(stores, 3, approval => approval with { TimeoutAt = approval.SubmittedAt.AddMinutes(-3) });
        await SubmitAsync(stores, 4);
        await CommitAsync(stores, Rejected(decided));

        (await stores.Approvals.OverdueAsync(10, Token)).Overdue.ShouldBe([(South, later.Id), (North, late.Id)]);
        (await stores.Approvals.OverdueAsync(1, Token)).Overdue.ShouldBe([(South, later.Id)]);
    }

    [Fact]
    public async Task Numbers_say_how_many_stand_where_and_how_long_they_wait()
    {
        await using ApprovalStores stores = await OpenAsync();
        await SubmitAsync(stores, 1, approval => approval with { SubmittedAt = approval.SubmittedAt.AddHours(-3) });
        await SubmitAsync(stores, 2, approval => approval with { SubmittedAt = approval.SubmittedAt.AddHours(-1) });
        await CommitAsync(stores, Rejected(await SubmitAsync(stores, 3, approval => approval with { SubmittedAt = approval.SubmittedAt.AddDays(-9) })));

        ApprovalStatistics found = await stores.Approvals.StatisticsAsync(North, Token);

        found.Of(ApprovalStatus.Pending).ShouldBe(2);
        found.Of(ApprovalStatus.Rejected).ShouldBe(1);
        found.Of(ApprovalStatus.Approved).ShouldBe(0);
        found.PendingAge.ShouldBe(TimeSpan.FromHours(4), TimeSpan.FromMinutes(2));
        found.OldestPendingAge.ShouldBe(TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_erased_exception_leaves_who_decided_and_nothing_of_what()
    {
        await using ApprovalStores stores = await OpenAsync();
        Approval waits = await SubmitAsync(stores, 1);
        Approval decided = await SubmitAsync(stores, 2, approval => approval with { Exception = waits.Exception });
        Approval other = await SubmitAsync(stores, 3);
        await CommitAsync(stores, Rejected(decided), Said(decided, "ann"));

        await CommitAsync(stores, new BodiesErasure(North, waits.Exception!.Value, null, []));

        Approval was = (await stores.Approvals.FindAsync(North, decided.Id, Token)).ShouldNotBeNull();
        was.ShouldSatisfyAllConditions(row => row.Request.ShouldBeNull(), row => row.Status.ShouldBe(ApprovalStatus.Rejected), row => row.Reason.ShouldBe(""));
        was.Decisions.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            said => said.Owner.ShouldBe("ANN"), said => said.Comments.ShouldBe(""), said => said.Bounds.ShouldBeEmpty());
        (await stores.Approvals.FindAsync(North, waits.Id, Token)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            row => row.Request.ShouldBeNull(), row => row.Status.ShouldBe(ApprovalStatus.Withdrawn), row => row.DecidedAt.ShouldNotBeNull());
        (await stores.Approvals.FindAsync(North, other.Id, Token)).ShouldNotBeNull().Request.ShouldNotBeNull();
    }

    private static Task<CommitOutcome> CommitAsync(ApprovalStores stores, params Change[] changes) =>
        stores.Committer.CommitAloneAsync(changes[0].TenantId, changes, Token);

    private static async Task<Approval> SubmitAsync(ApprovalStores stores, int number, Func<Approval, Approval>? vary = null)
    {
        DateTimeOffset now = TimeText.ToMicroseconds(await stores.Approvals.NowAsync(Token));
        Approval plain = new()
        {
            TenantId = North,
            Id = Guid.CreateVersion7(now.AddMilliseconds(number)),
            Scope = ApprovalScope.Call,
            Exception = new ExceptionKey(Guid.CreateVersion7(now.AddMilliseconds(number))),
            Execution = new ExecutionId(Guid.CreateVersion7(now.AddMilliseconds(number))),
            Status = ApprovalStatus.Pending,
            Quorum = [new QuorumPart(1, "operator")],
            Request = new ApprovalRequest([Item()], ["It is late.", "Größe 'x' 🜁"], "severityGates:HIGH"),
            Proposer = "key:someone",
            ProposerNames = [],
            SubmittedAt = now,
            TimeoutAt = now.AddHours(1),
            Version = 1,
        };
        Approval made = vary?.Invoke(plain) ?? plain;
        (await CommitAsync(stores, new ApprovalChange.Submitted(made))).ShouldBeOfType<CommitOutcome.Committed>();
        return made;
    }

    private static ApprovalItem Item() => new()
    {
        Place = 0,
        Part = ApprovalItem.WithoutStep,
        StepId = "",
        Action = "refund",
        Tool = new ToolName("refund"),
        ToolVersion = "1.0.0",
        Target = "POST https://parcels.example/refund",
        Arguments = (ObjectMap)JsonText.Parse("""{"parcel":"P1","n":"{steps.find.output.n}"}""").AsMap(),
        Digest = new CallDigest(new string('a', 64)),
        Awaited = [new AwaitedArgument("/n", null)],
        Effect = ToolEffect.Write,
        Amount = 12.50m,
        Currency = "EUR",
        Undo = "claim back",
    };

    private static ApprovalChange.Moved Rejected(Approval approval) =>
        new(approval with { Status = ApprovalStatus.Rejected, DecidedAt = approval.SubmittedAt.AddSeconds(1), Reason = "No.", Version = approval.Version + 1 }, approval.Version);

    private static ApprovalChange.Spoken Said(Approval approval, string owner, int seconds = 0) => new(approval.TenantId, approval.Id, new ApprovalDecision(
        Approves: true, $"key:{owner}", owner.ToUpperInvariant(), [owner, owner + "'s maker"], ["operator", "admin"], approval.SubmittedAt.AddSeconds(seconds), "Größe 'x'")
    {
        Bounds = [new GivenBound(0, ApprovalItem.WithoutStep, "/n", new ArgumentBound { Max = 3 })],
    });

    // Lists of records are compared as texts.
    private static string Text(Approval approval) => string.Join(
        '|', approval.TenantId, approval.Id, approval.Scope, approval.Exception, approval.Execution, approval.Pass, approval.Part, approval.Status, QuorumCount.Show(approval.Quorum),
        approval.Proposer, string.Join(',', approval.ProposerNames), approval.SubmittedAt.ToString("O"), approval.TimeoutAt.ToString("O"), approval.DecidedAt, approval.Reason, approval.Version,
        approval.Request is { } request ? Convert.ToHexString(ApprovalText.Write(request)) : "");
}
