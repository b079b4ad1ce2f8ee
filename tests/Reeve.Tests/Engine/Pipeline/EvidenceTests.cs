using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;

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
    public async Task A_stages_event_holds_the_evidence_it_had()
    {
        List<PassOutcome> outcomes = await Make.Decide(Delayed, pipeline: Make.Pipeline(evidence: new KnowingSource()));

        Change.Append triage = outcomes[0].Changes().OfType<Change.Append>().Single(append => append.Event.Stage == Stage.Triage);

        JsonText.Parse(triage.Event.Body.Span, JsonLimits.Default).ToString().ShouldContain("\"evidence\":[{\"request\":\"similarCases\",\"count\":5,\"cases\":[{\"exceptionId\":\"old\",\"score\":0.91,\"resolution\":\"found in the van\"}]}]");
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

    private sealed class KnowingSource : IEvidenceSource
    {
        public Task<EvidenceAnswer> AnswerAsync(EvidenceRequest request, AgentMessage message, CancellationToken cancellationToken) =>
            Task.FromResult<EvidenceAnswer>(new EvidenceAnswer.Cases([new SimilarCase(new ExceptionId("old"), 0.91, "found in the van")]));
    }
}
