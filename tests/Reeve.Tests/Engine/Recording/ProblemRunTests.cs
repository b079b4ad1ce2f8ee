using Reeve.Core.Decisions;
using Reeve.Core.Events;
using Reeve.Core.Policies;
using Reeve.Core.Records;
using Reeve.Engine.Pipeline;
using Reeve.Engine.Recording;
using Reeve.Engine.Replay;
using static Reeve.Tests.Recording.RecordBench;

namespace Reeve.Tests.Recording;

/// <summary>Deliveries of one problem in one input: what the row and the log say afterwards.</summary>
public sealed class ProblemRunTests
{
    internal static readonly BoundPolicy Alerts = Make.Bound(Make.With(Make.Domain, "intake", """
        [{"record": {"exceptionType": "doc.kind", "timestamp": "doc.at", "hoursLate": "doc.hours + 0", "severity": "doc.level"},
          "externalId": "doc.id", "fingerprint": "doc.problem", "state": "doc.state == 'close' ? 'close' : 'open'"}]
        """));

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_worse_delivery_is_the_next_version_of_the_row_in_a_later_commit(int workers)
    {
        RecordBench bench = new(Alerts) { Options = new PipelineOptions { Workers = workers } };
        Run run = bench.NewRun();

        List<ExceptionResult> results = await bench.Run($"[{Event(1, level: "LOW", hours: 1)},{Event(2, level: "LOW", hours: 1)},{Event(3, level: "CRITICAL", hours: 100)},{Event(4, level: "LOW", hours: 1)}]", run);

        results.Select(result => result.IsRepeat).ShouldBe([false, true, false, true]);
        results.Select(result => result.ExceptionId).Distinct().Count().ShouldBe(1);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        row.Version.ShouldBe(2);
        row.Record.Severity.ShouldBe(Severity.High);
        row.CreatedAt.ShouldBe(Make.Now);
        results[3].Status.ShouldBe(row.Record.ResolutionStatus);
        List<LoggedEvent> events = bench.EventsOf(row.Key);
        events.Count(item => item.Type == EventType.ExceptionReceived).ShouldBe(2);
        events.Select(item => item.PassId).Distinct().Count().ShouldBe(2);
        events[^1].Position.CompareTo(events[0].Position).ShouldNotBe(0);
        (await bench.Replay(run.Id)).Select(pass => pass.Verdict).ShouldBe([ReplayVerdict.Equal, ReplayVerdict.Equal]);
    }

    [Fact]
    public async Task A_close_is_on_record_and_leaves_what_was_found_out()
    {
        RecordBench bench = new(Alerts);
        Run run = bench.NewRun();

        List<ExceptionResult> results = await bench.Run($"[{Event(1, hours: 100)},{Event(2, state: "close")},{Event(2, state: "close")}]", run);

        results.Select(result => result.Status).ShouldBe([ResolutionStatus.InProgress, ResolutionStatus.Resolved, ResolutionStatus.Resolved]);
        results.Select(result => result.IsRepeat).ShouldBe([false, true, true]);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        (row.Version, row.Record.ResolutionStatus, row.Record.Severity).ShouldBe((2, ResolutionStatus.Resolved, Severity.High));
        row.Record.NormalizedContext["closedBy"].AsString().ShouldBe("source");
        (row.ResolvedAt, row.ResolvedAutomatically).ShouldBe((Make.Now, false));
        row.Record.CurrentPlaybookId.ShouldBe(new PlaybookId("hurry"));
        bench.EventsOf(row.Key).Where(item => item.RowVersion == 2).Select(item => item.Type.Name).ShouldBe(["ExceptionReceived", "StageCompleted", "StageCompleted", "PipelineCompleted"]);
        (await bench.Replay(run.Id)).Select(pass => pass.Verdict).ShouldBe([ReplayVerdict.Equal, ReplayVerdict.Equal]);
    }

    [Fact]
    public async Task A_close_that_names_a_type_nobody_knows_closes()
    {
        RecordBench bench = new(Alerts);
        Run run = bench.NewRun();

        List<ExceptionResult> results = await bench.Run($"[{Event(1, hours: 1)},{Event(2, state: "close").Replace("DELAYED", "MELTED", StringComparison.Ordinal)}]", run);

        results[1].Status.ShouldBe(ResolutionStatus.Resolved);
        (await bench.Row(results[0].ExceptionId)).Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        (await bench.Replay(run.Id)).Select(pass => pass.Verdict).ShouldBe([ReplayVerdict.Equal, ReplayVerdict.Equal]);
    }

