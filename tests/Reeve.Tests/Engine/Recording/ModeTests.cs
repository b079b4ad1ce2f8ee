using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Inbox;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Engine.Runtime;

namespace Reeve.Tests.Recording;

/// <summary>What is ingested begins in the mode of its tenant, and is held to it; a run names its packs and its time, and is in shadow.</summary>
public sealed class ModeTests
{
    private const string Delayed = RecordBench.Delayed;

    [Theory]
    [InlineData(AutomationMode.Shadow)]
    [InlineData(AutomationMode.DryRun)]
    [InlineData(AutomationMode.Live)]
    public async Task What_is_ingested_begins_in_the_mode_its_tenant_is_in(AutomationMode mode)
    {
        RecordBench bench = new();
        OneMode modes = In(bench, mode);

        await bench.Ingest(Delayed);

        modes.Asked.ShouldBe([bench.Tenant]);
        Modes(bench).ShouldBe([Wire.Name(mode)]);
    }

    [Fact]
    public async Task A_changed_mode_is_that_of_the_next_pass_under_the_same_packs()
    {
        RecordBench bench = new();
        OneMode modes = In(bench, AutomationMode.Shadow);
        RecordedPipeline door = bench.Door();

        foreach (AutomationMode mode in (AutomationMode[])[AutomationMode.Shadow, AutomationMode.Live, AutomationMode.DryRun, AutomationMode.Shadow])
        {
            modes.Mode = mode;
            bench.Clock.Advance(TimeSpan.FromDays(1));
            await bench.Ingest(Delayed, door: door);
        }

        Modes(bench).ShouldBe(["SHADOW", "LIVE", "DRY_RUN", "SHADOW"]);
    }

    [Fact]
    public async Task What_was_received_in_one_mode_is_decided_in_it_though_the_tenant_is_in_another_by_then()
    {
        RecordBench bench = new();
        OneMode modes = In(bench, AutomationMode.Shadow);
        SeeingAgent seeing = new();
        bench.Agents = RecordBench.With(seeing);
        bench.Ports = bench.Ports with { ReceivesFirst = () => true };
        RecordedPipeline door = bench.Door();
        InboxWorker worker = new(bench.Store, door, bench.Ports.Queues, new ThreadRuntime(bench.Clock), NullLogger.Instance);
        door.Worker = worker;
        await bench.Ingest(Delayed, door: door);

        modes.Mode = AutomationMode.Live;
        Task working = worker.RunAsync(CancellationToken.None);
        worker.Drain();
        await working;

        seeing.Seen.ShouldBe([AutomationMode.Shadow]);
        Modes(bench).ShouldBe(["SHADOW"]);
    }

    [Fact]
    public async Task What_an_earlier_process_received_is_decided_in_the_mode_that_is_on_record()
    {
        RecordBench bench = new();
        OneMode modes = In(bench, AutomationMode.Live);
        SeeingAgent seeing = new();
        bench.Agents = RecordBench.With(seeing);
        bench.Ports = bench.Ports with { ReceivesFirst = () => true };
        RecordedPipeline dead = bench.Door();
        dead.Worker = new InboxWorker(bench.Store, dead, bench.Ports.Queues, new ThreadRuntime(bench.Clock), NullLogger.Instance);
        await bench.Ingest(Delayed, door: dead);

        modes.Mode = AutomationMode.Shadow;
        (await bench.Door().ResumeAsync(TestContext.Current.CancellationToken)).ShouldBe(1);

        seeing.Seen.ShouldBe([AutomationMode.Live]);
    }

    [Fact]
    public async Task A_run_is_in_shadow_whatever_its_tenant_is_in()
    {
        RecordBench bench = new();
        OneMode modes = In(bench, AutomationMode.Live);

        await bench.Run(Delayed);

        modes.Asked.ShouldBeEmpty();
        Modes(bench).ShouldBe(["SHADOW"]);
    }

    [Fact]
    public async Task A_live_pass_decides_what_one_in_shadow_does_and_leaves_feedback_to_the_end_of_its_plan()
    {
        RecordBench shadow = new();
        In(shadow, AutomationMode.Shadow);
        RecordBench live = new();
        In(live, AutomationMode.Live);

        ExceptionResult proposed = (await shadow.Ingest(Delayed)).ShouldHaveSingleItem();
        ExceptionResult decided = (await live.Ingest(Delayed)).ShouldHaveSingleItem();

        decided.Status.ShouldBe(proposed.Status);
        Decisions(live).ShouldBe(Decisions(shadow).Where(stage => stage.Stage != "feedback"));
        (await live.Replay(live.Store.Events.First(item => item.RunId is not null).RunId!.Value)).ShouldAllBe(pass => pass.Verdict == ReplayVerdict.Equal);

        static List<(string? Stage, string Decision)> Decisions(RecordBench bench) =>
            [.. bench.Parts.Where(item => item.Type == EventType.StageCompleted).Select(item => (item.Stage, Core.Values.JsonText.Parse(RecordBench.Text(item)).AsMap()["decision"].AsMap()["decision"].AsString()))];
    }

    private static OneMode In(RecordBench bench, AutomationMode mode)
    {
        OneMode modes = new() { Mode = mode };
        bench.Ports = bench.Ports with { Modes = modes };
        return modes;
    }

    private static List<string> Modes(RecordBench bench) =>
        [.. bench.Parts.Where(item => item.Type == EventType.ExceptionReceived).Select(item => System.Text.Json.JsonDocument.Parse(RecordBench.Text(item)).RootElement.GetProperty("pass").GetProperty("mode").GetString()!)];

    private sealed class OneMode : IAutomationMode
    {
        internal AutomationMode Mode { get; set; }

        internal List<TenantId> Asked { get; } = [];

        public ValueTask<AutomationMode> OfAsync(TenantId tenant, CancellationToken cancellationToken)
        {
            Asked.Add(tenant);
            return ValueTask.FromResult(Mode);
        }
    }

    private sealed class SeeingAgent : IStageAgent
    {
        private readonly ResolutionAgent real = new();

        internal List<AutomationMode> Seen { get; } = [];

        public Stage Stage => Stage.Resolution;

        public IReadOnlyList<EvidenceRequest> Ask(AgentMessage message, IReadOnlyList<Evidence> evidence) => real.Ask(message, evidence);

        public AgentDecision Decide(AgentMessage message, IReadOnlyList<Evidence> evidence)
        {
            Seen.Add(message.Mode);
            return real.Decide(message, evidence);
        }
    }
}
