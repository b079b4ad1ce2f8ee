using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Playbooks;

namespace Reeve.Tests.Playbooks;

public sealed class PlaybookSelectorTests
{
    [Theory]
    [InlineData("CHILD", "CHILD", true)]
    [InlineData("CHILD", "PARENT", true)]
    [InlineData("CHILD", "ROOT", true)]
    [InlineData("CHILD", "OTHER", false)]
    [InlineData("PARENT", "CHILD", false)]
    [InlineData("CHILD", "*", true)]
    [InlineData("CHILD", "CH*", true)]
    [InlineData("CHILD", "*LD", true)]
    [InlineData("CHILD", "*I*D", true)]
    [InlineData("CHILD", "CH?LD", true)]
    [InlineData("CHILD", "CH?ILD", false)]
    [InlineData("CHILD", "?????", true)]
    [InlineData("CHILD", "????", false)]
    [InlineData("CHILD", "child", false)]
    [InlineData("CHILD", "PAR*", false)]
    public void A_type_is_named_exactly_by_an_ancestor_or_by_a_pattern(string type, string appliesTo, bool applies) =>
        Chosen(Bench.Record(type: type), Bench.Playbook("p", appliesTo)).ShouldBe(applies ? "p" : null);

    [Fact]
    public void A_playbook_for_several_types_applies_to_each()
    {
        Playbook playbook = Bench.Playbook("p", "OTHER") with { AppliesTo = ["OTHER", "CHILD"] };

        Chosen(Bench.Record(), playbook).ShouldBe("p");
    }

    [Theory]
    [InlineData("CHILD", "CH*", "p")]
    [InlineData("CHILD", "OTHER", null)]
    public void A_type_in_the_conditions_must_match_as_well(string appliesTo, string matched, string? expected) =>
        Chosen(Bench.Record(), Bench.Playbook("p", appliesTo) with { Match = new PlaybookMatch { ExceptionType = matched } }).ShouldBe(expected);

    [Fact]
    public void A_playbook_that_names_no_type_is_there_to_be_included() =>
        Chosen(Bench.Record(), Bench.Playbook("p", "x") with { AppliesTo = [] }).ShouldBeNull();

    [Theory]
    [InlineData("", null)]
    [InlineData("\"conditions\":{\"match\":{\"severity_in\":[\"LOW\"]}},", "part")]
    public async Task Conditions_alone_mean_every_type_and_nothing_at_all_means_none(string conditions, string? expected)
    {
        string domain = $$"""{"domainName":"Fragments","playbooks":[{"playbookId":"part",{{conditions}}"steps":["Look at it."]}],"exceptionTypes":{"LOST":{"defaultSeverity":"LOW"} } }""";

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST"}""", Make.Bound(domain, """{"tenantId":"NORTH"}"""));

