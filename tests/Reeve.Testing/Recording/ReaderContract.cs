using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Testing.Recording;

/// <summary>What following the log does on every store.</summary>
public abstract class ReaderContract : RecordContract
{
    [Fact]
    public async Task Every_event_comes_once_in_pages_that_hold_whole_commits()
    {
        await using RecordStores stores = await OpenAsync();
        for (int i = 0; i < 25; i++)
        {
            ExceptionRow row = Row($"e{i}", i % 2 == 0 ? North : South);
            await MustCommitAsync(stores, new ExceptionChange.Add(row, []), Event(row), Event(row), Note(row.Record.TenantId), Note(row.Record.TenantId));
        }

        List<LoggedEvent> seen = [];
        LogReader reader = new(stores.Readers, "test");
        int pages = 0;
        LogPage page;
        do
        {
            page = await reader.NextAsync(10, Token);
            page.Events.GroupBy(item => (item.Position.Slot, item.Position.N)).ShouldAllBe(commit => commit.Count() == 4);
            seen.AddRange(page.Events);
            await reader.AdvanceAsync(page, Token);
            pages++;
        }
        while (page.IsCut);

        pages.ShouldBeGreaterThan(2);
        seen.Select(item => item.EventId).Order().ShouldBe((await Chains.ShouldHoldAsync(stores.Audit)).Select(item => item.EventId).Order());
        (await reader.NextAsync(10, Token)).Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_version_comes_before_its_predecessor_however_small_the_pages()
    {
        await using RecordStores stores = await OpenAsync();
        const int Seed = 881;
        Random random = new(Seed);
        List<ExceptionRow> rows = [];
        for (int i = 0; i < 8; i++)
        {
            rows.Add(await AddAsync(stores, Row($"e{i}")));
        }

        for (int i = 0; i < 40; i++)
        {
            int at = random.Next(rows.Count);
            rows[at] = Next(rows[at]);
            await MustCommitAsync(stores, new ExceptionChange.Update(rows[at], rows[at].Version - 1), Event(rows[at]));
        }

        foreach (int limit in new[] { 1, 2, 3, 7, 1000 })
        {
            LogReader reader = new(stores.Readers, $"of {limit}");
            Dictionary<ExceptionKey, long> versions = [];
            LogPage page;
            do
            {
                page = await reader.NextAsync(limit, Token);
                page.Commits.ShouldNotBeEmpty($"seed {Seed}");
                foreach (LoggedEvent item in page.Events)
                {
                    item.RowVersion.ShouldBe(versions.GetValueOrDefault(item.ExceptionKey!.Value) + 1, $"seed {Seed}, pages of {limit}");
                    versions[item.ExceptionKey!.Value] = item.RowVersion!.Value;
                }

                await reader.AdvanceAsync(page, Token);
            }
            while (page.IsCut);

            versions.Count.ShouldBe(rows.Count);
            rows.ShouldAllBe(row => versions[row.Key] == row.Version);
        }
    }

    [Fact]
    public async Task A_reader_goes_on_where_it_said_it_was()
    {
        await using RecordStores stores = await OpenAsync();
        await MustCommitAsync(stores, Note(North, "1"));
        LogReader first = new(stores.Readers, "test");
        LogPage page = await first.NextAsync(10, Token);
        await first.AdvanceAsync(page, Token);
        await MustCommitAsync(stores, Note(North, "2"));
        (await first.NextAsync(10, Token)).Events.ShouldHaveSingleItem();

        LogReader second = new(stores.Readers, "test");

        (await second.NextAsync(10, Token)).Events.ShouldHaveSingleItem().Body!.Value.ToArray().ShouldBe("2"u8.ToArray());
        (await new LogReader(stores.Readers, "another").NextAsync(10, Token)).Events.Count().ShouldBe(2);
        (await stores.Readers.FindAsync("test", Token)).ShouldBe(page.Next);
    }

    [Fact]
    public async Task Of_two_that_move_one_reader_one_is_told()
    {
        await using RecordStores stores = await OpenAsync();
        await MustCommitAsync(stores, Note(North, "1"));
        LogReader first = new(stores.Readers, "test");
        LogReader second = new(stores.Readers, "test");
        LogPage page = await first.NextAsync(10, Token);
        LogPage same = await second.NextAsync(10, Token);

        await first.AdvanceAsync(page, Token);
        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => second.AdvanceAsync(same, Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Record.ReaderMoved);
        (await second.NextAsync(10, Token)).Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_position_beyond_the_end_is_refused_not_waited_for()
    {
        await using RecordStores stores = await OpenAsync();
        CommitOutcome.Committed done = await MustCommitAsync(stores, Note(North));

        foreach (ReaderPosition ahead in new[] { ReaderPosition.Start.With(done.Slot, done.N + 1), ReaderPosition.Start.With(99, 1) })
        {
            ReeveException fault = await Should.ThrowAsync<ReeveException>(() => stores.Readers.FetchAsync(ahead, 10, Token));
            fault.Error.Kind.ShouldBe(ErrorCatalogue.Record.PositionAhead);
        }
    }

    [Fact]
    public async Task A_tail_begins_at_the_end_and_sees_what_is_new_once()
    {
        await using RecordStores stores = await OpenAsync();
        await MustCommitAsync(stores, Note(North, "1"));
        LogTail tail = new(stores.Readers);
        await tail.StartAsync(Token);
        (await tail.NextAsync(10, Token)).Commits.ShouldBeEmpty();
        await MustCommitAsync(stores, Note(South, "2"));

        (await tail.NextAsync(10, Token)).Events.ShouldHaveSingleItem().TenantId.ShouldBe(South);
        (await tail.NextAsync(10, Token)).Commits.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_empty_log_has_no_page()
    {
        await using RecordStores stores = await OpenAsync();

        LogPage page = await new LogReader(stores.Readers, "test").NextAsync(10, Token);

        page.Events.ShouldBeEmpty();
        page.IsCut.ShouldBeFalse();
    }
}
