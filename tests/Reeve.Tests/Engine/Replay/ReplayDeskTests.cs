using System.Text;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Tests.Agents;
using Reeve.Tests.Recording;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Replay;

public sealed class ReplayDeskTests
{
    [Fact]
    public async Task Every_pass_of_a_run_is_decided_again_to_the_byte_and_of_no_other()
    {
        RecordBench bench = new() { Evidence = new CountingSource() };
        Run run = bench.NewRun(isFixed: false);
        await bench.Run(Delayed);
        List<ExceptionResult> results = await bench.Run("[" + string.Join(",", Enumerable.Range(0, 50).Select(i => $$"""{"exceptionType":"{{(i % 2 == 0 ? "DELAYED" : "LOST")}}","parcel":"P{{i}}","hoursLate":{{i * 3}},"amount":{{i}}.10}""")) + "]", run);
        bench.Clock.Advance(TimeSpan.FromDays(400));

        List<ReplayedPass> passes = await bench.Replay(run.Id);

        passes.Select(pass => (pass.Verdict, pass.Detail)).Distinct().ShouldBe([(ReplayVerdict.Equal, "")]);
        passes.Select(pass => pass.ExceptionId).ShouldBe(results.Select(result => result.ExceptionId), ignoreOrder: true);
        passes.Select(pass => Encoding.UTF8.GetString(pass.Document!)).ShouldBe(bench.Documents(results), ignoreOrder: true);
    }

    [Fact]
    public async Task Nobody_is_asked()
    {
        CountingSource source = new();
        RecordBench bench = new() { Evidence = source };
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);

        await bench.Replay(run.Id);

        source.Answered.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_stage_that_failed_is_taken_as_it_was_recorded()
    {
        RecordBench bench = new() { Agents = With(new Adjusted(Stage.Policy, _ => throw new InvalidOperationException("broken"))) };
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);

        bench.Agents = null;
        (await bench.Replay(run.Id)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Theory]
    [InlineData(1, ResolutionStatus.InProgress)]
    [InlineData(9, ResolutionStatus.Escalated)]
    public async Task A_pass_that_went_back_to_triage_is_replayed_round_by_round(int times, ResolutionStatus status)
    {
        // A pure agent knows how often it was here by what it was told: the evidence of Triage counts the rounds.
        int rounds = 0;
        RecordBench bench = new() { Agents = With(new Adjusted(Stage.SupervisorPolicy, decision => rounds++ < times ? decision with { NextStep = NextStep.Triage } : decision)) };
        Run run = bench.NewRun();
        List<ExceptionResult> results = await bench.Run(Delayed, run);
        results[0].Status.ShouldBe(status);

        rounds = 0;
        (await bench.Replay(run.Id)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Fact]
    public async Task Other_logic_is_different_and_the_first_difference_is_named()
    {
        RecordBench bench = new();
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);

        bench.Agents = With(new Adjusted(Stage.Triage, decision => decision with { Details = (StageDetails.Triage)decision.Details with { Severity = Severity.Low } }));
        ReplayedPass pass = (await bench.Replay(run.Id)).ShouldHaveSingleItem();

        pass.Verdict.ShouldBe(ReplayVerdict.Different);
        pass.Detail.ShouldBe("triage at /details/severity: \"MEDIUM\" is recorded, \"LOW\" comes.");
        pass.Document.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("\"rawPayload\":{\"exceptionType\":\"DELAYED\",\"parcel\":\"P1\",\"hoursLate\":48", "\"rawPayload\":{\"exceptionType\":\"DELAYED\",\"parcel\":\"P1\",\"hoursLate\":99", "triage at ")]
    [InlineData("\"decisionDocument\":\"", "\"decisionDocument\":\"0", "log was changed")]
    [InlineData("\"arrival\":", "\"arrived\":", "log was changed")]
    [InlineData("{\"record\"", "{{\"record\"", "log was changed")]
    [InlineData("\"stage\":\"triage\"", "\"stage\":\"trial\"", "log was changed")]
    [InlineData("\"type\":\"ExceptionReceived\",\"version\":1", "\"type\":\"ExceptionReceived\",\"version\":0", "log was changed")]
    [InlineData("{\"parts\":", "{\"part\":", "log was changed")]
    public async Task A_changed_log_is_different(string old, string other, string detail)
    {
        RecordBench bench = new();
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);
        bench.Store.Rewrite(item => item.PassId is null ? item : item with { Body = Encoding.UTF8.GetBytes(Changed(Text(item), old, other)) });

