using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Engine.Approvals;
using Reeve.Tests.Governance;

namespace Reeve.Tests.Approvals;

/// <summary>EX-APPR-1 to 5, 7 and 8 at their door.</summary>
public sealed class ApprovalDeskTests
{
    private static readonly QuorumPart[] TwoAndOne = [new(2, "operator"), new(1, "admin")];

    [Fact]
    public async Task It_stays_pending_until_the_quorum_is_met()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync(TwoAndOne);

        (await chamber.ApproveAsync(asked, await chamber.PersonAsync("Ann"))).Status.ShouldBe(ApprovalStatus.Pending);
        (await chamber.ApproveAsync(asked, await chamber.PersonAsync("Bob", "admin"))).Status.ShouldBe(ApprovalStatus.Pending);
        chamber.Done.ShouldBeEmpty();
        (await chamber.ApproveAsync(asked, await chamber.PersonAsync("Cem"))).Status.ShouldBe(ApprovalStatus.Approved);

        Approval found = await chamber.FindAsync(asked);
        found.Status.ShouldBe(ApprovalStatus.Approved);
        found.Decisions.Select(said => said.Owner).ShouldBe(["Ann", "Bob", "Cem"]);
        chamber.Done.ShouldBe([ApprovalStatus.Approved]);
        chamber.Events().ShouldBe(
        [
            "ApprovalRequested", "ApprovalDecided APPROVE missing '1 of operator and 1 of admin'", "ApprovalDecided APPROVE missing '1 of operator'", "ApprovalDecided APPROVE missing ''",
            "ApprovalClosed APPROVED",
        ]);
    }

    [Fact]
    public async Task One_rejection_rejects()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync(TwoAndOne);
        await chamber.ApproveAsync(asked, await chamber.PersonAsync("Ann"));

        Approval rejected = await chamber.RejectAsync(asked, await chamber.PersonAsync("Bob"));

        rejected.Status.ShouldBe(ApprovalStatus.Rejected);
        (await chamber.FindAsync(asked)).Reason.ShouldBe("Not so.");
        chamber.Done.ShouldBe([ApprovalStatus.Rejected]);
        chamber.Events()[^2..].ShouldBe(["ApprovalDecided REJECT missing '1 of operator and 1 of admin'", "ApprovalClosed REJECTED"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_decided_is_not_decided_again(bool approves)
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal first = await chamber.PersonAsync("Ann");
        _ = approves ? await chamber.ApproveAsync(asked, first) : await chamber.RejectAsync(asked, first);
        Principal second = await chamber.PersonAsync("Bob");

        await RefusedAsync("APPR-002", () => chamber.ApproveAsync(asked, second));
        await RefusedAsync("APPR-002", () => chamber.RejectAsync(asked, second));
        chamber.Done.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_who_decide_at_the_same_moment_one_is_told_that_it_is_decided()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");
        Principal bob = await chamber.PersonAsync("Bob");
        chamber.Committer.Before = () => chamber.RejectAsync(asked, bob);

        await RefusedAsync("APPR-002", () => chamber.ApproveAsync(asked, ann));

        chamber.Done.ShouldBe([ApprovalStatus.Rejected]);
        (await chamber.FindAsync(asked)).Decisions.ShouldHaveSingleItem().Owner.ShouldBe("Bob");
    }

    [Fact]
    public async Task Two_who_approve_at_the_same_moment_both_count()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync([new QuorumPart(2, "operator")]);
        Principal ann = await chamber.PersonAsync("Ann");
        Principal bob = await chamber.PersonAsync("Bob");
        chamber.Committer.Before = () => chamber.ApproveAsync(asked, bob);

        (await chamber.ApproveAsync(asked, ann)).Status.ShouldBe(ApprovalStatus.Approved);

        (await chamber.FindAsync(asked)).Decisions.Count.ShouldBe(2);
        chamber.Events().Count(item => item.StartsWith("ApprovalClosed", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task One_owner_with_three_keys_is_one_person()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync(TwoAndOne);
        await chamber.ApproveAsync(asked, await chamber.PersonAsync("Zoë"));

        await RefusedAsync("APPR-003", async () => await chamber.ApproveAsync(asked, await chamber.PersonAsync("ZOE\u0308")));
        await RefusedAsync("APPR-003", async () => await chamber.RejectAsync(asked, await chamber.PersonAsync("zoë", "admin")));
        (await chamber.FindAsync(asked)).Decisions.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Whoever_makes_keys_over_the_API_is_behind_all_of_them()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync([new QuorumPart(2, "operator")]);
        Principal maker = await chamber.PersonAsync("Max", "admin");
        Principal made = await chamber.PersonAsync("Ann", maker: maker);
        Principal alsoMade = await chamber.PersonAsync("Bob", maker: maker);
        await chamber.ApproveAsync(asked, made);

        await RefusedAsync("APPR-003", () => chamber.ApproveAsync(asked, alsoMade));
        await RefusedAsync("APPR-003", () => chamber.ApproveAsync(asked, maker));
        (await chamber.ApproveAsync(asked, await chamber.PersonAsync("Cem"))).Status.ShouldBe(ApprovalStatus.Approved);
    }

    [Fact]
    public async Task A_proposer_decides_under_none_of_its_names()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Principal ann = await chamber.PersonAsync("Ann", "admin");
        Approval asked = await chamber.AskAsync(actor: ann, proposers: ["bob"]);
        Principal madeByAnn = await chamber.PersonAsync("Cem", maker: ann);

        await RefusedAsync("APPR-005", () => chamber.ApproveAsync(asked, ann));
        await RefusedAsync("APPR-005", async () => await chamber.ApproveAsync(asked, await chamber.PersonAsync("ANN")));
        await RefusedAsync("APPR-005", async () => await chamber.RejectAsync(asked, await chamber.PersonAsync("Bob")));
        await RefusedAsync("APPR-005", () => chamber.ApproveAsync(asked, madeByAnn));
    }

    // Else a program of one's own would propose, and one would approve oneself.
    [Fact]
    public async Task Whoever_has_a_service_propose_is_its_proposer()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync(actor: await chamber.PersonAsync("Ann", kind: PrincipalKind.Service));

        await RefusedAsync("APPR-005", async () => await chamber.ApproveAsync(asked, await chamber.PersonAsync("Ann")));
    }

    [Fact]
    public async Task Agents_services_and_the_machine_itself_never_decide()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal[] others = [Principal.Of(Core.Decisions.Stage.Resolution), Principal.Pipeline, Office.Root, await chamber.PersonAsync("Ann", "admin", PrincipalKind.Service)];

        foreach (Principal other in others)
        {
            await RefusedAsync("APPR-004", () => chamber.ApproveAsync(asked, other));
            await RefusedAsync("APPR-004", () => chamber.RejectAsync(asked, other));
        }
    }

    [Fact]
    public async Task A_role_that_is_not_asked_for_decides_nothing()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync([new QuorumPart(1, "admin")]);

        await RefusedAsync("APPR-007", async () => await chamber.ApproveAsync(asked, await chamber.PersonAsync("Ann")));
        await RefusedAsync("APPR-007", async () => await chamber.RejectAsync(asked, await chamber.PersonAsync("Bob", "viewer")));
    }

    [Fact]
    public async Task A_key_that_was_revoked_no_longer_counts_when_the_quorum_would_be_met()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync([new QuorumPart(2, "operator")]);
        Principal ann = await chamber.PersonAsync("Ann");
        await chamber.ApproveAsync(asked, ann);
        await chamber.RevokeAsync(ann);

        Approval then = await chamber.ApproveAsync(asked, await chamber.PersonAsync("Bob"));

        then.Status.ShouldBe(ApprovalStatus.Pending);
        QuorumCount.Show(await chamber.Desk.MissingAsync(then, Chamber.Token)).ShouldBe("1 of operator");
        chamber.Events()[^1].ShouldBe("ApprovalDecided APPROVE missing '1 of operator'");
        (await chamber.ApproveAsync(asked, await chamber.PersonAsync("Cem"))).Status.ShouldBe(ApprovalStatus.Approved);
    }

    [Fact]
    public async Task A_decision_after_its_time_is_refused_whether_or_not_anybody_looked()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");
        chamber.Advance(ApprovalDesk.DefaultWithin);

        await RefusedAsync("APPR-006", () => chamber.ApproveAsync(asked, ann));
        (await chamber.Watch.LookAsync(Chamber.Token)).ShouldBe(1);
        await RefusedAsync("APPR-002", () => chamber.ApproveAsync(asked, ann));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_clock_that_lags_opens_nothing(bool isDatabases)
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");

        // The other one stands still, as if it had been set back.
        (isDatabases ? chamber.Office.Clock : chamber.DatabaseClock).Advance(ApprovalDesk.DefaultWithin);

        await RefusedAsync("APPR-006", () => chamber.ApproveAsync(asked, ann));
        await RefusedAsync("APPR-006", () => chamber.RejectAsync(asked, ann));
        (await chamber.FindAsync(asked)).Decisions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Time_that_runs_out_between_looking_and_committing_is_over()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");
        chamber.Committer.Before = () =>
        {
            chamber.Advance(ApprovalDesk.DefaultWithin);
            return Task.CompletedTask;
        };

        await RefusedAsync("APPR-006", () => chamber.ApproveAsync(asked, ann));

        chamber.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_moment_before_its_time_is_over_it_is_decided()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");
        chamber.Advance(ApprovalDesk.DefaultWithin - TimeSpan.FromMicroseconds(1));

        (await chamber.Watch.LookAsync(Chamber.Token)).ShouldBe(0);
        (await chamber.ApproveAsync(asked, ann)).Status.ShouldBe(ApprovalStatus.Approved);
    }

    [Fact]
    public async Task Silence_is_escalated_once_and_approves_nothing()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        chamber.Advance(ApprovalDesk.DefaultWithin);

        (await chamber.Watch.LookAsync(Chamber.Token)).ShouldBe(1);
        (await chamber.Watch.LookAsync(Chamber.Token)).ShouldBe(0);

        (await chamber.FindAsync(asked)).Status.ShouldBe(ApprovalStatus.Escalated);
        chamber.Done.ShouldBe([ApprovalStatus.Escalated]);
        chamber.Events()[1..].ShouldBe(["ApprovalClosed TIMED_OUT", "ApprovalClosed ESCALATED"]);
    }

    [Fact]
    public async Task Only_what_is_due_is_escalated()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();

        (await chamber.Desk.TimeOutAsync(Chamber.North, asked.Id, asked.TimeoutAt.AddMicroseconds(-1), Chamber.Token)).ShouldBeFalse();
        (await chamber.Desk.TimeOutAsync(Chamber.North, asked.Id, asked.TimeoutAt, Chamber.Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_cannot_be_escalated_stands_in_nobodys_way()
    {
        Chamber chamber = await Chamber.OpenAsync();
        chamber.Stubborn.Add((await chamber.AskAsync()).Id);
        Approval other = await chamber.AskAsync();
        chamber.Advance(ApprovalDesk.DefaultWithin);

        (await chamber.Watch.LookAsync(Chamber.Token)).ShouldBe(1);

        (await chamber.FindAsync(other)).Status.ShouldBe(ApprovalStatus.Escalated);
    }

    [Fact]
    public async Task What_was_withdrawn_says_why_and_is_not_decided()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();

        (await chamber.Desk.WithdrawAsync(Chamber.North, asked.Id, "Its source closed it.", Principal.Pipeline, Chamber.Token)).ShouldBeTrue();
        (await chamber.Desk.WithdrawAsync(Chamber.North, asked.Id, "Again.", Principal.Pipeline, Chamber.Token)).ShouldBeFalse();

        ReeveException refused = await RefusedAsync("APPR-013", async () => await chamber.ApproveAsync(asked, await chamber.PersonAsync("Ann")));
        refused.Error.Message.ShouldBe("Its source closed it.");
        chamber.Done.ShouldBe([ApprovalStatus.Withdrawn]);
    }

    [Fact]
    public async Task A_tenant_decides_nothing_of_another()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal stranger = await chamber.PersonAsync("Ann", tenant: Office.South);

        await RefusedAsync("APPR-001", () => chamber.Desk.ApproveAsync(Office.South, asked.Id, stranger, "", [], Chamber.Token));
        (await chamber.Desk.FindAsync(Office.South, asked.Id, Chamber.Token)).ShouldBeNull();
        (await chamber.Desk.WithdrawAsync(Office.South, asked.Id, "Mine.", stranger, Chamber.Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_rejection_says_why()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");

        await RefusedAsync("APPR-008", () => chamber.Desk.RejectAsync(Chamber.North, asked.Id, ann, " ", Chamber.Token));
        await RefusedAsync("APPR-008", () => chamber.Desk.ApproveAsync(Chamber.North, asked.Id, ann, new string('x', 4001), [], Chamber.Token));
        (await chamber.Desk.ApproveAsync(Chamber.North, asked.Id, ann, new string('x', 4000), [], Chamber.Token)).Status.ShouldBe(ApprovalStatus.Approved);
    }

    [Fact]
    public async Task What_asks_nothing_or_leaves_no_time_is_refused()
    {
        Chamber chamber = await Chamber.OpenAsync();
        ApprovalWish wish = new()
        {
            TenantId = Chamber.North, Scope = ApprovalScope.Call, Quorum = QuorumCount.Default, Request = new ApprovalRequest([], [], ""), Actor = Principal.Pipeline,
        };
        ApprovalRequest request = (await chamber.AskAsync()).Request.ShouldNotBeNull();

        await RefusedAsync("APPR-012", () => chamber.Desk.SubmitAsync(wish, Chamber.Token));
        await RefusedAsync("APPR-009", () => chamber.Desk.SubmitAsync(wish with { Request = request, Until = chamber.Office.Clock.GetUtcNow() }, Chamber.Token));
    }

    [Fact]
    public async Task A_bound_is_given_to_what_is_awaited_and_to_nothing_else()
    {
        Chamber chamber = await Chamber.OpenAsync();
        Approval asked = await chamber.AskAsync();
        Principal ann = await chamber.PersonAsync("Ann");

        await RefusedAsync("APPR-010", () => chamber.ApproveAsync(asked, ann, Bound("/parcel", 1)));
        await RefusedAsync("APPR-010", () => chamber.ApproveAsync(asked, ann, Bound("/amount", 1) with { Place = 2 }));
        await chamber.ApproveAsync(asked, ann, Bound("/amount", 50));

        Approval found = await chamber.FindAsync(asked);
        ApprovalItem item = found.Request.ShouldNotBeNull().Items[0];
        found.BoundsOf(item, item.Awaited[0]).ShouldHaveSingleItem().Max.ShouldBe(50);
    }

    [Fact]
    public async Task Nobody_adds_a_bound_behind_somebody_who_approved_without_and_everybody_may_narrow()
    {
        Chamber chamber = await Chamber.OpenAsync();
        QuorumPart[] two = [new(2, "operator")];
        Approval without = await chamber.AskAsync(two);
        Approval with = await chamber.AskAsync(two, bound: new ArgumentBound { Max = 100 });
        Principal ann = await chamber.PersonAsync("Ann");
        Principal bob = await chamber.PersonAsync("Bob");
        await chamber.ApproveAsync(without, ann);
        await chamber.ApproveAsync(with, ann);

        await RefusedAsync("APPR-010", () => chamber.ApproveAsync(without, bob, Bound("/amount", 50)));
        (await chamber.ApproveAsync(with, bob, Bound("/amount", 50))).Status.ShouldBe(ApprovalStatus.Approved);
    }

    private static GivenBound Bound(string pointer, double most) => new(1, "step", pointer, new ArgumentBound { Max = most });

    private static async Task<ReeveException> RefusedAsync(string code, Func<Task> what)
    {
        ReeveException refused = await Should.ThrowAsync<ReeveException>(what);
        refused.Error.Code.ShouldBe(code);
        return refused;
    }
}
