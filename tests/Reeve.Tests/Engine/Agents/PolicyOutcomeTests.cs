using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Tests.Agents;

/// <summary>What Policy makes of its verdict: actionability, playbook, confidence, severity, group.</summary>
public sealed class PolicyOutcomeTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    [Theory]
    [InlineData("{}", 0.9, NextStep.Resolution)]
    [InlineData("""{"guardrailOverrides":{"requireHumanApprovalFor":["DELAYED"]}}""", 0.8, NextStep.Resolution)]
    [InlineData("""{"approvedBusinessProcesses":[]}""", 0.6, NextStep.Resolution)]
    [InlineData("""{"approvedBusinessProcesses":[],"guardrailOverrides":{"requireHumanApprovalFor":["DELAYED"]}}""", 0.6, NextStep.Resolution)]
    [InlineData("""{"guardrailOverrides":{"escalateIfConfidenceBelow":0.85}}""", 0.5, NextStep.Escalate)]
    [InlineData("""{"guardrailOverrides":{"rules":[{"condition":"true","decision":"BLOCK"}]}}""", 0.5, NextStep.Escalate)]
    public async Task The_confidence_says_how_clear_the_verdict_is(string parts, double confidence, NextStep next)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant(parts));

        result.Of(Stage.Policy)!.Confidence.ShouldBe(confidence);
        result.Of(Stage.Policy)!.NextStep.ShouldBe(next);
    }

    [Fact]
    public async Task What_is_for_information_only_gets_no_playbook_even_if_one_applies()
    {
        string domain = Make.With(Make.Domain, "playbooks", """[{"playbookId":"note","exceptionType":"SCANNED","steps":["Read it."]}]""");

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"SCANNED","amount":1}""", Make.Bound(domain));

        result.PolicyOf().Actionability.ShouldBe(Actionability.NonActionableInfoOnly);
        result.PolicyOf().SelectedPlaybookId.ShouldBeNull();
        result.Of(Stage.Policy)!.Confidence.ShouldBe(0.5);
        result.Of(Stage.Policy)!.NextStep.ShouldBe(NextStep.Feedback);
    }

    [Fact]
    public async Task Medium_severity_without_a_playbook_still_needs_action()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(Make.With(Make.Domain, "playbooks", "[]")));

        result.PolicyOf().Actionability.ShouldBe(Actionability.ActionableNonApprovedProcess);
    }

    [Fact]
    public async Task Low_severity_with_a_playbook_that_is_not_approved_still_needs_action()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant("""{"severityOverrides":{"DELAYED":"LOW"},"approvedBusinessProcesses":[]}"""));

        result.PolicyOf().Actionability.ShouldBe(Actionability.ActionableNonApprovedProcess);
    }

    [Fact]
    public async Task An_approved_playbook_that_is_blocked_is_an_approved_process_and_not_selected()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant("""{"approvedBusinessProcesses":["hurry"],"guardrailOverrides":{"blockLists":["resend"]}}"""));

        result.PolicyOf().Actionability.ShouldBe(Actionability.ActionableApprovedProcess);
        result.PolicyOf().SelectedPlaybookId.ShouldBeNull();
        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.Block);
    }

    [Fact]
    public async Task The_override_of_the_nearest_type_counts()
    {
        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"LOST_ABROAD","parcel":"P1","country":"FR","amount":1}""", Tenant("""{"severityOverrides":{"LOST":"LOW","LOST_ABROAD":"HIGH"}}"""));

        result.PolicyOf().EffectiveSeverity.ShouldBe(Severity.High);
        result.PolicyOf().AppliedRules[0].Id.ShouldBe(new RuleId("severityOverrides:LOST_ABROAD"));
    }

    [Fact]
    public async Task Playbooks_are_chosen_by_the_effective_severity()
    {
        string domain = Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"calm","exceptionType":"DELAYED","conditions":{"match":{"severity_in":["medium"]}},"steps":["Wait."]},
             {"playbookId":"urgent","exceptionType":"DELAYED","conditions":{"match":{"severity_in":["high"]}},"steps":["Call."]}]
            """);

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(domain, """{"tenantId":"NORTH","domainName":"Parcels","severityOverrides":{"DELAYED":"HIGH"}}"""));

        result.TriageOf().SuggestedPlaybook.ShouldBe(new PlaybookId("calm"));
        result.PolicyOf().SelectedPlaybookId.ShouldBe(new PlaybookId("urgent"));
    }

    [Theory]
    [InlineData("2026-11-19T09:00:00Z", "LOST", "24h", null)] // exactly as old as allowed
    [InlineData("2026-11-19T08:59:59Z", "LOST", "24h", "night-shift")]
    [InlineData("2026-11-18T09:00:00Z", "LOST_ABROAD", "24h", null)] // the nearer threshold, of three days, counts
    public async Task An_exception_is_overdue_when_older_than_the_threshold_of_the_nearest_type(string time, string type, string age, string? group)
    {
        ExceptionResult result = await Make.DecideOne(
            $$"""{"exceptionType":"{{type}}","timestamp":"{{time}}","parcel":"P1","country":"FR","amount":1}""",
            Tenant($$"""{"escalationQueue":"night-shift","agingThresholds":{"LOST":"{{age}}","LOST_ABROAD":"72h"} }"""));

        result.PolicyOf().AssignGroup.ShouldBe(group);
    }

    [Fact]
    public async Task The_guardrails_limit_of_retries_is_part_of_the_decision()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, Tenant("""{"guardrailOverrides":{"maxAutoRetries":3}}"""));

        result.PolicyOf().MaxAutoRetries.ShouldBe(3);
    }

    private static BoundPolicy Tenant(string parts) => Make.Bound(policy: Make.With(Make.With(parts, "tenantId", "\"NORTH\""), "domainName", "\"Parcels\""));
}