        ReplayedPass pass = (await bench.Replay(run.Id)).ShouldHaveSingleItem();

        pass.Verdict.ShouldBe(ReplayVerdict.Different);
        pass.Detail.ShouldContain(detail);
    }

    [Fact]
    public async Task What_was_erased_or_has_not_ended_or_lacks_its_packs_is_said()
    {
        RecordBench bench = new();
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);

        bench.HasPacks = false;
        ReplayVerdict packs = (await bench.Replay(run.Id)).Single().Verdict;
        bench.HasPacks = true;
        bench.Store.Rewrite(item => item.PassId is null ? item : item with { Body = Encoding.UTF8.GetBytes(Text(item)[..Text(item).LastIndexOf(",{\"type\":", StringComparison.Ordinal)] + "]}") });
        ReplayVerdict unfinished = (await bench.Replay(run.Id)).Single().Verdict;
        bench.Store.Rewrite(item => item.PassId is not null ? item with { Salt = null, Body = null } : item);
        ReplayedPass erased = (await bench.Replay(run.Id)).Single();

        (packs, unfinished, erased.Verdict, erased.ExceptionId).ShouldBe((ReplayVerdict.Impossible, ReplayVerdict.Unfinished, ReplayVerdict.Erased, null));
    }

    [Fact]
    public async Task A_later_version_of_the_logic_cannot_be_replayed_here()
    {
        RecordBench bench = new();
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);
        bench.Store.Rewrite(item => item.PassId is not null
            ? item with { Body = Encoding.UTF8.GetBytes(Text(item).Replace("\"logicVersion\":1", "\"logicVersion\":2", StringComparison.Ordinal)) } : item);

        ReplayedPass pass = (await bench.Replay(run.Id)).Single();

        (pass.Verdict, pass.Document).ShouldBe((ReplayVerdict.Impossible, null));
    }

    [Fact]
    public async Task What_a_later_release_wrote_cannot_be_replayed_here()
    {
        RecordBench bench = new();
        Run run = bench.NewRun();
        await bench.Run(Delayed, run);
        bench.Store.Rewrite(item => item.PassId is null ? item : item with { Version = 2 });

        ReplayedPass pass = (await bench.Replay(run.Id)).Single();

        (pass.Verdict, pass.Detail.Contains("does not know", StringComparison.Ordinal)).ShouldBe((ReplayVerdict.Impossible, true));
    }

    [Fact]
    public async Task Figures_that_were_rounded_decide_the_same_again()
    {
        const int seed = 20261120;
        Random random = new(seed);
        for (int i = 0; i < 200; i++)
        {
            // Scores and confidences close to where something turns: what counts is the figure on record.
            double near = (random.Next(4) switch { 0 => 0.6, 1 => 0.75, 2 => 0.3, _ => 0.8 }) + ((random.NextDouble() - 0.5) * 0.0003);
            double score = Math.Clamp(near, 0, 1);
            RecordBench bench = new() { Evidence = new CountingSource(score), Agents = With(new ScoringAgent()) };
            Run run = bench.NewRun();
            await bench.Run("""{"exceptionType":"DELAYED","parcel":"P1","hoursLate":100,"amount":12.5}""", run);

            (await bench.Replay(run.Id)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal, $"seed {seed}, case {i}, score {score:R}");
        }
    }

    private static string Changed(string text, string old, string other)
    {
        text.ShouldContain(old);
        return text.Replace(old, other, StringComparison.Ordinal);
    }

    // As sure as the closest case is alike; from 0.75 on it says so.
    private sealed class ScoringAgent : IStageAgent
    {
        private readonly TriageAgent real = new();

        public Stage Stage => Stage.Triage;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => real.Ask(message, evidence);

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            double score = evidence.Select(item => item.Answer).OfType<EvidenceAnswer.Cases>().Single().Found[0].Score;
            AgentDecision decision = real.Decide(message, evidence);
            return decision with { Confidence = score, Evidence = [.. decision.Evidence, score >= 0.75 ? "Much alike." : "Not much alike."] };
        }
    }
}
