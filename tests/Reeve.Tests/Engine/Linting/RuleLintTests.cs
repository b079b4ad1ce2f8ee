using Reeve.Core.Errors;

namespace Reeve.Tests.Linting;

public sealed class RuleLintTests
{
    [Theory]
    [InlineData("exceptionType in ['LOST', 'LATE']", "exceptionType == 'LATE'")]
    [InlineData("weight > 10", "weight > 20 && value == 'x'")]
    [InlineData("true", "weight > 20")]
    [InlineData("exceptionType.startsWith('L')", "exceptionType == 'LOST' && severity == 'HIGH'")]
    public void A_routing_rule_behind_one_that_holds_wherever_it_does_is_never_reached(string first, string later)
    {
        string[] findings = LintBench.InPolicy(Routing(first, later, "value > 1"));

        findings.ShouldContain("LINT-006 /routingRules/1/condition");
        LintBench.InPolicy(Routing(later, "value > 1")).ShouldNotContain("LINT-006 /routingRules/1/condition");
    }

    [Theory]
    [InlineData("weight > 20", "weight > 10")]
    [InlineData("exceptionType == 'LATE'", "exceptionType in ['LOST', 'LATE']")]
    [InlineData("value == 'x'", "rawPayload.value == 'x'")]
    [InlineData("weight > 10 && value == 'x'", "weight > 20")]
    [InlineData("weight * 2 > 10", "weight > 20")]
    public void A_routing_rule_that_something_reaches_is_not(string first, string later) => LintBench.InPolicy(Routing(first, later)).ShouldBeEmpty();

    [Fact]
    public void The_last_routing_rule_may_always_hold_and_no_other()
    {
        LintBench.InPolicy(Routing("exceptionType == 'LOST'", "severity != null")).ShouldBeEmpty();
        LintBench.InPolicy(Routing("severity != null", "exceptionType == 'LOST'")).ShouldBe(["LINT-002 /routingRules/0/condition", "LINT-006 /routingRules/1/condition"]);
    }

    [Fact]
    public void What_never_holds_is_told_as_such_and_not_as_never_reached() =>
        LintBench.InPolicy(Routing("weight > 1", "weight > 3 && weight < 2", "value > 1")).ShouldBe(["LINT-001 /routingRules/1/condition"]);

    [Fact]
    public void A_severity_that_only_a_rule_gives_which_never_holds_is_one_that_nothing_can_have()
    {
        string domain = Make.With(
            Guardrails("""{"severityGates":{"CRITICAL":{"requireApproval":true}}}"""), "severityRules", """[{"id":"heavy","condition":"weight > 30 && weight < 20","severity":"CRITICAL"}]""");

        LintBench.InDomain(domain).ShouldBe(["LINT-001 /severityRules/0/condition", "LINT-005 /guardrails/severityGates/CRITICAL"]);
    }

    [Fact]
    public void Copies_in_one_list_are_found_whatever_their_white_space()
    {
        string domain = Make.With(LintBench.Domain, "severityRules", """
            [{"id":"a","condition":"weight > 30","severity":"HIGH"},{"id":"b","condition":"weight  >\n30","severity":"CRITICAL"},{"id":"c","condition":"weight > 31","severity":"CRITICAL"}]
            """);

        ReeveError finding = LintBench.Lint(domain).Domain.ShouldHaveSingleItem();

        (finding.Code, finding.Subject).ShouldBe(("LINT-007", "/severityRules/1/condition"));
        finding.Message.ShouldContain("the severity rule \"a\"");
        LintBench.InPolicy(Routing("weight > 1", "weight > 1")).ShouldBe(["LINT-007 /routingRules/1/condition"]);
    }

