using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Approvals;

namespace Reeve.Tests.Approvals;

/// <summary>EX-APPR-8: what was approved, and nothing else.</summary>
public sealed class ApprovalCoverTests
{
    private const string Target = "POST https://parcels.example/refund";
    private static readonly BoundPolicy Policy = Make.Bound();

    [Fact]
    public void The_call_that_was_shown_is_covered() => Covers(Item("""{"parcel":"P1","amount":10}"""), """{"amount":10,"parcel":"P1"}""").ShouldBeTrue();

    [Theory]
    [InlineData("""{"parcel":"P1","amount":11}""")]
    [InlineData("""{"parcel":"P2","amount":10}""")]
    [InlineData("""{"parcel":"P1"}""")]
    [InlineData("""{"parcel":"P1","amount":10,"also":1}""")]
    [InlineData("""{"parcel":"P1","amount":"10"}""")]
    public void One_altered_argument_is_not(string arguments) => Covers(Item("""{"parcel":"P1","amount":10}"""), arguments).ShouldBeFalse();

    [Fact]
    public void Another_target_is_not() => Covers(Item("""{"parcel":"P1"}"""), """{"parcel":"P1"}""", target: "POST https://evil.example/refund").ShouldBeFalse();

    [Fact]
    public void Another_tool_is_not() => Covers(Item("""{"parcel":"P1"}"""), """{"parcel":"P1"}""", tool: "resend").ShouldBeFalse();

    [Fact]
    public void Other_packs_are_not() =>
        Covers(Item("""{"parcel":"P1"}"""), """{"parcel":"P1"}""", policy: Make.Bound(policy: """{"tenantId": "NORTH", "domainName": "Parcels", "version": "2.0.0"}""")).ShouldBeFalse();

    [Theory]
    [InlineData("""{"max":100}""", "99.5", true)]
    [InlineData("""{"max":100}""", "100", true)]
    [InlineData("""{"max":100}""", "100.01", false)]
    [InlineData("""{"max":100}""", "\"99\"", false)]
    [InlineData("""{"min":1,"max":100}""", "0", false)]
    [InlineData("""{"oneOf":[5,7]}""", "7", true)]
    [InlineData("""{"oneOf":[5,7]}""", "6", false)]
    [InlineData("""{"equals":"A-1"}""", "\"A-1\"", true)]
    [InlineData("""{"equals":"A-1"}""", "\"A-12\"", false)]
    [InlineData("""{"pattern":"A-[0-9]+"}""", "\"A-12\"", true)]
    [InlineData("""{"pattern":"A-[0-9]+"}""", "\"A-12 or more\"", false)]
    [InlineData("""{"pattern":"A|B"}""", "\"AX\"", false)]
    [InlineData("""{"max":100,"oneOf":[5,500]}""", "500", false)]
    [InlineData(null, "1", false)]
    public void An_argument_that_came_later_must_be_inside_its_bound(string? bound, string value, bool covered)
    {
        ApprovalItem item = Item("""{"parcel":"P1","amount":"{steps.find.output.amount}"}""", new AwaitedArgument("/amount", bound is null ? null : ArgumentBound.Read(JsonText.Parse(bound), "")));

        Covers(item, $$"""{"parcel":"P1","amount":{{value}}}""").ShouldBe(covered);
    }

    [Fact]
    public void Beside_it_nothing_may_differ()
    {
        ApprovalItem item = Item("""{"parcel":"P1","amount":"{steps.find.output.amount}"}""", new AwaitedArgument("/amount", ArgumentBound.Read(JsonText.Parse("""{"max":100}"""), "")));

        Covers(item, """{"parcel":"P2","amount":1}""").ShouldBeFalse();
        Covers(item, """{"parcel":"P1","amount":1,"to":"me"}""").ShouldBeFalse();
        Covers(item, """{"parcel":"P1"}""").ShouldBeFalse();
    }

