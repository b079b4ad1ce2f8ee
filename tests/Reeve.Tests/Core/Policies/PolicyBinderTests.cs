using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Tests.PackDocuments;

namespace Reeve.Tests.Policies;

public sealed class PolicyBinderTests
{
    private const string Bare = """{"tenantId":"T"}""";

    private static BoundPolicy Bound(params (string Pointer, string Value)[] changes) =>
        PackTexts.Bind(changes.Aggregate(Bare, (json, change) => PackTexts.With(json, change.Pointer, change.Value))).OrThrow();

    [Fact]
    public void A_bare_policy_allows_every_tool_and_derives_its_approvals()
    {
        BoundPolicy bound = Bound();

        bound.ApprovedTools.Order().ShouldBe(["cancelRefund", "getOrder", "purge", "refund"]);
        bound.ApprovalsDerived.ShouldBeTrue();
        bound.ApprovedProcesses.Order().ShouldBe(["PB_ANY", "PB_BASE", "PB_LOST"]);
        bound.TenantGivesNoAutoAction.ShouldBeFalse();
    }

    [Fact]
    public void An_explicit_list_is_used_as_it_is_even_empty()
    {
        BoundPolicy bound = Bound(("/approvedBusinessProcesses", "[]"));

        bound.ApprovalsDerived.ShouldBeFalse();
        bound.ApprovedProcesses.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_list_of_tools_allows_none_and_derives_nothing_that_calls()
    {
        BoundPolicy bound = Bound(("/approvedTools", "[]"));

        bound.ApprovedTools.ShouldBeEmpty();
        bound.ApprovedProcesses.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"approvedTools":["getOrder","refund"]}""", "PB_ANY,PB_BASE")] // the rollback tool is missing
    [InlineData("""{"approvedTools":["getOrder","refund","cancelRefund"]}""", "PB_ANY,PB_BASE,PB_LOST")]
    [InlineData("""{"guardrailOverrides":{"blockLists":["refund"]}}""", "PB_ANY,PB_BASE")]
    [InlineData("""{"guardrailOverrides":{"blockLists":{"actions":["set_status"]}}}""", "PB_BASE,PB_LOST")]
    [InlineData("""{"guardrailOverrides":{"blockLists":{"actions":["call_tool"]}}}""", "")]
    [InlineData("""{"guardrailOverrides":{"allowLists":["getOrder"]}}""", "PB_ANY,PB_BASE")]
    [InlineData("""{"guardrailOverrides":{"allowLists":{"actions":["call_tool","set_status"]}}}""", "PB_ANY,PB_BASE")] // PB_LOST notifies
    [InlineData("""{"customPlaybooks":[{"playbookId":"MINE","exceptionType":"NOTE","steps":["Look."]},{"playbookId":"DRAFT","approved":false,"exceptionType":"NOTE","steps":["Look."]}]}""", "MINE,PB_ANY,PB_BASE,PB_LOST")]
    public void Derived_approvals_are_what_may_be_used_entirely(string policy, string expected)
    {
        BoundPolicy bound = PackTexts.Bind(PackTexts.With(policy, "/tenantId", "\"T\"")).OrThrow();

        string.Join(",", bound.ApprovedProcesses.Order()).ShouldBe(expected);
    }

    [Fact]
    public void A_disabled_tool_keeps_its_playbooks_out_of_the_derived_list()
    {
        string domain = PackTexts.With(PackTexts.Domain, "/tools/getOrder/enabled", "false");

        PackTexts.Bind(Bare, domain).OrThrow().ApprovedProcesses.ShouldBeEmpty();
    }

    [Fact]
    public void A_tenants_key_replaces_but_block_lists_and_rules_add()
    {
        BoundPolicy bound = PackTexts.Bind(PackTexts.Tenant).OrThrow();

        bound.Guardrails.HumanApprovalThreshold.ShouldBe(0.9);
        bound.Guardrails.EscalateIfConfidenceBelow.ShouldBe(0.5);
        bound.Guardrails.BlockLists!.Tools.ShouldBe(["purge", "getOrder"]);
        bound.Guardrails.BlockLists.Actions.ShouldBe(["add_comment"]);
        bound.Guardrails.Rules.Select(rule => rule.Reason).ShouldBe(["Too much.", "Ours."]);
    }

    [Fact]
    public void Critical_is_never_automatic_unless_a_pack_says_otherwise()
    {
        string silent = PackTexts.With(PackTexts.Domain, "/guardrails", "{}");

        PackTexts.Bind(Bare, silent).OrThrow().Guardrails.NoAutoActionIfSeverityIn.ShouldBe([Severity.Critical]);
        BoundPolicy lifted = Bound(("/customGuardrails", """{"noAutoActionIfSeverityIn":[]}"""));
        lifted.Guardrails.NoAutoActionIfSeverityIn.ShouldBeEmpty();
        lifted.TenantGivesNoAutoAction.ShouldBeTrue();
    }

    [Fact]
    public void A_tenant_changes_time_outs_retries_and_missing_endpoints_only()
    {
        BoundPolicy bound = PackTexts.Bind(PackTexts.Tenant).OrThrow();

        ToolDefinition refund = bound.Tools.Find("refund")!;
        (refund.Timeout, refund.MaxRetries, refund.Version).ShouldBe((TimeSpan.FromSeconds(9), 0, "1.4.0"));
        bound.Tools.Find("getOrder")!.Timeout.ShouldBe(TimeSpan.FromSeconds(3));
        bound.Tools.Find("cancelRefund")!.Endpoint.ShouldBe("https://tenant.example.com/cancel");
        bound.Domain.Tools.Find("cancelRefund")!.Endpoint.ShouldBeNull();
    }

    [Fact]
    public void A_tenants_calendar_replaces_its_namesake() =>
        PackTexts.Bind(PackTexts.Tenant).OrThrow().Calendars.Count.ShouldBe(1);

    [Fact]
    public void Extending_replaces_steps_of_the_same_id_and_appends_the_others()
    {
        const string custom = """[{"playbookId":"MINE","extends":"PB_LOST","steps":[{"stepId":"read","action":"Read it yourself."},{"stepId":"new","action":"Then rest."}]}]""";
        Playbook mine = Bound(("/customPlaybooks", custom)).Playbooks.Find("MINE")!;

        mine.Steps.Select(step => step.Id.Value).ShouldBe(["read", "2", "refund", "assign", "new"]);
        mine.Steps[0].Action.ShouldBe("Read it yourself.");
        mine.AppliesTo.ShouldBe(["ORDER_LOST"]);
        mine.SuccessCriteria.Count.ShouldBe(4);
    }

    [Fact]
    public void Including_inserts_steps_before_and_keeps_ids_unique()
    {
        const string custom = """[{"playbookId":"MINE","exceptionType":"NOTE","includes":["PB_BASE","PB_BASE"],"steps":["One.","Two."]}]""";
        Playbook mine = Bound(("/customPlaybooks", custom)).Playbooks.Find("MINE")!;

        mine.Steps.Select(step => step.Id.Value).ShouldBe(["read", "PB_BASE.2", "PB_BASE.read", "PB_BASE.2.2", "1", "2"]);
    }

    [Fact]
    public void What_is_made_of_a_draft_is_a_draft()
    {
        const string custom = """[{"playbookId":"DRAFT","approved":false,"exceptionType":"NOTE","steps":["x"]},{"playbookId":"MINE","exceptionType":"NOTE","includes":["DRAFT"],"steps":["y"]}]""";
        var reading = PackTexts.Bind($$"""{"tenantId":"T","approvedBusinessProcesses":["MINE"],"customPlaybooks":{{custom}}}""");

        reading.OrThrow().ApprovedProcesses.ShouldBeEmpty();
        reading.Warnings.ShouldContain(warning => warning.Subject == "/approvedBusinessProcesses/0" && warning.Message.Contains("draft"));
    }

    [Theory]
    [InlineData("1.3.0", "tenant")]
    [InlineData("1.2.0", "tenant")] // a tie goes to the tenant
    [InlineData("1.1.9", "domain")]
    public void Of_one_id_the_higher_version_stays(string version, string owner)
    {
        string custom = $$"""[{"playbookId":"PB_LOST","version":"{{version}}","exceptionType":"ORDER_LOST","steps":["x"]}]""";
        var reading = PackTexts.Bind($$"""{"tenantId":"T","customPlaybooks":{{custom}}}""");

        BoundPolicy bound = reading.OrThrow();
        bound.Playbooks.Count.ShouldBe(3);
        bound.Playbooks.Find("PB_LOST")!.FromTenant.ShouldBe(owner == "tenant");
        reading.Warnings.ShouldContain(warning => warning.Message.Contains("is replaced by"));
    }

    [Fact]
    public void Of_one_name_the_higher_version_replaces_the_lower()
    {
        BoundPolicy bound = Bound(("/customPlaybooks", """[{"playbookId":"OTHER","name":"Lost","version":"9.0.0","exceptionType":"ORDER_LOST","steps":["x"]}]"""));

        bound.Playbooks.Has("PB_LOST").ShouldBeFalse();
        bound.Playbooks.Has("OTHER").ShouldBeTrue();
    }

    [Fact]
    public void A_criterion_that_names_a_tool_is_a_call()
    {
        IReadOnlyList<SuccessCriterion> criteria = Bound().Playbooks.Find("PB_LOST")!.SuccessCriteria;

        criteria[0].Condition.ShouldNotBeNull();
        criteria[1].Tool.ShouldBe(new ToolName("getOrder"));
        criteria[2].ShouldSatisfyAllConditions(sentence => sentence.Tool.ShouldBeNull(), sentence => sentence.Condition.ShouldBeNull());
    }

    [Fact]
    public void A_policy_without_domain_finds_the_only_pack_that_satisfies_it()
    {
        DomainPack shop = PackTexts.DomainPack();
        DomainPack other = PackTexts.ReadDomain("""{"domainName":"Other","exceptionTypes":{"X":{}}}""").OrThrow();
        TenantPolicy needsShop = PackTexts.ReadTenant("""{"tenantId":"T","approvedTools":["refund"]}""").OrThrow();
        TenantPolicy needsNothing = PackTexts.ReadTenant(Bare).OrThrow();
        TenantPolicy needsMore = PackTexts.ReadTenant("""{"tenantId":"T","approvedTools":["refund"],"severityOverrides":{"X":"LOW"}}""").OrThrow();

        PolicyBinder.FindDomain(needsShop, [other, shop]).Pack.ShouldBe(shop);
        PolicyBinder.FindDomain(needsNothing, [other, shop]).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-032");
        PolicyBinder.FindDomain(needsMore, [other, shop]).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-031");
        PolicyBinder.FindDomain(needsNothing, []).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-031");
    }

    [Fact]
    public void A_policy_with_a_domain_finds_it_by_name()
    {
        DomainPack shop = PackTexts.DomainPack();
        TenantPolicy named = PackTexts.ReadTenant("""{"tenantId":"T","domainName":"Shop"}""").OrThrow();
        TenantPolicy mistyped = PackTexts.ReadTenant("""{"tenantId":"T","domainName":"Shp"}""").OrThrow();

        PolicyBinder.FindDomain(named, [shop]).Pack.ShouldBe(shop);
        var missing = PolicyBinder.FindDomain(mistyped, [shop]).Errors.ShouldHaveSingleItem();
        missing.Subject.ShouldBe("/domainName");
        missing.Message.ShouldContain("Did you mean \"Shop\"?");
    }

    [Fact]
    public void A_step_that_a_block_list_forbids_is_warned_of_where_it_is_approved()
    {
        var reading = PackTexts.Bind("""{"tenantId":"T","approvedBusinessProcesses":["PB_LOST"],"customGuardrails":{"blockLists":["refund"]}}""");

        reading.OrThrow().ApprovedProcesses.ShouldBe(["PB_LOST"]);
        reading.Warnings.ShouldContain(warning => warning.Subject == "/approvedBusinessProcesses/0" && warning.Message.Contains("refund"));
    }

    [Theory]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"A","expectedPlaybookId":null}]}]""", "PACK-044", "/testSuites/0/cases/0")]
    [InlineData("""[{"suiteId":"corr","cases":[{"caseId":"a","expectedPlaybookId":null}]}]""", "PACK-044", "/testSuites/0/cases/0")]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"a"}]}]""", "PACK-044", "/testSuites/0/cases/0")]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"a","inputExceptionType":"NOTE","expectedOutput":{}}]}]""", "PACK-044", "/testSuites/0/cases/0")]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"2","expectedPlaybookId":null}]}]""", "PACK-044", "/testSuites/0/cases/0")] // a position of the domain pack's
    [InlineData("""[{"cases":[{"caseId":"a","expectedPlaybookId":null}]}]""", "PACK-044", "/testSuites/0/cases/0")] // a position of its own
    [InlineData("""[{"caseId":"a","expectedPlaybookId":null}]""", "PACK-044", "/testSuites/0")]
    [InlineData("""[{"suiteId":"own","cases":[{"inputExceptionType":"NOBODY"}]}]""", "PACK-010", "/testSuites/0/cases/0/inputExceptionType")]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"a","expectedOutput":{"exception_type":"NOBODY"}}]}]""", "PACK-010", "/testSuites/0/cases/0/expectedOutput/exception_type")]
    public void A_policys_case_that_cannot_be_run_says_so_and_binds_all_the_same(string suites, string code, string pointer)
    {
        BoundPolicy bound = Bound(("/testSuites", suites));

        ReeveError fault = bound.TestSuites.SelectMany(suite => suite.Cases).Select(test => test.Fault).OfType<ReeveError>().ShouldHaveSingleItem();
        (fault.Code, fault.Subject).ShouldBe((code, pointer));
        PolicyBinder.FindDomain(bound.Policy with { DomainName = null }, [bound.Domain]).IsValid.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""[{"suiteId":"core","cases":[{"caseId":"a","expectedPlaybookId":null},{"caseId":"b","inputExceptionType":"NOTE"}]}]""", "core: a! 2 b!")]
    [InlineData("""[{"suiteId":"core","cases":[{"inputExceptionType":"NOTE"},{"inputExceptionType":"ORDER"}]}]""", "core: a 2 policy.1! policy.2!")] // positions of its own
    [InlineData("""[{"cases":[{"caseId":"a","inputExceptionType":"NOTE"}]},{"caseId":"a","inputExceptionType":"NOTE"}]""", "core: a 2; policy.1: a!; policy: a!")]
    [InlineData("""[{"suiteId":"own","cases":[{"inputExceptionType":"NOTE"}]}]""", "core: a 2; own: 1!")]
    public void A_policys_suites_restate_what_is_written_and_add_the_rest(string suites, string expected)
    {
        BoundPolicy bound = Bound(("/testSuites", suites));

        string.Join("; ", bound.TestSuites.Select(suite => $"{suite.SuiteId}: {string.Join(' ', suite.Cases.Select(Own))}")).ShouldBe(expected);

        string Own(TestCase test) => test.CaseId + (bound.Domain.TestSuites.Any(suite => suite.Cases.Contains(test)) ? "" : "!");
    }

    [Fact]
    public void A_position_does_not_restate_the_case_that_has_its_number_as_a_name()
    {
        const string domain = """[{"suiteId":"core","cases":[{"caseId":"1","inputExceptionType":"NOTE","expectedOutput":{"severity":"LOW"}}]}]""";
        BoundPolicy bound = PackTexts.Bind(
            """{"tenantId":"T","domainName":"Shop","testSuites":[{"suiteId":"core","cases":[{"inputExceptionType":"ORDER"}]}]}""",
            PackTexts.With(PackTexts.Domain, "/testSuites", domain)).OrThrow();

        bound.TestSuites[0].Cases.Select(test => test.CaseId).ShouldBe(["1", "policy.1"]);
        bound.TestSuites[0].Cases[0].ExpectsSomething.ShouldBeTrue();
    }

    [Fact]
    public void A_restated_case_keeps_the_input_and_nothing_of_what_was_expected()
    {
        BoundPolicy bound = Bound(("/testSuites", """[{"suiteId":"core","cases":[{"caseId":"a","expectedOutput":{"severity":"LOW"}}]}]"""));

        TestCase restated = bound.TestSuites[0].Cases[0];
        restated.Input.ShouldBe(bound.Domain.TestSuites[0].Cases[0].Input);
        (restated.ExpectedPlaybookId, restated.ExpectsNoPlaybook, restated.Fault).ShouldBe((null, false, null));
    }
}
