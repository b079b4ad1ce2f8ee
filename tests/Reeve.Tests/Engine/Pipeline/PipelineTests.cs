using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;

namespace Reeve.Tests.Pipeline;

public sealed class PipelineTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    [Fact]
    public async Task An_exception_passes_every_stage_in_order()
    {
        ExceptionResult result = await Make.DecideOne(Delayed);

        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(
            ["intake", "triage", "policy", "supervisorPolicy", "resolution", "supervisorResolution", "feedback"]);
        result.Status.ShouldBe(ResolutionStatus.InProgress);
        result.ResolutionOf().ProjectedStatus.ShouldBe(ResolutionStatus.Resolved);
        result.Exception!.CurrentPlaybookId.ShouldBe(new PlaybookId("hurry"));
        result.Exception.AuditTrail.Select(entry => entry.Actor).ShouldBe(
            ["IntakeAgent", "TriageAgent", "PolicyAgent", "SupervisorAgent", "ResolutionAgent", "SupervisorAgent", "FeedbackAgent"]);
    }

    [Fact]
    public async Task A_plan_that_needs_approval_stops_before_feedback()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"LOST","parcel":"P1","amount":1}""");

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
        result.Of(Stage.Resolution)!.Decision.ShouldBe("SUBMITTED");
        result.ResolutionOf().ResolvedPlan.Count.ShouldBe(1);
        result.Of(Stage.Feedback).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_for_information_only_is_not_reviewed_and_stays_open()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"SCANNED","amount":1}""");

        result.Status.ShouldBe(ResolutionStatus.Open);
        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "triage", "policy", "feedback"]);
    }

    [Fact]
    public async Task A_type_that_the_pack_does_not_know_is_kept_and_escalated()
    {
        ExceptionResult result = await Make.DecideOne("""{"exceptionType":"MELTED"}""", Make.Bound(policy: """{"tenantId":"NORTH","domainName":"Parcels","escalationQueue":"night-shift"}"""));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Exception!.ExceptionType.ShouldBeNull();
        result.Exception.NormalizedContext["reportedType"].AsString().ShouldBe("MELTED");
        result.Exception.Owner.ShouldBe("night-shift");
        result.Stages.Select(stage => stage.Decision).ShouldBe(["REJECTED", "FEEDBACK_CAPTURED"]);
    }

    [Fact]
    public async Task A_failing_agent_escalates_its_own_exception_and_feedback_still_runs()
    {
        ExceptionPipeline pipeline = Make.Pipeline(agents: With(new FailingAgent(Stage.Policy, "P2")));

        List<PassOutcome> outcomes = await Make.Decide($$"""[{{Delayed}}, {"exceptionType":"DELAYED","parcel":"P2","hoursLate":1,"amount":1}, {{Delayed}}]""", pipeline: pipeline);

        outcomes.Select(outcome => outcome.Result.Status).ShouldBe([ResolutionStatus.InProgress, ResolutionStatus.Escalated, ResolutionStatus.InProgress]);
        ExceptionResult failed = outcomes[1].Result;
        failed.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-001");
        failed.Evidence.ShouldContain(reason => reason.StartsWith("policy: PIPE-001", StringComparison.Ordinal));
        failed.Of(Stage.Feedback).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_failed_stage_is_tried_again_as_often_as_configured()
    {
        FailingAgent agent = new(Stage.Triage, "P1", failures: 2);

        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(new PipelineOptions { StageRetries = 2 }, agents: With(agent)));

        result.Errors.ShouldBeEmpty();
        agent.Calls.ShouldBe(3);
    }

    [Fact]
    public async Task Throwing_hooks_stop_nothing_and_the_others_are_told_everything()
    {
        RecordingHook recording = new();

        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(hooks: [new ThrowingHook(), recording]));

        result.Status.ShouldBe(ResolutionStatus.InProgress);
        recording.Calls.Count.ShouldBe(14);
        recording.Calls[..4].ShouldBe(["before IntakeAgent", "after IntakeAgent NORMALISED", "before TriageAgent", "after TriageAgent CLASSIFIED"]);
    }

    [Fact]
    public async Task Hooks_are_told_of_failures()
    {
        RecordingHook recording = new();

        await Make.DecideOne(Delayed, pipeline: Make.Pipeline(hooks: [recording], agents: With(new FailingAgent(Stage.Resolution, "P1"))));

        recording.Calls.ShouldContain("failed ResolutionAgent PIPE-001");
    }

    [Fact]
    public async Task Agents_may_send_an_exception_back_to_triage_once()
    {
        ReturningAgent once = new(1);
        ReturningAgent forever = new(int.MaxValue);

        ExceptionResult returned = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: With(once)));
        ExceptionResult circling = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: With(forever)));

        returned.Status.ShouldBe(ResolutionStatus.InProgress);
        returned.Stages.Count(stage => stage.Stage == Stage.Triage).ShouldBe(1);
        circling.Status.ShouldBe(ResolutionStatus.Escalated);
        circling.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-003");
    }

    [Fact]
    public async Task One_and_eight_workers_give_the_same_decisions_in_the_same_order()
    {
        string input = "[" + string.Join(",", Enumerable.Range(0, 3000).Select(i =>
            $$"""{"exceptionType":"{{(i % 3 == 0 ? "DELAYED" : i % 3 == 1 ? "LOST_ABROAD" : "SCANNED")}}","parcel":"P{{i}}","hoursLate":{{i % 100}},"amount":{{i * 700}}.50}""")) + "]";

        List<PassOutcome> one = await Make.Decide(input, pipeline: Make.Pipeline(new PipelineOptions { Workers = 1 }));
        List<PassOutcome> eight = await Make.Decide(input, pipeline: Make.Pipeline(new PipelineOptions { Workers = 8 }));

        Documents(eight).ShouldBe(Documents(one));
        one.Count.ShouldBe(3000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_order_in_which_exceptions_are_decided_changes_nothing(int seed)
    {
        string input = "[" + string.Join(",", Enumerable.Range(0, 500).Select(i =>
            $$"""{"exceptionType":"{{(i % 2 == 0 ? "DELAYED" : "LOST_ABROAD")}}","parcel":"P{{i}}","hoursLate":{{i % 100}},"amount":{{i}}}""")) + "]";

        List<PassOutcome> inOrder = await Make.Decide(input);
        List<PassOutcome> shuffled = await Make.Decide(input, pipeline: Make.Pipeline(runtime: new SeededRuntime(seed, new FakeTime(Make.Now))));

        Documents(shuffled).ShouldBe(Documents(inOrder));
    }

    [Fact]
    public async Task A_decision_document_holds_nothing_that_another_run_could_not_repeat()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline());

        string document = Encoding.UTF8.GetString(DecisionDocument.Render(result, "d", "p"));

        document.ShouldNotContain(result.ExceptionId!.Value.Value);
        document.ShouldNotContain(result.Exception!.NormalizedContext["pipelineId"].AsString());
        document.ShouldNotContain("2026-11-20");
        document.ShouldContain("\"selectedPlaybookId\":\"hurry\"");
    }

    [Fact]
    public async Task Ids_and_times_that_Reeve_made_up_stand_as_words_in_the_document()
    {
        BoundPolicy policy = Make.Bound(Make.With(Make.Domain, "playbooks", """
            [{"playbookId":"hurry","exceptionType":"DELAYED","steps":[{"action":"locate","parameters":{"parcel":"{exception.exception_id}/{exception.normalized_context.pipelineId}/{exception.timestamp}"}}]}]
            """));

        ExceptionResult result = await Make.DecideOne(Delayed, policy);

        Encoding.UTF8.GetString(DecisionDocument.Render(result, "d", "p")).ShouldContain("\"parcel\":\"{exceptionId}/{pipelineId}/{arrival}\"");
        result.ResolutionOf().ResolvedPlan[0].Arguments["parcel"].AsString().ShouldStartWith(result.ExceptionId!.Value.Value);
    }

    [Theory]
    [InlineData(Stage.Resolution)]
    [InlineData(Stage.SupervisorResolution)]
    [InlineData(Stage.SupervisorPolicy)]
    public async Task No_agent_leads_around_an_approval_that_policy_asked_for(Stage stage)
    {
        ExceptionResult result = await Make.DecideOne(
            """{"exceptionType":"LOST","parcel":"P1","amount":1}""", pipeline: Make.Pipeline(agents: With(new LenientAgent(stage))));

        result.Status.ShouldBe(ResolutionStatus.PendingApproval);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_agent_that_answers_for_another_stage_has_failed(bool nothing)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: With(new ConfusedAgent(nothing))));

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-001");
    }

    [Fact]
    public async Task The_same_input_at_another_time_and_under_other_ids_gives_the_same_document()
    {
        ExceptionResult first = await Make.DecideOne(Delayed);
        List<PassOutcome> second = await Make.Decide(Delayed, run: Make.Run(Make.Now.AddDays(3)));

        DecisionDocument.Render(second[0].Result, "d", "p").ShouldBe(DecisionDocument.Render(first, "d", "p"));
    }

    [Fact]
    public async Task Without_the_supervisor_nothing_reviews()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(new PipelineOptions { Supervised = false }));

        result.Stages.Select(stage => stage.Stage.Key()).ShouldBe(["intake", "triage", "policy", "resolution", "feedback"]);
    }

    [Fact]
    public void A_pipeline_without_an_agent_for_a_stage_is_refused() =>
        Should.Throw<ArgumentException>(() => Make.Pipeline(agents: [new IntakeAgent()])).Message.ShouldContain("triage");

    private static List<string> Documents(List<PassOutcome> outcomes) =>
        [.. outcomes.Select(outcome => Encoding.UTF8.GetString(DecisionDocument.Render(outcome.Result, "d", "p")))];

    private static IEnumerable<IStageAgent> With(IStageAgent other) =>
        ExceptionPipeline.DefaultAgents().Where(agent => agent.Stage != other.Stage).Append(other);

    private static IStageAgent Real(Stage stage) => ExceptionPipeline.DefaultAgents().Single(agent => agent.Stage == stage);

    private sealed class FailingAgent(Stage stage, string parcel, int failures = int.MaxValue) : IStageAgent
    {
        private int calls;

        public int Calls => calls;

        public Stage Stage => stage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) =>
            message.Exception.RawPayload["parcel"].StringOrNull() == parcel && Interlocked.Increment(ref calls) <= failures
                ? throw new InvalidOperationException("broken")
                : Real(stage).Decide(message, evidence);
    }

    private sealed class ReturningAgent(int times) : IStageAgent
    {
        private int returned;

        public Stage Stage => Stage.SupervisorPolicy;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            AgentDecision decision = Real(Stage).Decide(message, evidence);
            return Interlocked.Increment(ref returned) <= times ? decision with { NextStep = NextStep.Triage } : decision;
        }
    }

    private sealed class LenientAgent(Stage stage) : IStageAgent
    {
        public Stage Stage => stage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) =>
            Real(stage).Decide(message, evidence) with { NextStep = stage == Stage.SupervisorPolicy ? NextStep.Resolution : NextStep.Feedback, Decision = stage == Stage.Resolution ? "PLANNED" : "OK" };
    }

    private sealed class ConfusedAgent(bool nothing) : IStageAgent
    {
        public Stage Stage => Stage.Policy;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => [];

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence) =>
            nothing ? null! : Real(Stage.Triage).Decide(message, evidence);
    }

    private sealed class ThrowingHook : IPipelineHook
    {
        public void BeforeStage(string agent, AgentMessage context) => throw new InvalidOperationException("hook");

        public void AfterStage(string agent, AgentDecision decision) => throw new InvalidOperationException("hook");

        public void OnFailure(string agent, ReeveError error) => throw new InvalidOperationException("hook");
    }

    private sealed class RecordingHook : IPipelineHook
    {
        public List<string> Calls { get; } = [];

        public void BeforeStage(string agent, AgentMessage context) => Calls.Add($"before {agent}");

        public void AfterStage(string agent, AgentDecision decision) => Calls.Add($"after {agent} {decision.Decision}");

        public void OnFailure(string agent, ReeveError error) => Calls.Add($"failed {agent} {error.Code}");
    }
}
