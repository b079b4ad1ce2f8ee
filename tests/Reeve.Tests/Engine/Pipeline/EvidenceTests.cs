using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Tests.Agents;

namespace Reeve.Tests.Pipeline;

public sealed class EvidenceTests
{
    private const string Delayed = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48,"amount":12.5}""";

    [Fact]
    public async Task Evidence_that_never_comes_ends_the_stage_in_time()
    {
        FakeTime clock = new(Make.Now);
        WaitingSource source = new();
        ExceptionPipeline pipeline = Make.Pipeline(evidence: source, clock: clock);

        Task<ExceptionResult> deciding = Make.DecideOne(Delayed, pipeline: pipeline);
        await source.Asked.Task;
        clock.Advance(TimeSpan.FromSeconds(301));
        ExceptionResult result = await deciding;

        result.Status.ShouldBe(ResolutionStatus.Escalated);
        result.Errors.ShouldHaveSingleItem().Code.ShouldBe("PIPE-002");
        result.Of(Stage.Feedback).ShouldNotBeNull();
    }

    [Fact]
    public async Task Evidence_that_cannot_be_had_is_named_and_the_stage_decides_without()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(evidence: new BrokenSource()));

        result.Errors.ShouldBeEmpty();
        result.Of(Stage.Triage)!.Evidence.ShouldContain(reason => reason.Contains("Similar cases could not be asked for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Similar_cases_become_evidence_of_triage()
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(evidence: new KnowingSource()));

        result.TriageOf().SimilarCases.ShouldHaveSingleItem().Resolution.ShouldBe("found in the van");
    }

    [Fact]
    public async Task An_agent_is_asked_three_times_at_most_and_every_request_is_answered()
    {
        CuriousAgent agent = new();

        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: [.. ExceptionPipeline.DefaultAgents().Where(other => other.Stage != Stage.Triage), agent], evidence: new KnowingSource()));

        result.Errors.ShouldBeEmpty();
        agent.Asked.ShouldBe(3);
        agent.Answered.ShouldBe(3);
    }

    [Fact]
    public async Task A_stage_keeps_the_evidence_it_had()
    {
        List<PassOutcome> outcomes = await Make.Decide(Delayed, pipeline: Make.Pipeline(evidence: new KnowingSource()));

        Evidence evidence = outcomes[0].Case!.Steps.Single(step => step.Stage == Stage.Triage).Evidence.ShouldHaveSingleItem();

        evidence.Request.ShouldBe(new EvidenceRequest.SimilarCases(5));
        evidence.Answer.ShouldBeOfType<EvidenceAnswer.Cases>().Found.ShouldHaveSingleItem().Score.ShouldBe(0.9123);
    }

    [Fact]
    public async Task A_failed_stage_keeps_what_its_last_attempt_was_answered_and_says_what_was_not()
    {
        FakeTime clock = new(Make.Now);
        WaitingSource source = new();
        Task<List<PassOutcome>> deciding = Make.Decide(Delayed, pipeline: Make.Pipeline(evidence: source, clock: clock));
        await source.Asked.Task;
        clock.Advance(TimeSpan.FromSeconds(301));

        PassStep failed = (await deciding)[0].Case!.Steps.Single(step => step.Error is not null);

        failed.Evidence.ShouldHaveSingleItem().Answer.ShouldBe(new EvidenceAnswer.Unavailable("timeout"));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task An_answer_whose_score_is_no_number_is_none(double score)
    {
        List<PassOutcome> outcomes = await Make.Decide(Delayed, pipeline: Make.Pipeline(evidence: new KnowingSource(score)));

        outcomes[0].Result.Errors.ShouldBeEmpty();
        outcomes[0].Case!.Steps.Single(step => step.Stage == Stage.Triage).Evidence.ShouldHaveSingleItem().Answer.ShouldBe(new EvidenceAnswer.Unavailable("provider_error"));
    }

    [Theory]
    [InlineData(0.599951, false)]
    [InlineData(0.599949, true)]
    public async Task A_confidence_is_compared_as_it_is_recorded(double confidence, bool escalates)
    {
        ExceptionResult result = await Make.DecideOne(Delayed, pipeline: Make.Pipeline(agents: Adjusted.In(new Adjusted(Stage.Triage, decision => decision with { Confidence = confidence }))));

        result.Of(Stage.Triage)!.Confidence.ShouldBe(Math.Round(confidence, 4));
        (result.Of(Stage.SupervisorPolicy)!.Decision == "ESCALATE").ShouldBe(escalates);
    }

    private sealed class CuriousAgent : IStageAgent
    {
        public int Asked { get; private set; }

        public int Answered { get; private set; }

        public Stage Stage => Stage.Triage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            Asked++;
            return [new EvidenceRequest.SimilarCases(1)];
        }

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            Answered = evidence.Count;
            return new TriageAgent().Decide(message, evidence);
        }
    }

    private sealed class WaitingSource : IEvidenceSource
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("unreachable");
        }
    }

    private sealed class BrokenSource : IEvidenceSource
    {
        public Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("down");
    }

    private sealed class KnowingSource(double score = 0.91234567) : IEvidenceSource
    {
        public Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken) =>
            Task.FromResult<EvidenceAnswer>(new EvidenceAnswer.Cases([new SimilarCase(new ExceptionKey(Guid.Empty), score, "found in the van")]));
    }
}
