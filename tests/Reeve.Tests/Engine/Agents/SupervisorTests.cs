using FsCheck;
using FsCheck.Fluent;
using Reeve.Core.Decisions;
using Reeve.Core.Packs;
using Reeve.Core.Records;

namespace Reeve.Tests.Agents;

public sealed class SupervisorTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":1}""";

    [Theory]
    [InlineData(1.0, 0.59, Severity.Low, "ESCALATE")]
    [InlineData(1.0, 0.59, Severity.High, "ESCALATE")]
    [InlineData(0.59, 0.9, Severity.Low, "ESCALATE")]
    [InlineData(1.0, 0.60, Severity.Low, "REQUIRE_APPROVAL")]
    [InlineData(0.8, 0.74, Severity.High, "REQUIRE_APPROVAL")]
    [InlineData(0.8, 0.75, Severity.High, "OK")]
    [InlineData(0.8, 0.74, Severity.Critical, "REQUIRE_APPROVAL")]
    [InlineData(0.8, 0.74, Severity.Medium, "OK")]
    [InlineData(1.0, 0.7, Severity.Medium, "OK")]
    [InlineData(0.9, 0.6, Severity.Medium, "OK")]
    [InlineData(1.0, 0.69, Severity.Medium, "REQUIRE_APPROVAL")]
    public async Task The_chain_is_judged_by_its_weakest_link(double intake, double triage, Severity severity, string expected)
    {
        ExceptionResult result = await Decide(intake, triage, severity, PolicyVerdict.Allow);

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe(expected);
    }

    [Fact]
    public async Task The_plans_own_confidence_is_part_of_the_chain()
    {
        ExceptionResult result = await Decide(new Adjusted(Stage.Resolution, decision => decision with { Confidence = 0.5 }));

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe("OK");
        result.Of(Stage.SupervisorResolution)!.Decision.ShouldBe("ESCALATE");
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task An_unsure_plan_for_a_severe_exception_needs_approval_after_all()
    {
        ExceptionResult result = await Make.DecideOne(
            Delayed,
            Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","severityOverrides":{"DELAYED":"HIGH"}}"""),
            Make.Pipeline(agents: Adjusted.In(new Adjusted(Stage.Resolution, decision => decision with { Confidence = 0.7 }))));

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe("OK");
        result.Of(Stage.SupervisorResolution)!.Decision.ShouldBe("REQUIRE_APPROVAL");
        result.Of(Stage.SupervisorResolution)!.NextStep.ShouldBe(NextStep.PendingApproval);
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_review_that_asks_for_approval_leads_to_one()
    {
        ExceptionResult result = await Decide(1.0, 0.65, Severity.Medium, PolicyVerdict.Allow);

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
        result.Of(Stage.Resolution)!.Decision.ShouldBe("SUBMITTED");
        result.Of(Stage.SupervisorResolution)!.NextStep.ShouldBe(NextStep.PendingApproval);
    }

    [Fact]
    public async Task A_policy_that_started_from_another_severity_than_triage_gave_needs_approval()
    {
        ExceptionResult result = await Decide(Adjusted.Policy(found => found with { EffectiveSeverity = Severity.Low }));

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe("REQUIRE_APPROVAL");
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_policy_that_contradicts_its_own_selection_needs_approval()
    {
        ExceptionResult result = await Decide(Adjusted.Policy(found => found with { Actionability = Actionability.ActionableNonApprovedProcess }));

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe("REQUIRE_APPROVAL");
        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Fact]
    public async Task A_plan_without_a_playbook_that_policy_selected_escalates()
    {
        ExceptionResult result = await Decide(Adjusted.Policy(found => found with { SelectedPlaybookId = null }), Planning(tool: null));

        result.Of(Stage.SupervisorResolution)!.Decision.ShouldBe("ESCALATE");
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public async Task A_plan_with_a_tool_that_is_not_permitted_escalates_and_names_the_step()
    {
        ExceptionResult result = await Decide(Planning(new ToolName("melt")));

        result.Of(Stage.SupervisorResolution)!.Decision.ShouldBe("ESCALATE");
        result.Of(Stage.SupervisorResolution)!.Evidence.ShouldContain(reason => reason.Contains("melt", StringComparison.Ordinal));
        result.Status.ShouldBe(ResolutionStatus.Escalated);
    }

    [Fact]
    public void Nothing_the_supervisor_says_loosens_what_policy_said() =>
        Prop.ForAll<PolicyVerdict, Severity>((verdict, severity) =>
        {
            ExceptionResult result = Decide(1.0, 0.9, severity, verdict).GetAwaiter().GetResult();
            return verdict switch
            {
                PolicyVerdict.Block => result.Status == ResolutionStatus.Escalated,
                PolicyVerdict.RequireApproval => result.Status is ResolutionStatus.PendingApproval or ResolutionStatus.Escalated,
                _ => true,
            };
        }).QuickCheckThrowOnFailure();

    private static Task<ExceptionResult> Decide(double intake, double triage, Severity severity, PolicyVerdict verdict) => Decide(
        new Adjusted(Stage.Intake, decision => decision with { Confidence = intake }),
        new Adjusted(Stage.Triage, decision => decision with { Confidence = triage, Details = ((StageDetails.Triage)decision.Details) with { Severity = severity } }),
        new Adjusted(Stage.Policy, decision => decision with
        {
            Decision = Wire.Name(verdict),
            NextStep = verdict == PolicyVerdict.Block ? NextStep.Escalate : NextStep.Resolution,
            Details = ((StageDetails.Policy)decision.Details) with { Verdict = verdict, HumanApprovalRequired = verdict == PolicyVerdict.RequireApproval },
        }));

    private static Task<ExceptionResult> Decide(params Adjusted[] agents) =>
        Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: Adjusted.In(agents)));

    private static Adjusted Planning(ToolName? tool) => new(Stage.Resolution, decision => decision with
    {
        NextStep = NextStep.Feedback,
        Details = new StageDetails.Resolution
        {
            ResolvedPlan = [new PlanStep { StepId = new StepId("s"), Order = 1, Kind = PlanStepKind.Call, Action = "melt", Tool = tool, Status = StepStatus.Success }],
        },
    });
}
