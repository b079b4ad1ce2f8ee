using Reeve.Core.Decisions;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Tests.Agents;

namespace Reeve.Tests.Pipeline;

/// <summary>What earlier stages insisted on holds, whatever the agents after them ask for.</summary>
public sealed class RouteTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";
    private const string Lost = """{"exceptionType":"LOST","parcel":"P1","amount":1}""";

    private static readonly StageDetails.Resolution OneStep = new()
    {
        ResolvedPlan = [new PlanStep { StepId = new StepId("s"), Order = 1, Kind = PlanStepKind.Instruction, Action = "Look.", Status = StepStatus.Skipped }],
    };

    [Fact]
    public async Task A_verdict_of_block_escalates_whatever_the_next_step_says()
    {
        ExceptionResult result = await Decide(Delayed, Adjusted.Policy(found => found with { Verdict = PolicyVerdict.Block }));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "triage", "policy", "feedback"]);
    }

    [Fact]
    public async Task A_review_that_says_escalate_escalates_whatever_its_next_step_says()
    {
        ExceptionResult result = await Decide(Delayed, new Adjusted(Stage.SupervisorPolicy, decision => decision with { Decision = "ESCALATE" }));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Of(Stage.Resolution).ShouldBeNull();
    }

    [Theory]
    [InlineData(PolicyVerdict.RequireApproval, false)]
    [InlineData(PolicyVerdict.Allow, true)]
    public async Task An_approval_asked_for_by_verdict_or_by_word_is_waited_for(PolicyVerdict verdict, bool approvalRequired)
    {
        ExceptionResult result = await Decide(
            Delayed,
            Adjusted.Policy(found => found with { Verdict = verdict, HumanApprovalRequired = approvalRequired }),
            Adjusted.Lenient(Stage.Resolution),
            Adjusted.Lenient(Stage.SupervisorResolution));

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
        result.Of(Stage.Feedback).ShouldBeNull();
    }

    [Fact]
    public async Task An_approval_that_the_first_review_asked_for_is_waited_for()
    {
        ExceptionResult result = await Decide(
            Delayed,
            new Adjusted(Stage.SupervisorPolicy, decision => decision with { Decision = "REQUIRE_APPROVAL" }),
            Adjusted.Lenient(Stage.Resolution),
            Adjusted.Lenient(Stage.SupervisorResolution));

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_plan_that_its_own_agent_wants_approved_is_waited_for()
    {
        ExceptionResult result = await Decide(Delayed, new Adjusted(Stage.Resolution, decision => decision with { NextStep = NextStep.PendingApproval }));

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_critical_plan_is_waited_for_even_if_every_agent_lets_it_pass()
    {
        ExceptionResult result = await Decide(
            Lost,
            Adjusted.Policy(found => found with { Verdict = PolicyVerdict.Allow, HumanApprovalRequired = false }),
            new Adjusted(Stage.Resolution, decision => decision with { Decision = "PLANNED", Confidence = 0.9, NextStep = NextStep.Feedback, Details = OneStep }));

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task Where_nothing_is_planned_nothing_waits_for_approval()
    {
        BoundPolicy policy = Make.Bound(policy: """
            {"tenantId":"NORTH","domainName":"Parcels","approvedBusinessProcesses":[],"guardrailOverrides":{"requireHumanApprovalFor":["DELAYED"]}}
            """);

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        result.PolicyOf().Verdict.ShouldBe(PolicyVerdict.RequireApproval);
        result.Status.ShouldBe(ResolutionStatus.InProgress);
        result.Of(Stage.Feedback).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_review_given_under_the_name_of_the_other_review_is_a_failure()
    {
        ExceptionResult result = await Decide(Delayed, new Adjusted(Stage.SupervisorResolution, decision => decision with { Stage = Stage.SupervisorPolicy }));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-001");
    }

    [Fact]
    public async Task An_agent_that_gives_the_findings_of_another_stage_has_failed()
    {
        ExceptionResult result = await Decide(
            Delayed, new Adjusted(Stage.SupervisorPolicy, decision => decision with { Details = new StageDetails.Resolution() }));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-001");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    public async Task An_agent_whose_confidence_is_none_has_failed(double confidence)
    {
        ExceptionResult result = await Decide(Delayed, new Adjusted(Stage.Triage, decision => decision with { Confidence = confidence }));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-001");
        result.Of(Stage.Policy).ShouldBeNull();
    }

    [Theory]
    [InlineData(Delayed, "clerk")]
    [InlineData("""{"exceptionType":"MELTED"}""", "clerk")]
    public async Task The_owner_that_a_source_gave_stays_where_no_rule_and_no_queue_names_another(string payload, string owner)
    {
        string type = payload.Contains("MELTED", StringComparison.Ordinal) ? "MELTED" : "DELAYED";

        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"{{type}}","owner":"clerk","rawPayload":{{payload}}}""");

        result.Exception!.Owner.ShouldBe(owner);
    }

    [Fact]
    public async Task A_playbook_that_the_source_suggested_already_is_not_suggested_twice()
    {
        ExceptionResult result = await Make.DecideOne($$"""{"exceptionType":"DELAYED","suggestedActions":["hurry","wait"],"rawPayload":{{Delayed}}}""");

        result.Exception!.SuggestedActions.ShouldBe(["hurry", "wait"]);
    }

    [Fact]
    public async Task Steps_that_a_condition_skips_count_as_completed()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":2,"amount":1}""");

        StageDetails.Feedback feedback = result.Details<StageDetails.Feedback>(Stage.Feedback);
        (feedback.TotalSteps, feedback.CompletedSteps).ShouldBe((2, 2));
    }

    private static Task<ExceptionResult> Decide(string input, params Adjusted[] agents) =>
        Make.DecideOne(input, pipeline: Make.Pipeline(agents: Adjusted.In(agents)));
}