    [Fact]
    public void Copied_approval_rules_are_those_about_the_same_severity_type_and_condition()
    {
        LintBench.InPolicy(Approvals("""{"severity":"HIGH","requireApproval":true},{"severity":"HIGH","requireApproval":true,"id":"again"}""")).ShouldBe(["LINT-007 /humanApprovalRules/1"]);
        LintBench.InPolicy(Approvals("""{"severity":"HIGH","requireApproval":true},{"severity":"HIGH","exceptionType":"LOST","requireApproval":true},{"severity":"HIGH","condition":"weight > 1","requireApproval":true},{"severity":"CRITICAL","condition":"weight > 1","requireApproval":true}""")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"severity":"LOW","exceptionType":"LOST","requireApproval":true}""", "LINT-005 /humanApprovalRules/0")]
    [InlineData("""{"exceptionType":"SCANNED","requireApproval":true}""", "LINT-008 /humanApprovalRules/0")]
    [InlineData("""{"severity":"HIGH","condition":"severity == 'LOW'","requireApproval":true}""", "LINT-005 /humanApprovalRules/0/condition")]
    [InlineData("""{"condition":"true","requireApproval":true}""", "LINT-002 /humanApprovalRules/0/condition")]
    public void An_approval_rule_about_what_cannot_be_is_found(string rule, string finding) => LintBench.InPolicy(Approvals(rule)).ShouldBe([finding]);

    [Theory]
    [InlineData("""{"severity":"HIGH","exceptionType":"LOST","requireApproval":true}""")]
    [InlineData("""{"severity":"CRITICAL","exceptionType":"SCANNED","requireApproval":true},{"exceptionType":"PARCEL","requireApproval":true}""", "LINT-008 /humanApprovalRules/0")]
    [InlineData("""{"requireApproval":true}""")]
    public void An_approval_rule_about_what_can_be_is_not(string rule, params string[] findings) => LintBench.InPolicy(Approvals(rule)).ShouldBe(findings);

    [Fact]
    public void A_guardrail_about_types_or_severities_that_it_cannot_meet_changes_nothing()
    {
        LintBench.InDomain(Guardrails("""{"requireHumanApprovalFor":["LOST","SCANNED"]}""")).ShouldBe(["LINT-008 /guardrails/requireHumanApprovalFor/1"]);
        LintBench.InDomain(Guardrails("""{"noAutoActionIfSeverityIn":["HIGH"]}""")).ShouldBeEmpty();

        string mild = Make.With(Make.With(Guardrails("""{"noAutoActionIfSeverityIn":["HIGH","CRITICAL"],"severityGates":{"CRITICAL":{"requireApproval":true},"MEDIUM":{"requireApproval":true}}}"""), "severityRules", "[]"), "exceptionTypes", """{"LATE":{"description":"L.","severityRules":[{"id":"r","condition":"hours > 3","severity":"LOW"}]},"LOST":{"description":"L."},"PARCEL":{"description":"P."},"SCANNED":{"description":"S."}}""");
        LintBench.InDomain(mild).ShouldBe(["LINT-005 /guardrails/noAutoActionIfSeverityIn/0", "LINT-005 /guardrails/severityGates/CRITICAL"]);
        LintBench.InDomain(mild, LintBench.Samples, Make.With(LintBench.Policy, "severityOverrides", """{"LATE":"HIGH","LOST":"CRITICAL"}""")).ShouldBeEmpty();
    }

    [Fact]
    public void What_the_domain_pack_blocks_or_asks_already_changes_nothing_in_a_policy()
    {
        string domain = Guardrails("""{"blockLists":{"tools":["recall"],"actions":["notify"]},"rules":[{"id":"dear","condition":"value > 1000","decision":"REQUIRE_APPROVAL"}]}""");
        string policy = Make.With(LintBench.Policy, "customGuardrails", """{"blockLists":{"tools":["resend","recall"],"actions":["notify"]},"rules":[{"id":"mine","condition":"value  > 1000","decision":"REQUIRE_APPROVAL"},{"id":"block","condition":"value > 1000 ","decision":"BLOCK"}]}""");

        LintBench.InPolicy(policy, domain).ShouldBe(
            ["LINT-007 /customGuardrails/rules/1/condition", "LINT-008 /customGuardrails/blockLists/tools/1", "LINT-008 /customGuardrails/blockLists/actions/0", "LINT-008 /customGuardrails/rules/0"], ignoreOrder: true);
        LintBench.InPolicy(policy.Replace("recall", "locate", StringComparison.Ordinal).Replace("notify", "add_comment", StringComparison.Ordinal).Replace("> 1000", "> 999", StringComparison.Ordinal), domain)
            .ShouldBe(["LINT-007 /customGuardrails/rules/1/condition"]);
    }

    [Fact]
    public void An_entry_that_stands_in_a_list_twice_is_found() =>
        LintBench.InDomain(Guardrails("""{"blockLists":["recall","recall"],"requireHumanApprovalFor":["LOST","LATE","LOST"]}"""))
            .ShouldBe(["LINT-008 /guardrails/blockLists/1", "LINT-008 /guardrails/requireHumanApprovalFor/2"]);

    [Fact]
    public void Ages_without_a_queue_change_nothing()
    {
        string policy = Make.With(LintBench.Policy, "agingThresholds", """{"LOST":"2d"}""");

        LintBench.InPolicy(policy).ShouldBe(["LINT-008 /agingThresholds"]);
        LintBench.InPolicy(Make.With(policy, "escalationQueue", "\"Duty\"")).ShouldBeEmpty();
        LintBench.InPolicy(Make.With(LintBench.Policy, "workflow_policies", """{"aging_thresholds":{"LOST":"2d"}}""")).ShouldBe(["LINT-008 /workflow_policies/aging_thresholds"]);
    }

    [Theory]
    [InlineData("""[{"when":"doc.kind == 'scan'","record":{"weight":"doc.weight"}},{"when":"doc.kind == 'scan' && doc.weight > 3","record":{"weight":"doc.weight"}}]""", "LINT-006 /intake/1")]
    [InlineData("""[{"record":{"weight":"doc.weight"}},{"when":"has(doc.kind)","record":{"weight":"doc.weight"}}]""", "LINT-006 /intake/1")]
    [InlineData("""{"mappings":[{"record":{"weight":"doc.weight"}},{"record":{"weight":"doc.weight"}}]}""", "LINT-006 /intake/mappings/1")]
    [InlineData("""[{"when":"doc.kind == 'scan' && doc.kind == 'late'","record":{"weight":"doc.weight"}}]""", "LINT-001 /intake/0/when")]
    public void A_mapping_that_takes_nothing_is_found(string intake, string finding) => LintBench.InDomain(Make.With(LintBench.Domain, "intake", intake)).ShouldBe([finding]);

    [Theory]
    [InlineData("""[{"when":"doc.kind == 'scan' && doc.weight > 3","record":{"weight":"doc.weight"}},{"when":"doc.kind == 'scan'","record":{"weight":"doc.weight"}}]""")]
    [InlineData("""[{"when":"has(doc.kind)","record":{"weight":"doc.weight"}},{"record":{"weight":"doc.weight"}}]""")]
    public void A_mapping_behind_a_narrower_one_is_not(string intake) => LintBench.InDomain(Make.With(LintBench.Domain, "intake", intake)).ShouldBeEmpty();

    [Fact]
    public void A_finding_is_placed_whichever_way_fields_are_spelled()
    {
        string domain = LintBench.Domain.Replace("\"severityRules\": [{\"id\": \"heavy\"", "\"severity_rules\": [{\"id\": \"heavy\"", StringComparison.Ordinal)
            .Replace("\"condition\": \"weight > 30\"", "\"if\": \"weight > 30 && weight < 20\"", StringComparison.Ordinal);

        LintBench.InDomain(domain).ShouldBe(["LINT-001 /severity_rules/0/if"]);
    }

    private static string Routing(params string[] conditions) => Make.With(LintBench.Policy, "routingRules",
        "[" + string.Join(',', conditions.Select((condition, at) => $$"""{"id":"r{{at}}","condition":"{{condition}}","assignGroup":"G{{at}}"}""")) + "]");

    private static string Approvals(string rules) => Make.With(LintBench.Policy, "humanApprovalRules", $"[{rules}]");

    private static string Guardrails(string guardrails) => Make.With(LintBench.Domain, "guardrails", guardrails);
}
