using FsCheck;
using FsCheck.Fluent;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;

namespace Reeve.Tests.Agents;

public sealed class SupervisorTests
{
    [Theory]
    [InlineData(1.0, 0.59, Severity.Low, "ESCALATE")]
    [InlineData(1.0, 0.60, Severity.Low, "REQUIRE_APPROVAL")]
    [InlineData(0.8, 0.74, Severity.High, "REQUIRE_APPROVAL")]
    [InlineData(0.8, 0.75, Severity.High, "OK")]
    [InlineData(0.8, 0.74, Severity.Medium, "OK")]
    [InlineData(1.0, 0.71, Severity.Medium, "OK")]
    public async Task The_chain_is_judged_by_its_weakest_link(double intake, double triage, Severity severity, string expected)
    {
        ExceptionResult result = await Decide(intake, triage, severity, PolicyVerdict.Allow);

        result.Of(Stage.SupervisorPolicy)!.Decision.ShouldBe(expected);
    }

    [Fact]
    public async Task A_review_that_asks_for_approval_leads_to_one()
    {
        ExceptionResult result = await Decide(1.0, 0.65, Severity.Medium, PolicyVerdict.Allow);

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
        result.Of(Stage.Resolution)!.Decision.ShouldBe("SUBMITTED");
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

    private static async Task<ExceptionResult> Decide(double intake, double triage, Severity severity, PolicyVerdict verdict)
    {
        IReadOnlyList<IStageAgent> real = ExceptionPipeline.DefaultAgents();
        IStageAgent[] agents =
        [
            .. real.Where(agent => agent.Stage is not (Stage.Intake or Stage.Triage or Stage.Policy)),
            new Adjusted(real[0], decision => decision with { Confidence = intake }),
            new Adjusted(real[1], decision => decision with { Confidence = triage, Details = ((StageDetails.Triage)decision.Details) with { Severity = severity } }),
            new Adjusted(real[2], decision => decision with
            {
                Decision = Wire.Name(verdict),
                NextStep = verdict == PolicyVerdict.Block ? NextStep.Escalate : NextStep.Resolution,
                Details = ((StageDetails.Policy)decision.Details) with { Verdict = verdict, HumanApprovalRequired = verdict == PolicyVerdict.RequireApproval },
            }),
        ];
        return await Make.DecideOne("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":1}""", pipeline: Make.Pipeline(agents: agents));
    }

    private sealed class Adjusted(IStageAgent real, Func<AgentDecision, AgentDecision> adjust) : IStageAgent
    {
        public Stage Stage => real.Stage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => real.Ask(message, evidence);

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) => adjust(real.Decide(message, evidence));
    }
}