    [Fact]
    public async Task A_problem_that_opens_again_is_open_again()
    {
        RecordBench bench = new(Alerts);

        List<ExceptionResult> results = await bench.Run($"[{Event(1, hours: 1)},{Event(2, state: "close")},{Event(3, hours: 1)},{Event(4, hours: 1)},{Event(5, state: "close")}]");

        results.Select(result => result.IsRepeat).ShouldBe([false, true, true, true, true]);
        results.Select(result => result.Status).ShouldBe(
            [ResolutionStatus.InProgress, ResolutionStatus.Resolved, ResolutionStatus.InProgress, ResolutionStatus.InProgress, ResolutionStatus.Resolved]);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        (row.Version, row.Record.ResolutionStatus).ShouldBe((4, ResolutionStatus.Resolved));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Every_pass_has_its_document_whether_it_is_kept_or_not(int workers)
    {
        string input = $"[{Event(1)},{Event(2)},{Event(3, state: "close")},{Event(4)},17,{Event(5, hours: 100, level: "HIGH")},{Event(6, state: "close")}]";
        RecordBench bench = new(Alerts) { Options = new PipelineOptions { Workers = workers } };
        Run run = bench.NewRun();

        List<ExceptionResult> kept = await bench.Run(input, run);
        List<ExceptionResult> shown = await bench.Decide(input);

        kept.Select(result => result.Decided is not null).ShouldBe([true, false, true, true, false, true, true]);
        List<string> documents = bench.Documents(kept.Select(result => result.Decided).OfType<ExceptionResult>());
        bench.Documents(shown.Select(result => result.Decided).OfType<ExceptionResult>()).ShouldBe(documents);
        List<ReplayedPass> replayed = await bench.Replay(run.Id);
        replayed.ShouldAllBe(pass => pass.Verdict == ReplayVerdict.Equal);
        replayed.Select(pass => System.Text.Encoding.UTF8.GetString(pass.Document!)).Order(StringComparer.Ordinal).ShouldBe(documents.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_stands_first_may_come_last_in_time()
    {
        RecordBench bench = new(Alerts);

        List<ExceptionResult> results = await bench.Run($"[{Event(3, state: "close")},{Event(2, hours: 1, level: "HIGH")},{Event(1, hours: 1, level: "LOW")}]");

        results.Select(result => result.Status).ShouldBe([ResolutionStatus.Resolved, ResolutionStatus.InProgress, ResolutionStatus.InProgress]);
        ExceptionRow row = await bench.Row(results[0].ExceptionId);
        (row.Version, row.Record.ResolutionStatus).ShouldBe((3, ResolutionStatus.Resolved));
    }

    [Fact]
    public async Task Changes_of_a_problem_reach_over_chunks_of_the_input()
    {
        RecordBench bench = new(Alerts);
        string others = string.Join(",", Enumerable.Range(0, 1100).Select(i => $$"""{"kind":"SCANNED","hours":0,"id":"s{{i}}"}"""));

        List<ExceptionResult> results = await bench.Run($"[{Event(1, hours: 1)},{others},{Event(2, state: "close")}]");

        results[^1].ExceptionId.ShouldBe(results[0].ExceptionId);
        (await bench.Row(results[0].ExceptionId)).Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
    }

    [Fact]
    public async Task What_changed_a_problem_and_is_delivered_again_makes_nothing()
    {
        RecordBench bench = new(Alerts);
        string input = $"[{Event(1, hours: 1)},{Event(2, hours: 100, level: "HIGH")},{Event(3, state: "close")}]";
        List<ExceptionResult> first = await bench.Ingest(input);
        int events = bench.Store.Events.Count;

        List<ExceptionResult> again = await bench.Ingest(input);
        List<ExceptionResult> alone = await bench.Ingest(Event(3, state: "close"));

        first.Select(result => result.IsRepeat).ShouldBe([false, false, true]);
        again.Concat(alone).ShouldAllBe(result => result.IsRepeat && result.ExceptionId == first[0].ExceptionId && result.Status == ResolutionStatus.Resolved);
        bench.Store.Events.Skip(events).ShouldAllBe(item => item.Type == EventType.RunStarted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_of_a_problem_that_fetches_is_received_on_the_row_it_changes(bool dies)
    {
        RecordBench bench = new(Alerts) { Evidence = new CountingSource(), Options = new PipelineOptions { Commits = CommitMode.Stage } };
        string input = $"[{Event(1, hours: 1)},{Event(2, hours: 100, level: "HIGH")}]";
        RecordBench whole = new(Alerts) { Evidence = new CountingSource() };
        await whole.Run(input);
        if (dies)
        {
            // The run, received and seven stages of the first, received of the second: it dies there.
            bench.Ports = bench.Ports with { Committer = new DyingCommitter(bench.Store, 10, afterwards: true) };
            await Should.ThrowAsync<ProcessDied>(() => bench.Run(input));
            bench.Ports = bench.Ports with { Committer = bench.Store };
            (await bench.Door().ResumeAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        }
        else
        {
            await bench.Run(input);
        }

        bench.Hashes().ShouldBe(whole.Hashes());
        ExceptionRow row = (await bench.Store.ListAsync(bench.Tenant, new ExceptionQuery(), TestContext.Current.CancellationToken)).Items.ShouldHaveSingleItem();
        row.Record.Severity.ShouldBe(Severity.High);
        row.Version.ShouldBe(16);
    }

    internal static string Event(int n, string state = "open", int hours = 1, string level = "LOW") =>
        $$"""{"kind":"DELAYED","id":"{{n}}","hours":{{hours}},"problem":"P","level":"{{level}}","state":"{{state}}","at":"2026-11-01T1{{n}}:00:00Z","parcel":"P1","hoursLate":{{hours}},"amount":1}""";
}