        result.PolicyOf().SelectedPlaybookId?.Value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"tenantId":"NORTH","approvedTools":["locate"]}""", "It is not approved for tenant 'NORTH': The tool 'resend' is not in the approvedTools of tenant 'NORTH'.")]
    [InlineData("""{"tenantId":"NORTH","approvedTools":["locate"],"approvedBusinessProcesses":[]}""", "It is not approved for tenant 'NORTH'.")]
    public async Task What_a_derived_list_leaves_out_is_rejected_with_the_tool(string policy, string reason)
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P","hoursLate":1}""", Make.Bound(policy: policy));

        result.PolicyOf().RejectedPlaybooks.ShouldHaveSingleItem().Reason.ShouldBe(reason);
    }

    [Fact]
    public void An_exception_without_type_gets_no_playbook() =>
        Select(Bench.Record(type: null), Bench.Playbook("p", "*")).Selected.ShouldBeNull();

    [Theory]
    [InlineData("orders", true)]
    [InlineData("ORDERS", true)]
    [InlineData("Claims", false)]
    public void The_domain_is_compared_without_case(string domain, bool applies) => Holds(new PlaybookMatch { Domain = domain }, applies);

    [Theory]
    [InlineData(new[] { Severity.Medium }, true)]
    [InlineData(new[] { Severity.Low, Severity.Medium }, true)]
    [InlineData(new[] { Severity.High, Severity.Critical }, false)]
    public void The_effective_severity_must_be_listed(Severity[] severities, bool applies) =>
        Holds(new PlaybookMatch { Severities = severities }, applies);

    [Theory]
    [InlineData("""{"sla_deadline":"2026-01-05T12:30:00Z"}""", true)]
    [InlineData("""{"sla_deadline":"2026-01-05T13:29:59+01:00"}""", true)]
    [InlineData("""{"sla_deadline":"2026-01-05T11:00:00Z"}""", true)]
    [InlineData("""{"slaDeadline":"2026-01-05T14:00:00Z"}""", false)]
    [InlineData("""{"sla_deadline":"2026-01-05T13:00:00Z"}""", false)]
    [InlineData("""{"sla_deadline":"soon"}""", false)]
    [InlineData("""{"sla_deadline":"12:05"}""", false)]
    [InlineData("""{"sla_deadline":17}""", false)]
    [InlineData("""{"sla_deadline":"2026-01-05T12:59:59.123456Z"}""", true)]
    [InlineData("""{"sla_deadline":"2026-01-05T12:30:00"}""", true)]
    [InlineData("""{"sla_deadline":"2026-01-05T12:30:00z"}""", true)]
    [InlineData("""{"sla_deadline":null}""", true)]
    [InlineData("{}", true)]
    public void Fewer_minutes_than_the_limit_must_remain_if_there_is_a_deadline(string context, bool applies) =>
        Holds(new PlaybookMatch { SlaMinutesRemainingBelow = 60 }, applies, context);

    [Theory]
    [InlineData("""{"policy_tags":["a","b","c"]}""", true)]
    [InlineData("""{"policyTags":["b","a"]}""", true)]
    [InlineData("""{"policy_tags":["a"]}""", false)]
    [InlineData("""{"policy_tags":"a"}""", false)]
    [InlineData("{}", false)]
    public void All_tags_must_be_there(string context, bool applies) =>
        Holds(new PlaybookMatch { PolicyTags = ["a", "b"] }, applies, context);

    [Fact]
    public void All_conditions_must_hold_together() =>
        Holds(new PlaybookMatch { Domain = "Orders", Severities = [Severity.Medium], PolicyTags = ["a"] }, applies: false, context: "{}");

    [Fact]
    public void A_condition_that_fails_is_named()
    {
        Selection selection = Select(Bench.Record(), Bench.Playbook("p", "CHILD") with { Match = new PlaybookMatch { Severities = [Severity.Critical] } });

        selection.Rejected.ShouldBe([new RejectedPlaybook(new PlaybookId("p"), "The severity is MEDIUM; it is for CRITICAL.")]);
        selection.Applicable.ShouldBeEmpty();
    }

    [Fact]
    public void The_highest_priority_wins_and_the_loser_says_so()
    {
        Selection selection = Select(
            Bench.Record(), Bench.Playbook("low", "CHILD"), Bench.Playbook("high", "*") with { Priority = 10 }, Bench.Playbook("mid", "CHILD") with { Priority = 5 });

        selection.Selected!.Id.Value.ShouldBe("high");
        selection.Applicable.Select(id => id.Value).ShouldBe(["high", "mid", "low"]);
        selection.Rejected.Select(rejected => rejected.Reason).ShouldBe(["Lower priority (5) than 'high' (10).", "Lower priority (0) than 'high' (10)."]);
    }

    [Theory]
    [InlineData("*", "CHIL?", "CHIL?")]
    [InlineData("CHIL?", "CHILD", "CHILD")]
    [InlineData("CHIL?", "PARENT", "PARENT")]
    [InlineData("*", "ROOT", "ROOT")]
    [InlineData("ROOT", "PARENT", "PARENT")]
    [InlineData("C?I*", "CHIL?", "CHIL?")]
    public void The_more_specific_type_wins(string one, string other, string expected)
    {
        Chosen(Bench.Record(), Bench.Playbook(one, one), Bench.Playbook(other, other)).ShouldBe(expected);
        Chosen(Bench.Record(), Bench.Playbook(other, other), Bench.Playbook(one, one)).ShouldBe(expected);
    }

    [Fact]
    public void A_playbook_of_the_type_hides_those_of_its_ancestors_whatever_their_priority()
    {
        Selection selection = Select(Bench.Record(), Bench.Playbook("parent", "PARENT") with { Priority = 99 }, Bench.Playbook("own", "CHILD"));

        selection.Selected!.Id.Value.ShouldBe("own");
        selection.Rejected.ShouldHaveSingleItem().Reason.ShouldContain("nearer type");
    }

    [Fact]
    public void An_ancestors_playbook_is_inherited_when_the_types_own_does_not_apply() => Chosen(
        Bench.Record(),
        Bench.Playbook("parent", "PARENT"),
        Bench.Playbook("own", "CHILD") with { Match = new PlaybookMatch { Severities = [Severity.Critical] } }).ShouldBe("parent");

    [Theory]
    [InlineData("1.2.0", "1.10.0", "b")]
    [InlineData("2.0.0", "1.10.0", "a")]
    [InlineData("1.0.0", "1.0.0-beta", "a")]
    [InlineData("1.0.0-beta.2", "1.0.0-beta.11", "b")]
    [InlineData("1.0", "1.0.1", "b")]
    public void The_newest_version_wins(string versionOfA, string versionOfB, string expected) => Chosen(
        Bench.Record(), Bench.Playbook("a", "CHILD") with { Version = versionOfA }, Bench.Playbook("b", "CHILD") with { Version = versionOfB }).ShouldBe(expected);

    [Fact]
    public void The_last_ties_go_to_the_tenant_and_then_to_the_later_in_the_file()
    {
        Chosen(Bench.Record(), Bench.Playbook("a", "CHILD"), Bench.Playbook("b", "CHILD")).ShouldBe("b");
        Chosen(Bench.Record(), Bench.Playbook("a", "CHILD") with { FromTenant = true }, Bench.Playbook("b", "CHILD")).ShouldBe("a");
    }

    [Fact]
    public void What_the_tenant_did_not_approve_is_never_selected_however_well_it_fits()
    {
        BoundPolicy policy = Bench.Policy(Bench.Playbook("best", "CHILD") with { Priority = 100 }, Bench.Playbook("approved", "*"));
        Selection selection = new PlaybookSelector(policy with { ApprovedProcesses = new HashSet<string> { "approved" } }).Select(Bench.Record(), Bench.Now);

        selection.Selected!.Id.Value.ShouldBe("approved");
        selection.Rejected.ShouldBe([new RejectedPlaybook(new PlaybookId("best"), "It is not approved for tenant 'acme'.")]);
        selection.Applicable.Select(id => id.Value).ShouldBe(["best", "approved"]);
    }

    [Fact]
    public void A_draft_is_never_selected_even_when_the_tenant_lists_it()
    {
        Selection selection = Select(Bench.Record(), Bench.Playbook("draft", "CHILD") with { Approved = false });

        selection.Selected.ShouldBeNull();
        selection.Rejected.ShouldHaveSingleItem().Reason.ShouldContain("draft");
    }

    [Theory]
    [InlineData("repair")]
    [InlineData("Please repair(orderId) now")]
    [InlineData("If broken: repair(orderId)")]
    public void A_playbook_with_a_tool_outside_the_allow_list_is_rejected_and_the_next_is_taken(string action)
    {
        BoundPolicy policy = Bench.Policy(Bench.Playbook("first", "CHILD", Bench.Step(action)) with { Priority = 1 }, Bench.Playbook("second", "CHILD", Bench.Step("getOrder")));
        Selection selection = new PlaybookSelector(policy with { Guardrails = new Guardrails { AllowLists = new ToolList(["getOrder"], []) } })
            .Select(Bench.Record(), Bench.Now);

        selection.Selected!.Id.Value.ShouldBe("second");
        selection.Blocked.ShouldBeNull();
        selection.Rejected.ShouldBe([new RejectedPlaybook(new PlaybookId("first"), "The tool 'repair' is not in allowLists.")]);
    }

    [Fact]
    public void A_playbook_with_a_tool_that_the_tenant_did_not_approve_is_rejected()
    {
        BoundPolicy policy = Bench.Policy(Bench.Playbook("p", "CHILD", Bench.Step("repair"))) with { ApprovedTools = new HashSet<string> { "getOrder" } };

        new PlaybookSelector(policy).Select(Bench.Record(), Bench.Now).Rejected.ShouldHaveSingleItem().Reason.ShouldContain("approvedTools");
    }

    [Theory]
    [InlineData("repair", "repair", null)]
    [InlineData("Then repair(orderId)", "repair", null)]
    [InlineData("invokeTool", "repair", null)]
    [InlineData("notify", null, "notify")]
    [InlineData("set_status", null, "setStatus")]
    [InlineData("repair", null, "invokeTool")]
    public void An_approved_playbook_that_uses_something_blocked_is_reported_and_nothing_else_is_taken(string action, string? tool, string? blockedAction)
    {
        PlaybookStep step = Bench.Step(action, action == "invokeTool" ? """{"tool_id":"repair"}""" : "{}");
        BoundPolicy policy = Bench.Policy(Bench.Playbook("bad", "CHILD", step) with { Priority = 1 }, Bench.Playbook("good", "CHILD"));
        ToolList blockList = new(tool is null ? [] : [tool], blockedAction is null ? [] : [blockedAction]);

        Selection selection = new PlaybookSelector(policy with { Guardrails = new Guardrails { BlockLists = blockList } }).Select(Bench.Record(), Bench.Now);

        selection.Selected.ShouldBeNull();
        selection.Blocked!.PlaybookId.Value.ShouldBe("bad");
        selection.Reason.ShouldContain("blocked");
        selection.Rejected.Select(rejected => rejected.PlaybookId.Value).ShouldBe(["bad", "good"]);
    }

    [Fact]
    public void A_blocked_playbook_that_would_not_be_selected_blocks_nothing()
    {
        BoundPolicy policy = Bench.Policy(Bench.Playbook("good", "CHILD") with { Priority = 1 }, Bench.Playbook("bad", "CHILD", Bench.Step("repair")));

        Selection selection = new PlaybookSelector(policy with { Guardrails = new Guardrails { BlockLists = new ToolList(["repair"], []) } }).Select(Bench.Record(), Bench.Now);

        selection.Selected!.Id.Value.ShouldBe("good");
        selection.Blocked.ShouldBeNull();
    }

    [Fact]
    public void Tools_of_fallbacks_rollbacks_and_criteria_count()
    {
        PlaybookStep step = Bench.Step("getOrder") with
        {
            Fallback = Bench.Step("getLines") with { Rollback = new StepRollback(new ToolName("repair"), Reeve.Core.Values.ObjectMap.Empty) },
        };
        Playbook playbook = Bench.Playbook("p", "CHILD", step) with { SuccessCriteria = [new SuccessCriterion { Text = "openCase", Tool = new ToolName("openCase") }] };
        foreach (string tool in new[] { "getOrder", "getLines", "repair", "openCase" })
        {
            BoundPolicy policy = Bench.Policy(playbook) with { Guardrails = new Guardrails { BlockLists = new ToolList([tool], []) } };

            new PlaybookSelector(policy).Select(Bench.Record(), Bench.Now).Blocked.ShouldNotBeNull(tool).Names.ShouldBe([tool]);
        }
    }

    [Fact]
    public void Nothing_applies_and_the_reason_says_so() =>
        Select(Bench.Record(type: "OTHER"), Bench.Playbook("p", "CHILD")).Reason.ShouldBe("No playbook applies to OTHER.");

    private static void Holds(PlaybookMatch match, bool applies, string context = "{}") =>
        Chosen(Bench.Record(context: context), Bench.Playbook("p", "CHILD") with { Match = match }).ShouldBe(applies ? "p" : null);

    private static string? Chosen(ExceptionRecord record, params Playbook[] playbooks) => Select(record, playbooks).Selected?.Id.Value;

    private static Selection Select(ExceptionRecord record, params Playbook[] playbooks) =>
        new PlaybookSelector(Bench.Policy(playbooks)).Select(record, Bench.Now);
}