    [Fact]
    public void A_bound_deep_inside_is_found_by_its_pointer()
    {
        ApprovalItem item = Item("""{"lines":[{"sku":"a","n":1},{"sku":"b","n":"{x}"}]}""", new AwaitedArgument("/lines/1/n", ArgumentBound.Read(JsonText.Parse("""{"max":3}"""), "")));

        Covers(item, """{"lines":[{"sku":"a","n":1},{"sku":"b","n":3}]}""").ShouldBeTrue();
        Covers(item, """{"lines":[{"sku":"a","n":3},{"sku":"b","n":3}]}""").ShouldBeFalse();
        Covers(item, """{"lines":[{"sku":"a","n":1},{"sku":"b","n":3},{"sku":"c","n":1}]}""").ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, "50", true)]
    [InlineData(null, "51", false)]
    [InlineData("""{"max":40}""", "40", true)]
    [InlineData("""{"max":40}""", "41", false)]
    [InlineData("""{"max":60}""", "50", true)]
    [InlineData("""{"max":60}""", "51", false)]
    public void What_an_approver_gives_adds_or_narrows_and_never_widens(string? author, string value, bool covered)
    {
        ApprovalItem item = Item("""{"parcel":"P1","amount":"{x}"}""", new AwaitedArgument("/amount", author is null ? null : ArgumentBound.Read(JsonText.Parse(author), "")));
        Approval approval = Holding(item, Said(approves: true, "step", "/amount"), Said(approves: false, "step", "/amount", most: 1), Said(approves: true, "rollback", "/amount", most: 2));

        Covers(item, $$"""{"parcel":"P1","amount":{{value}}}""", approval: approval).ShouldBe(covered);
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("3", "")]
    [InlineData("""{"least":1}""", "/least")]
    [InlineData("""{"min":"1"}""", "/min")]
    [InlineData("""{"pattern":"("}""", "/pattern")]
    [InlineData("""{"oneOf":[]}""", "/oneOf")]
    public void What_is_no_bound_says_where(string text, string place)
    {
        ReeveException refused = Should.Throw<ReeveException>(() => ArgumentBound.Read(JsonText.Parse(text), ""));

        refused.Error.Code.ShouldBe("APPR-010");
        refused.Error.Subject.ShouldBe(place);
    }

    [Fact]
    public void A_request_reads_as_it_was_written()
    {
        ApprovalRequest request = new(
            [Item("""{"parcel":"P1","amount":"{x}"}""", new AwaitedArgument("/amount", ArgumentBound.Read(JsonText.Parse("""{"min":1,"max":2.5,"oneOf":[1,2],"pattern":"x"}"""), "")))],
            ["Because."], "severityGates:HIGH");
        byte[] written = ApprovalText.Write(request);

        ApprovalText.Write(ApprovalText.Read(written)).ShouldBe(written);
    }

    private static ApprovalItem Item(string arguments, params AwaitedArgument[] awaited)
    {
        ObjectMap map = (ObjectMap)JsonText.Parse(arguments).AsMap();
        return new ApprovalItem
        {
            Place = 1,
            Part = "step",
            StepId = "1",
            Action = "refund",
            Tool = new ToolName("refund"),
            ToolVersion = "1.0.0",
            Target = Target,
            Arguments = map,
            Digest = CallDigest.Of(Policy.Domain.ContentHash, Policy.Policy.ContentHash, new ToolName("refund"), "1.0.0", Target, map),
            Awaited = awaited,
        };
    }

    private static bool Covers(ApprovalItem item, string arguments, string target = Target, string tool = "refund", BoundPolicy? policy = null, Approval? approval = null)
    {
        BoundPolicy packs = policy ?? Policy;
        ObjectMap map = (ObjectMap)JsonText.Parse(arguments).AsMap();
        ToolCall call = new()
        {
            Id = new ExecutionId(Guid.Empty),
            Policy = packs,
            Tool = new ToolName(tool),
            Arguments = map,
            Authority = CallAuthority.OfPlan(Principal.Of(Stage.Resolution), new PlaybookId("p"), PolicyVerdict.RequireApproval, "A rule."),
            Goal = "Pay back.",
        };
        return ApprovalCover.Covers(approval ?? Holding(item), item, call, CallDigest.Of(packs.Domain.ContentHash, packs.Policy.ContentHash, call.Tool, "1.0.0", target, map), target);
    }

    private static ApprovalDecision Said(bool approves, string part, string pointer, double most = 50) => new(approves, "key:1", "Ada", ["ada"], ["operator"], Make.Now, "")
    {
        Bounds = [new GivenBound(1, part, pointer, new ArgumentBound { Max = most })],
    };

    private static Approval Holding(ApprovalItem item, params ApprovalDecision[] said) => new()
    {
        TenantId = Policy.TenantId,
        Id = Guid.Empty,
        Scope = ApprovalScope.Plan,
        Status = ApprovalStatus.Approved,
        Quorum = QuorumCount.Default,
        Request = new ApprovalRequest([item], [], "A rule."),
        Proposer = "agent:resolution",
        ProposerNames = [],
        SubmittedAt = Make.Now,
        TimeoutAt = Make.Now.AddHours(1),
        Version = 1,
        Decisions = said,
    };
}
