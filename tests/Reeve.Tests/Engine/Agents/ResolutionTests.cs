using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Tests.Agents;

public sealed class ResolutionTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    [Theory]
    [InlineData("{excepton.raw_payload.parcel}", true)]
    [InlineData("{step.find.output.id}", true)]
    [InlineData("{colour.of.parcel}", false)]
    [InlineData("{excepton}", false)]
    public async Task A_tool_does_not_act_on_the_letters_of_a_misspelt_placeholder(string argument, bool refused)
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "playbooks", $$"""[{"playbookId":"hurry","exceptionType":"DELAYED","steps":[{"action":"locate","parameters":{"parcel":"{{argument}}"} }]}]"""));

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":1,"amount":1}""", policy);

        (result.Of(Stage.Resolution)!.Decision == "REFUSED").ShouldBe(refused);
        (result.Status == ResolutionStatus.Escalated).ShouldBe(refused);
    }

    [Fact]
    public async Task Critical_is_refused_by_resolution_itself_where_policy_names_no_override()
    {
        Adjusted careless = Adjusted.Policy(found => found with { Verdict = PolicyVerdict.Allow, HumanApprovalRequired = false });

        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","parcel":"P1","amount":1}""", pipeline: Make.Pipeline(agents: Adjusted.In(careless)));

        result.Of(Stage.Resolution)!.Decision.ShouldBe("REFUSED");
        result.ResolutionOf().ResolvedPlan.ShouldBeEmpty();
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task A_plan_with_a_bad_reference_is_refused_and_its_errors_are_those_of_the_result()
    {
        string domain = Make.Domain.Replace("\"effect\": \"read\"", "\"effect\": \"read\", \"enabled\": false", StringComparison.Ordinal);
        BoundPolicy policy = Make.Bound(domain, """{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":["hurry"]}""");

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.Of(Stage.Resolution)!.Decision.ShouldBe("REFUSED");
        result.ResolutionOf().ResolvedPlan.ShouldBeEmpty();
        result.Errors.ShouldHaveSingleItem().ShouldBe(result.ResolutionOf().PlanErrors[0]);
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Theory]
    [InlineData("HIGH", ResolutionStatus.InProgress)]
    [InlineData("CRITICAL", ResolutionStatus.Escalated)]
    public async Task Without_an_approved_playbook_only_critical_escalates(string severity, ResolutionStatus expected)
    {
        BoundPolicy policy = Make.Bound(policy: $$"""{"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":[],"severityOverrides":{"DELAYED":"{{severity}}"} }""");

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.Of(Stage.Resolution)!.Decision.ShouldBe("DRAFT");
        result.Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_plan_that_needs_approval_says_so_as_its_next_step_and_keeps_the_alternatives()
    {
        string domain = Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"second","exceptionType":"DELAYED","steps":["Wait."]},
             {"playbookId":"first","exceptionType":"DELAYED","conditions":{"priority":5},"steps":["Call."]}]
            """);
        BoundPolicy policy = Make.Bound(domain, """{"tenantId":"NORTH","domainName":"Parcels","guardrailOverrides":{"requireHumanApprovalFor":["DELAYED"]}}""");

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.Of(Stage.Resolution)!.NextStep.ShouldBe(NextStep.PendingApproval);
        result.ResolutionOf().RejectedAlternatives.ShouldHaveSingleItem().PlaybookId.ShouldBe(new PlaybookId("second"));
    }

    [Theory]
    [InlineData("""["Look."]""", 0.9)]
    [InlineData("""["Look.", {"action":"locate","parameters":{"parcel":"P"},"requiresApproval":true}, "Look again."]""", 0.8)]
    [InlineData("""[{"action":"locate","parameters":{"parcel":7}}, {"action":"locate","parameters":{"parcel":"P"},"requiresApproval":true}, "Look."]""", 0.75)]
    public async Task The_confidence_of_a_plan_is_that_of_its_worst_step(string steps, double confidence)
    {
        string domain = Make.With(Make.Domain, "playbooks", $$"""[{"playbookId":"hurry","exceptionType":"DELAYED","steps":{{steps}} }]""");

        ExceptionResult result = await Make.DecideOne(Delayed, Make.Bound(domain));

        result.Of(Stage.Resolution)!.Confidence.ShouldBe(confidence, result.Of(Stage.Resolution)!.Evidence[0]);
    }
}
