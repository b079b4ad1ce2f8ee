using Reeve.Core.Changes;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Engine.Pipeline;
using Reeve.Tests.Recording;

namespace Reeve.Tests.Imports;

/// <summary>What the same key again means, and what crashes leave.</summary>
public sealed class ImportRunTests
{
    private const string Plain = """{"exceptionType":"DELAYED","parcel":"P1","hoursLate":48}""";
    private const string Given = """{"exceptionId":"E1","exceptionType":"DELAYED","sourceSystem":"van","timestamp":"2026-11-01T10:00:00Z","rawPayload":{"parcel":"P1","hoursLate":1}}""";

    // Two alike without an id, one that is none, one given and repeated, one that is a list in the end.
    private static readonly string[] Items = [Plain, Plain, "17", Given, Given, "{\"no", Plain];

    private static readonly BoundPolicy Rows = Make.Bound(Make.With(Make.Domain, "intake", """[{"each": "doc.rows", "record": {"exceptionType": "item.kind", "hoursLate": "1"}}]"""));

    [Fact]
    public async Task The_same_key_and_items_again_make_nothing_and_are_answered_alike()
    {
        ImportBench bench = new();
        ImportDesk desk = bench.Desk();
        List<ExceptionResult> first = await bench.SendAsync(desk, "k", Items);
        int made = bench.Exceptions();

        List<ExceptionResult> again = await bench.SendAsync(desk, "k", Items);
        List<ExceptionResult> other = await bench.SendAsync(desk, "other", Items);

        made.ShouldBe(4);
        Told(again).ShouldBe(Told(first));
        other.Count(result => result.Status is not null).ShouldBe(5);
        bench.Exceptions().ShouldBe(7, "under another key those without an id are new");
        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Ended);
        (await bench.FindAsync("k")).Counts.ShouldBe(new ImportCounts(7, 5, 1, 2));
    }

    [Fact]
    public async Task A_document_that_ended_is_answered_from_its_rows_with_every_error_in_its_place()
    {
        ImportBench bench = new();
        ImportDesk desk = bench.Desk();
        List<ExceptionResult> first = await bench.SendAsync(desk, "k", Items, kind: ImportKind.Document, body: [1]);
        int commits = bench.Record.Store.Commits.Count;

        List<ExceptionResult> again = await bench.SendAsync(desk, "k", Items, kind: ImportKind.Document, body: [1]);

        Told(again).ShouldBe(Told(first));
        again.SelectMany(result => result.Errors).ShouldBe(first.SelectMany(result => result.Errors));
        bench.Record.Store.Commits.Count.ShouldBe(commits);
        await ShouldThrow("HTTP-016", () => bench.SendAsync(desk, "k", Items, kind: ImportKind.Document, body: [2]));
        await ShouldThrow("HTTP-016", () => bench.SendAsync(desk, "k", Items));
    }

    // The process dies at each of its commits in turn, before and after it is durable; another node goes on.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Wherever_a_node_dies_the_same_items_again_are_there_exactly_once(bool afterwards, bool fetches)
    {
        List<string> expected = [];
        for (int at = 1; at < 40; at++)
        {
            ImportBench bench = new();
            if (fetches)
            {
                bench.Record.Evidence = new CountingSource();
                bench.Record.Agents = RecordBench.With(new AskingAgent(Stage.Triage));
            }

            bool died = true;
            try
            {
                await bench.SendAsync(bench.Desk(new DyingCommitter(bench.Record.Store, at, afterwards)), "k", Items);
                died = false;
            }
            catch (ProcessDied)
            {
                // As planned.
            }

            List<ExceptionResult> again = await bench.SendAsync(bench.Desk(), "k", Items);

            again.Count(result => result.Status is not null).ShouldBe(5, $"commit {at}");
            bench.Exceptions().ShouldBe(4, $"commit {at}");
            (await bench.RowsAsync("k")).Select(row => row.Place).ShouldBe(Enumerable.Range(0, 7).Select(i => new ItemPlace(i, 0)), $"commit {at}");
            (await bench.FindAsync("k")).State.ShouldBe(ImportState.Ended);
            expected.Add(string.Join(' ', again.Select(result => result.IsRepeat)));
            if (!died)
            {
                at.ShouldBeGreaterThan(5);
                return;
            }
        }

        throw new InvalidOperationException("The send never came to its end.");
    }

    [Fact]
    public async Task What_repeats_or_closes_an_item_that_had_its_row_before_the_crash_finds_it()
    {
        ImportBench bench = new(ProblemRunTests.Alerts);
        string[] items =
        [
            """{"id":"d1","kind":"DELAYED","at":"2026-11-01T10:00:00Z","hours":1,"level":"LOW","problem":"p","state":"open"}""",
            """{"id":"d2","kind":"DELAYED","at":"2026-11-01T10:01:00Z","hours":1,"level":"LOW","problem":"p","state":"open"}""",
            """{"id":"d3","kind":"DELAYED","at":"2026-11-01T10:02:00Z","hours":1,"level":"LOW","problem":"p","state":"close"}""",
        ];
        // The run, the import and the open one are in; the close is not.
        await Should.ThrowAsync<ProcessDied>(() => bench.SendAsync(bench.Desk(new DyingCommitter(bench.Record.Store, at: 3, afterwards: true)), "k", items));

        List<ExceptionResult> again = await bench.SendAsync(bench.Desk(), "k", items);

        bench.Exceptions().ShouldBe(1);
        again.Select(result => result.ExceptionId).Distinct().ShouldHaveSingleItem();
        (await bench.Record.Row(again[0].ExceptionId)).Record.ResolutionStatus.ShouldBe(ResolutionStatus.Resolved);
        again.Select(result => result.IsRepeat).ShouldBe([false, true, true]);

        List<ExceptionResult> third = await bench.SendAsync(bench.Desk(), "k", items);
        Told(third).ShouldBe(Told(again));
        (await bench.Record.Row(again[0].ExceptionId)).Version.ShouldBe(2);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Several_that_a_mapping_makes_of_one_line_have_a_row_each(int at)
    {
        ImportBench bench = new(Rows);
        string[] items = ["""{"rows":[{"kind":"DELAYED"},{"kind":"LOST"},3]}""", """{"rows":[{"kind":"DELAYED"}]}"""];
        await Should.ThrowAsync<ProcessDied>(() => bench.SendAsync(bench.Desk(new DyingCommitter(bench.Record.Store, at, afterwards: true)), "k", items));

        List<ExceptionResult> again = await bench.SendAsync(bench.Desk(), "k", items);

        again.Select(result => result.Status is not null).ShouldBe([true, true, false, true]);
        bench.Exceptions().ShouldBe(3);
        (await bench.RowsAsync("k")).Select(row => row.Place).ShouldBe([new(0, 0), new(0, 1), new(0, 2), new(1, 0)]);
    }

    [Fact]
    public async Task An_item_that_was_refused_stays_so_under_its_key_when_the_pack_has_changed()
    {
        ImportBench bench = new(Rows);
        string[] items = [Plain, """{"rows":[{"kind":"DELAYED"}]}"""];
        ImportDesk desk = bench.Desk();
        List<ExceptionResult> first = await bench.SendAsync(desk, "k", items);

        List<ExceptionResult> again = await bench.SendAsync(desk, "k", items, by: Make.Bound());
        List<ExceptionResult> anew = await bench.SendAsync(desk, "new", items, by: Make.Bound());

        first.Select(result => result.Status is not null).ShouldBe([false, true]);
        Told(again).ShouldBe(Told(first));
        anew[0].Status.ShouldNotBeNull();
    }

    [Fact]
    public async Task Parts_that_a_changed_pack_no_longer_makes_are_answered_all_the_same()
    {
        ImportBench bench = new(Rows);
        string[] items = ["""{"rows":[{"kind":"DELAYED"},{"kind":"LOST"}],"exceptionType":"DELAYED"}""", """{"rows":[{"kind":"LOST"}],"exceptionType":"LOST"}"""];
        ImportDesk desk = bench.Desk();
        List<ExceptionResult> first = await bench.SendAsync(desk, "k", items);

        List<ExceptionResult> again = await bench.SendAsync(desk, "k", items, by: Make.Bound());

        Told(again).ShouldBe(Told(first));
        bench.Exceptions().ShouldBe(3);
    }

    [Fact]
    public async Task An_item_with_other_bytes_is_refused_alone_and_what_it_was_stays()
    {
        ImportBench bench = new();
        ImportDesk desk = bench.Desk();
        List<ExceptionResult> first = await bench.SendAsync(desk, "k", [Plain, Plain]);

        List<ExceptionResult> again = await bench.SendAsync(desk, "k", [Plain, Plain + " ", Plain]);

        again[0].ExceptionId.ShouldBe(first[0].ExceptionId);
        again[1].Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-014");
        again[2].Status.ShouldNotBeNull();
        bench.Exceptions().ShouldBe(3);
        (await bench.RowsAsync("k"))[1].ExceptionId.ShouldBe(first[1].ExceptionId);
    }

    [Fact]
    public async Task While_it_is_worked_on_the_key_is_in_use_and_then_it_is_free()
    {
        ImportBench bench = new();
        ImportDesk desk = bench.Desk();
        OpenImport open = await desk.OpenAsync(bench.Request("k"), TestContext.Current.CancellationToken);

        await ShouldThrow("HTTP-017", () => bench.SendAsync(desk, "k", Items));
        await open.EndAsync(isWhole: false, default);
        (await bench.SendAsync(desk, "k", Items)).Count.ShouldBe(7);
    }

    [Fact]
    public async Task Another_node_waits_while_the_first_lives_and_goes_on_when_it_does_not()
    {
        ImportBench bench = new();
        Guid node = Guid.NewGuid();
        bench.Record.Store.LivingNodes.Add(node);
        OpenImport open = await bench.Desk(node: node).OpenAsync(bench.Request("k"), TestContext.Current.CancellationToken);
        await open.BeginAsync();

        await ShouldThrow("HTTP-017", () => bench.SendAsync(bench.Desk(), "k", Items));
        bench.Record.Store.LivingNodes.Clear();
        (await bench.SendAsync(bench.Desk(), "k", Items)).Count.ShouldBe(7);

        await open.EndAsync(isWhole: false, default);
        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Ended, "who lost it does not end it");
    }

    [Fact]
    public async Task Of_two_that_begin_at_once_on_two_nodes_one_goes_on()
    {
        ImportBench bench = new();
        OpenImport first = await bench.Desk().OpenAsync(bench.Request("k"), TestContext.Current.CancellationToken);
        OpenImport second = await bench.Desk().OpenAsync(bench.Request("k"), TestContext.Current.CancellationToken);

        await first.BeginAsync();

        await ShouldThrow("HTTP-017", second.BeginAsync);
    }

    [Fact]
    public async Task A_day_later_the_key_is_new()
    {
        ImportBench bench = new();
        ImportDesk desk = bench.Desk();
        await bench.SendAsync(desk, "k", [Plain], kind: ImportKind.Document, body: [1]);

        bench.Record.Clock.Advance(TimeSpan.FromHours(24));
        await ShouldThrow("HTTP-016", () => bench.SendAsync(desk, "k", [Plain], kind: ImportKind.Document, body: [2]));
        bench.Record.Clock.Advance(TimeSpan.FromSeconds(1));
        (await bench.SendAsync(desk, "k", [Plain], kind: ImportKind.Document, body: [2])).ShouldHaveSingleItem().Status.ShouldNotBeNull();

        bench.Exceptions().ShouldBe(2);
        (await bench.RowsAsync("k")).Count.ShouldBe(1, "the rows of the day before are not its own");
    }

    [Fact]
    public async Task An_end_that_cannot_be_written_is_tried_until_it_is_in_and_keeps_nobody_of_this_node_waiting()
    {
        ImportBench bench = new();
        bench.Record.Store.Fault = changes => changes[0] is ImportChange.Ended ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "away")) : null;
        await using ImportDesk desk = bench.Desk();

        await bench.SendAsync(desk, "k", Items);

        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Running);
        (await bench.SendAsync(desk, "k", Items)).Count.ShouldBe(7);
        bench.Record.Store.Fault = null;
        while ((await bench.FindAsync("k")).State == ImportState.Running)
        {
            bench.Record.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Ended);
    }

    [Fact]
    public async Task An_end_that_could_not_be_written_does_not_end_the_work_of_who_took_the_import_up()
    {
        ImportBench bench = new();
        bench.Record.Store.Fault = changes => changes[0] is ImportChange.Ended ? new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "away")) : null;
        await using ImportDesk desk = bench.Desk();
        await bench.SendAsync(desk, "k", Items);
        OpenImport taken = await desk.OpenAsync(bench.Request("k"), TestContext.Current.CancellationToken);
        await taken.BeginAsync();
        bench.Record.Store.Fault = null;

        for (int second = 0; second < 200; second++)
        {
            bench.Record.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Running);
        await taken.EndAsync(isWhole: false, default);
        (await bench.FindAsync("k")).State.ShouldBe(ImportState.Broken);
    }

    [Fact]
    public async Task What_may_pass_has_no_row_and_is_tried_again_under_the_key()
    {
        ImportBench bench = new();
        ImportDesk crowded = bench.Desk(new CrowdedCommitter(bench.Record.Store));
        List<ExceptionResult> first = await bench.SendAsync(crowded, "k", [Plain, "17"], kind: ImportKind.Document, body: [1]);

        List<ExceptionResult> again = await bench.SendAsync(bench.Desk(), "k", [Plain, "17"], kind: ImportKind.Document, body: [1]);

        first[0].Errors.ShouldHaveSingleItem().Code.ShouldBe("REC-008");
        again[0].Status.ShouldNotBeNull();
        again[1].Errors.ShouldHaveSingleItem().Code.ShouldBe("INTAKE-001");
        bench.Exceptions().ShouldBe(1);
    }

    [Fact]
    public void Another_principal_or_tenant_has_another_import_under_the_same_key()
    {
        ImportId[] ids =
        [
            ImportId.Of(new TenantId("A"), "key:1", "k"), ImportId.Of(new TenantId("B"), "key:1", "k"), ImportId.Of(new TenantId("A"), "key:2", "k"),
            ImportId.Of(new TenantId("A"), "key:1", "K"), ImportId.Of(new TenantId("Ak"), "ey:1", "k"), ImportId.Of(new TenantId("A"), "key:", "1k"),
        ];

        ids.Distinct().Count().ShouldBe(ids.Length);
        ids.ShouldAllBe(id => id.Value.Version == 8);

        // Ids are given out and come back: this one never changes.
        ids[0].ToString().ShouldBe("c80b1016-e508-849a-a11c-bf7af261c606");
    }

    private static List<(ExceptionId?, bool, string)> Told(List<ExceptionResult> results) =>
        [.. results.Select(result => (result.ExceptionId, result.IsRepeat, string.Join(' ', result.Errors)))];

    private static async Task ShouldThrow(string code, Func<Task> act) => (await Should.ThrowAsync<ReeveException>(act)).Error.Code.ShouldBe(code);

    // Somebody is always faster with the id of whatever is added.
    private sealed class CrowdedCommitter(ICommitter inner) : ICommitter
    {
        public Task<CommitOutcome> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
            changes[0] is ExceptionChange.Add ? Task.FromResult<CommitOutcome>(new CommitOutcome.AlreadyThere(null)) : inner.CommitAsync(changes, cancellationToken);

        public Task<CommitOutcome> CommitAloneAsync(TenantId tenant, IReadOnlyList<Change> changes, CancellationToken cancellationToken) => inner.CommitAloneAsync(tenant, changes, cancellationToken);
    }
}
