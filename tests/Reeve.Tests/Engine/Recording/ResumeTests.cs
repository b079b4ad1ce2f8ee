using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Engine.Agents;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using Reeve.Tests.Agents;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>A process dies at each point of a pass that fetches; the next one finishes what was begun.</summary>
public sealed class ResumeTests
{
    private static readonly Stage[] All = Enum.GetValues<Stage>();

    [Fact]
    public async Task A_pass_that_fetches_is_received_first_and_decided_in_a_second_commit()
    {
        RecordBench bench = new() { Evidence = new CountingSource() };

        List<ExceptionResult> results = await bench.Run(Delayed);

        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        row.Version.ShouldBe(2);
        bench.Store.Commits.Count.ShouldBe(3);
        bench.EventsOf(row.Key).Select(item => item.RowVersion).ShouldBe([1, 2, 2, 2, 2, 2, 2, 2, 2]);
        bench.Store.Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task Committed_by_stage_each_finished_stage_is_a_version_of_the_row()
    {
        RecordBench bench = new() { Evidence = new CountingSource(), Options = new PipelineOptions { Commits = CommitMode.Stage } };

        List<ExceptionResult> results = await bench.Run(Delayed);

        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        bench.EventsOf(row.Key).Select(item => item.RowVersion).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8, 8]);
        row.Version.ShouldBe(8);
    }

    [Fact]
    public async Task Committed_after_every_stage_a_pass_that_fetches_nothing_has_a_version_for_each_too()
    {
        RecordBench bench = new() { Options = new PipelineOptions { Commits = CommitMode.Stage } };

        List<ExceptionResult> results = await bench.Run(Delayed);

        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        bench.EventsOf(row.Key).Select(item => item.RowVersion).ShouldBe([1, 2, 3, 4, 5, 6, 7, 8, 8]);
        bench.Store.Unfinished().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(CommitMode.Once)]
    [InlineData(CommitMode.Stage)]
    public async Task Whichever_commit_a_process_dies_at_the_pass_is_finished_as_if_it_had_not(CommitMode mode)
    {
        RecordBench whole = Asking(mode);
        string expected = whole.Document((await whole.Run(Delayed))[0]);
        int commits = whole.Store.Commits.Count;
        for (int at = 1; at <= commits; at++)
        {
            foreach (bool afterwards in new[] { false, true })
            {
                await DieAsync(mode, at, afterwards, whole.Hashes(), expected);
            }
        }
    }

    [Theory]
    [InlineData(CommitMode.Once)]
    [InlineData(CommitMode.Stage)]
    public async Task Whichever_stage_a_process_dies_in_the_pass_is_finished_as_if_it_had_not(CommitMode mode)
    {
        RecordBench whole = Asking(mode);
        await whole.Run(Delayed);
        foreach (Stage stage in All)
        {
            RecordBench bench = Asking(mode);
            using CancellationTokenSource dying = new();
            bench.Agents = With([.. All.Select(other => new AskingAgent(other, () =>
            {
                if (other == stage)
                {
                    dying.Cancel();
                    dying.Token.ThrowIfCancellationRequested();
                }
            }))]);
            await Should.ThrowAsync<OperationCanceledException>(() => bench.Run(Delayed, token: dying.Token));
            List<int> answered = [.. ((CountingSource)bench.Evidence!).Answered];

            bench.Agents = With([.. All.Select(other => new AskingAgent(other))]);
            int resumed = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

            resumed.ShouldBe(1, stage.Key());
            bench.Hashes().ShouldBe(whole.Hashes(), stage.Key());
            List<int> again = [.. ((CountingSource)bench.Evidence!).Answered.Skip(answered.Count)];
            again.ShouldBe([.. All.Where(other => mode == CommitMode.Once || other >= stage).Select(other => (int)other + 1)], stage.Key());
        }
    }

    [Fact]
    public async Task Of_many_passes_each_is_finished_and_what_one_lacks_holds_up_no_other()
    {
        RecordBench bench = Asking(CommitMode.Stage);
        bench.Options = bench.Options with { Workers = 8 };
        bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, 40, afterwards: true) };
        await Should.ThrowAsync<ProcessDied>(() => bench.Run("[" + string.Join(",", Enumerable.Repeat(Delayed, 30)) + "]"));
        bench.Ports = bench.Ports with { Committer = bench.Store };
        int unfinished = bench.Store.Unfinished().Count;
        unfinished.ShouldBeGreaterThan(1);

        bench.HasPacks = false;
        int without = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);
        bench.HasPacks = true;
        int with = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

        (without, with).ShouldBe((0, unfinished));
        bench.Store.Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pass_that_cannot_be_read_is_left_alone_and_a_store_that_is_away_stops_the_start()
    {
        RecordBench bench = await DiedAsync(CommitMode.Once, 2);
        RecordPorts sound = bench.Ports;

        bench.Ports = sound with { Packs = (_, _, _, _) => throw new ReeveException(new ReeveError(ErrorCatalogue.Packs.NotStorable, "Gone.")) };
        int refused = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);
        bench.Ports = sound with { Packs = (_, _, _, _) => throw new FormatException("not for the log") };
        int broken = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);
        bench.Ports = sound with { Packs = (_, _, _, _) => throw new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "Away.")) };
        ReeveException away = await Should.ThrowAsync<ReeveException>(() => bench.Door().ResumeAsync(TestContext.Current.CancellationToken));
        bench.Ports = sound;

        (refused, broken, away.Error.Code, await bench.Door().ResumeAsync(TestContext.Current.CancellationToken)).ShouldBe((0, 0, "STORE-002", 1));
    }

    [Fact]
    public async Task A_pass_goes_on_with_what_its_beginning_recorded()
    {
        RecordBench whole = Asking(CommitMode.Stage);
        await whole.Run(Delayed);
        RecordBench bench = await DiedAsync(CommitMode.Stage, 4);

        bench.Options = new PipelineOptions { Supervised = false, RetriageLimit = 5, Mode = AutomationMode.DryRun, Commits = CommitMode.Stage };
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

        bench.Hashes().ShouldBe(whole.Hashes());
        bench.Parts.Where(item => item.PassId is not null).ShouldAllBe(item => item.OccurredAt == Make.Now);
    }

    [Fact]
    public async Task A_pass_that_began_with_somebody_to_ask_waits_for_somebody_to_ask()
    {
        RecordBench bench = await DiedAsync(CommitMode.Stage, 3);
        IEvidenceSource? source = bench.Evidence;

        bench.Evidence = null;
        int without = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);
        bench.Evidence = source;

        (without, await bench.Door().ResumeAsync(TestContext.Current.CancellationToken)).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData(Stage.Intake)]
    [InlineData(Stage.Triage)]
    [InlineData(Stage.Policy)]
    public async Task A_finished_stage_that_is_now_decided_otherwise_escalates_the_pass(Stage changed)
    {
        RecordBench bench = await DiedAsync(CommitMode.Stage, 5);
        IStageAgent[] agents = [.. All.Select(stage => stage == changed ? new Adjusted(stage, decision => decision with { Evidence = ["Otherwise."] }) : (IStageAgent)new AskingAgent(stage))];

        bench.Agents = agents;
        int resumed = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

        resumed.ShouldBe(1);
        ExceptionRow row = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery(), TestContext.Current.CancellationToken)).Items.Single();
        row.Record.ResolutionStatus.ShouldBe(ResolutionStatus.Escalated);
        LoggedEvent failed = bench.Parts.Single(item => item.Type == EventType.StageFailed);
        (failed.Stage, Text(failed).Contains("PIPE-004", StringComparison.Ordinal)).ShouldBe((changed.Key(), true));
        bench.EventsOf(row.Key)[^2].Stage.ShouldBe("feedback");
        (await bench.Replay(row.RunId)).ShouldHaveSingleItem().Verdict.ShouldBe(ReplayVerdict.Equal);
    }

    [Fact]
    public async Task A_pass_whose_beginning_was_erased_is_left_alone()
    {
        RecordBench bench = await DiedAsync(CommitMode.Stage, 4);
        bench.Store.Rewrite(item => item.Type == EventType.ExceptionReceived ? item with { Salt = null, Body = null } : item);

        (await bench.Door().ResumeAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
    }

    [Fact]
    public async Task Two_that_resume_the_same_pass_decide_it_once()
    {
        RecordBench bench = await DiedAsync(CommitMode.Once, 2);
        RecordedPipeline other = bench.Door();
        int resumed = 0;
        int byOther = 0;
        bench.Agents = With(new AskingAgent(Stage.Feedback, () =>
        {
            if (resumed++ == 0)
            {
                // The first is frozen, and its slot is taken.
                bench.Store.StopUncleanly();
                byOther = other.ResumeAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
        }));

        int mine = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

        (mine, byOther).ShouldBe((0, 1));
        bench.Parts.Count(item => item.Type == EventType.PipelineCompleted).ShouldBe(1);
    }

    private static RecordBench Asking(CommitMode mode) => new()
    {
        Options = new PipelineOptions { Commits = mode },
        Evidence = new CountingSource(),
        Agents = With([.. All.Select(stage => new AskingAgent(stage))]),
    };

    private static async Task<RecordBench> DiedAsync(CommitMode mode, int at)
    {
        RecordBench bench = Asking(mode);
        bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, at, afterwards: true) };
        await Should.ThrowAsync<ProcessDied>(() => bench.Run(Delayed));
        bench.Ports = bench.Ports with { Committer = bench.Store };
        return bench;
    }

    private static async Task DieAsync(CommitMode mode, int at, bool afterwards, IReadOnlyList<string> hashes, string expected)
    {
        string place = $"{mode}, commit {at}, {(afterwards ? "after" : "before")} it was durable";
        RecordBench bench = Asking(mode);
        bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, at, afterwards) };
        await Should.ThrowAsync<ProcessDied>(() => bench.Run(Delayed), place);
        List<string> recorded = [.. bench.Parts.Where(item => item.Type == EventType.StageCompleted).Select(item => item.Stage!)];

        bench.Ports = bench.Ports with { Committer = bench.Store };
        CountingSource source = new();
        bench.Evidence = source;
        int resumed = await bench.Door().ResumeAsync(TestContext.Current.CancellationToken);

        // What was not received was not acknowledged: its sender sends it again. What ended needs nobody.
        bool received = bench.Parts.Any(item => item.Type == EventType.ExceptionReceived);
        resumed.ShouldBe(received && recorded.Count < All.Length ? 1 : 0, place);
        bench.Hashes().ShouldBe(received ? hashes : [], place);
        source.Answered.ShouldBe(received ? [.. All.Where(stage => !recorded.Contains(stage.Key())).Select(stage => (int)stage + 1)] : [], place);
        if (received)
        {
            List<LoggedEvent> events = [.. bench.Parts.Where(item => item.PassId is not null)];
            events.Select(item => (item.Type, item.Stage)).Distinct().Count().ShouldBe(events.Count, place);
            (await bench.Replay(events[0].RunId!.Value)).ShouldHaveSingleItem().Document.ShouldBe(System.Text.Encoding.UTF8.GetBytes(expected), place);
        }
    }
}
