using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Tests.Agents;

public sealed class PolicyTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    [Theory]
    [InlineData("""{"noAutoActionIfSeverityIn":["MEDIUM","CRITICAL"]}""", "noAutoActionIfSeverityIn:MEDIUM")]
    [InlineData("""{"requireHumanApprovalFor":["DELAYED"]}""", "requireHumanApprovalFor:DELAYED")]
    [InlineData("""{"severityGates":{"MEDIUM":{"requireApproval":true}}}""", "severityGates:MEDIUM")]
    [InlineData("""{"humanApprovalThreshold":0.85}""", "humanApprovalThreshold")]
    [InlineData("""{"rules":[{"id":"late","condition":"hoursLate > 40","decision":"REQUIRE_APPROVAL"}]}""", "late")]
    public async Task A_guardrail_asks_for_approval_and_is_named(string guardrails, string rule)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "guardrails", guardrails)));

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.PolicyOf().ViolatedRules.ShouldContain(new RuleId(rule));
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
        result.Of(Stage.Policy)!.Evidence.ShouldContain(reason => reason.StartsWith(rule, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rules_are_applied_and_named_in_the_order_of_the_specification()
    {
        string domain = Make.With(Make.Domain, "guardrails", """
            {"rules":[{"id":"own","condition":"true","decision":"REQUIRE_APPROVAL"}],"escalateIfConfidenceBelow":1,"humanApprovalThreshold":1,
             "severityGates":{"HIGH":{"requireApproval":true}},"requireHumanApprovalFor":["DELAYED"],"noAutoActionIfSeverityIn":["HIGH"],"blockLists":["resend"]}
            """);

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(domain, """
            {"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":["hurry"],"severityOverrides":{"DELAYED":"HIGH"},
             "humanApprovalRules":[{"severity":"HIGH","requireApproval":true}]}
            """));

        result.PolicyOf().AppliedRules.Select(rule => rule.Id.Value).ShouldBe(
        [
            "severityOverrides:DELAYED", "blockLists:resend", "noAutoActionIfSeverityIn:HIGH", "requireHumanApprovalFor:DELAYED",
            "humanApprovalRules:HIGH", "severityGates:HIGH", "humanApprovalThreshold", "escalateIfConfidenceBelow", "own",
        ]);
    }

    [Theory]
    [InlineData("\"1,250,000\"")]
    [InlineData("null")]
    [InlineData("true")]
    public async Task A_guardrail_on_a_mistyped_field_asks_a_person_and_names_the_field(string amount)
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":{{amount}}}""");

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.PolicyOf().AppliedRules.ShouldContain(rule => rule.Id == new RuleId("dear") && rule.Reason.Contains("amount", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guardrail_on_a_renamed_field_asks_a_person_and_names_the_field()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"sum":2000000}""");

        result.PolicyOf().AppliedRules.ShouldContain(rule => rule.Verdict == PolicyVerdict.RequireApproval && rule.Reason.Contains("amount", StringComparison.Ordinal));
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_rule_that_blocks_escalates_and_nothing_is_planned()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "guardrails", """{"rules":[{"id":"stop","condition":"hoursLate > 1","decision":"BLOCK","reason":"No."}]}"""));

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Of(Stage.Policy)!.Decision.ShouldBe("BLOCK");
        result.PolicyOf().SelectedPlaybookId.ShouldBeNull();
        result.Of(Stage.Resolution).ShouldBeNull();
        result.Of(Stage.Feedback).ShouldNotBeNull();
    }

    [Fact]
    public async Task Low_confidence_escalates_where_the_tenant_says_so()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","guardrailOverrides":{"escalateIfConfidenceBelow":0.85}}"""));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Of(Stage.Policy)!.NextStep.ShouldBe(NextStep.Escalate);
    }

    [Fact]
    public async Task A_playbook_that_is_not_approved_is_never_selected()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":["search"]}"""));

        result.PolicyOf().SelectedPlaybookId.ShouldBeNull();
        result.PolicyOf().Actionability.ShouldBe(Actionability.ActionableNonApprovedProcess);
        result.PolicyOf().RejectedPlaybooks.ShouldContain(rejected => rejected.PlaybookId == new PlaybookId("hurry"));
        result.Of(Stage.Resolution)!.Decision.ShouldBe("DRAFT");
        result.Status.ShouldBe(ResolutionStatus.InProgress);
    }

    [Fact]
    public async Task An_unapproved_critical_exception_escalates()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","amount":1}""", Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":[]}"""));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task A_blocked_tool_in_an_explicitly_approved_playbook_blocks()
    {
        BoundPolicy policy = Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":["hurry"],"guardrailOverrides":{"blockLists":["resend"]}}""");

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.Of(Stage.Policy)!.Decision.ShouldBe("BLOCK");
        result.Of(Stage.Policy)!.Evidence.ShouldContain(reason => reason.Contains("resend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Critical_is_never_automatic_by_default()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","parcel":"P1","amount":1}""");

        result.PolicyOf().ViolatedRules.ShouldContain(new RuleId("criticalNeverAutomatic"));
        result.PolicyOf().HumanApprovalRequired.ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"guardrailOverrides":{"noAutoActionIfSeverityIn":["HIGH"]}}""", false)]
    [InlineData("""{"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false}]}""", false)]
    [InlineData("""{"guardrailOverrides":{"noAutoActionIfSeverityIn":[]},"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false}]}""", true)]
    [InlineData("""{"guardrailOverrides":{"noAutoActionIfSeverityIn":[]},"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false},{"severity":"CRITICAL","requireApproval":true}]}""", false)]
    [InlineData("""{"severityOverrides":{"LOST":"HIGH"}}""", true)]
    public async Task Critical_is_automatic_only_under_both_halves_of_an_explicit_override(string parts, bool automatic)
    {
        string policy = parts.Insert(1, "\"tenantId\":\"NORTH\",\"domainName\":\"Parcels\",");

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","parcel":"P1","amount":1}""", Make.Bound(policy: policy));

        (result.Of(Stage.Policy)!.Decision == "ALLOW").ShouldBe(automatic);
        (result.Of(Stage.Resolution)!.Decision == "PLANNED").ShouldBe(automatic);
    }

    [Fact]
    public async Task The_override_that_lets_critical_act_is_named()
    {
        const string policy = """{"tenantId":"NORTH","domainName":"Parcels","guardrailOverrides":{"noAutoActionIfSeverityIn":[]},"humanApprovalRules":[{"severity":"CRITICAL","requireApproval":false}]}""";

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","parcel":"P1","amount":1}""", Make.Bound(policy: policy));

        result.PolicyOf().CriticalOverride.ShouldNotBeNull();
        result.Of(Stage.Policy)!.Evidence.ShouldContain(reason => reason.Contains("humanApprovalRules:CRITICAL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_override_of_severity_keeps_the_original()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","severityOverrides":{"DELAYED":"HIGH"}}"""));

        result.Exception!.Severity.ShouldBe(Severity.High);
        result.PolicyOf().OriginalSeverity.ShouldBe(Severity.Medium);
        result.PolicyOf().EffectiveSeverity.ShouldBe(Severity.High);
    }

    [Fact]
    public async Task Rules_about_a_type_hold_for_its_descendants()
    {
        BoundPolicy policy = Make.Bound(
            Make.With(Make.Domain, "guardrails", """{"requireHumanApprovalFor":["LOST"]}"""),
            """{"tenantId":"NORTH","domainName":"Parcels","severityOverrides":{"LOST":"MEDIUM"}}""");

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST_ABROAD","parcel":"P1","country":"FR"}""", policy);

        result.PolicyOf().EffectiveSeverity.ShouldBe(Severity.Medium);
        result.PolicyOf().ViolatedRules.ShouldContain(new RuleId("requireHumanApprovalFor:LOST"));
        result.PolicyOf().SelectedPlaybookId.ShouldBe(new PlaybookId("search"));
    }

    [Fact]
    public async Task Routing_picks_the_first_group_that_matches_and_names_what_it_could_not_judge()
    {
        const string policy = """
            {"tenantId":"NORTH","domainName":"Parcels","routingRules":[
              {"id":"odd","condition":"weight > 10","assignGroup":"heavy"},
              {"id":"late","condition":"hoursLate > 24","assignGroup":"late-desk"}]}
            """;

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(policy: policy));

        result.PolicyOf().AssignGroup.ShouldBe("late-desk");
        result.Exception!.Owner.ShouldBe("late-desk");
        result.Of(Stage.Policy)!.Evidence.ShouldContain(reason => reason.Contains("odd", StringComparison.Ordinal) && reason.Contains("weight", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2026-11-19T08:00:00Z", "night-shift")]
    [InlineData("2026-11-20T08:00:00Z", "late-desk")]
    public async Task What_is_older_than_its_threshold_goes_to_the_escalation_queue(string time, string owner)
    {
        const string policy = """
            {"tenantId":"NORTH","domainName":"Parcels","escalationQueue":"night-shift","agingThresholds":{"DELAYED":"24h"},
             "routingRules":[{"condition":"hoursLate > 24","assignGroup":"late-desk"}]}
            """;

        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","timestamp":"{{time}}","parcel":"P1","hoursLate":48,"amount":1}""", Make.Bound(policy: policy));

        result.Exception!.Owner.ShouldBe(owner);
    }

    [Fact]
    public async Task A_tenant_rule_adds_to_the_domains_and_a_tenant_key_replaces_it()
    {
        BoundPolicy policy = Make.Bound(
            Make.With(Make.Domain, "guardrails", """{"humanApprovalThreshold":0.9,"rules":[{"id":"a","condition":"hoursLate > 40","decision":"REQUIRE_APPROVAL"}]}"""),
            """{"tenantId":"NORTH","domainName":"Parcels","guardrailOverrides":{"humanApprovalThreshold":0.5,"rules":[{"id":"b","condition":"hoursLate > 41","decision":"REQUIRE_APPROVAL"}]}}""");

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.PolicyOf().ViolatedRules.ShouldBe([new RuleId("a"), new RuleId("b")]);
    }

    [Fact]
    public async Task An_approval_rule_with_a_condition_that_cannot_be_judged_asks_a_person()
    {
        const string policy = """{"tenantId":"NORTH","domainName":"Parcels","humanApprovalRules":[{"condition":"weight > 10","requireApproval":false}]}""";

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(policy: policy));

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.PolicyOf().AppliedRules.ShouldContain(rule => rule.Reason.Contains("weight", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Low_severity_without_a_playbook_is_for_information_only()
    {
        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"LOST","amount":1}""",
            Make.Bound(Make.With(Make.Domain, "playbooks", "[]"), """{"tenantId":"NORTH","domainName":"Parcels","severityOverrides":{"LOST":"LOW"}}"""));

        result.PolicyOf().Actionability.ShouldBe(Actionability.NonActionableInfoOnly);
        result.Status.ShouldBe(ResolutionStatus.Open);
    }
}
