using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;

namespace Reeve.Tests.Events;

/// <summary>A page comes in the order in which things happened, whatever clocks said and wherever it was cut.</summary>
public sealed class LogOrderTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly ExceptionKey A = new(new Guid("00000000-0000-7000-8000-00000000000a"));
    private static readonly ExceptionKey B = new(new Guid("00000000-0000-7000-8000-00000000000b"));

    [Fact]
    public async Task Versions_order_what_clocks_have_the_wrong_way_round()
    {
        Page store = new(Cut: false, Commit(1, 1, at: 9, (A, 1)), Commit(2, 1, at: 3, (A, 2)), Commit(2, 2, at: 4, (B, 1)));

        LogPage page = await ReadAsync(store);

        page.Commits.Select(commit => (commit.Slot, commit.N)).ShouldBe([(1, 1L), (2, 1L), (2, 2L)]);
        page.Next.ToString().ShouldBe("1:1,2:2");
    }

    [Fact]
    public async Task What_waits_is_held_back_with_all_that_follows_it()
    {
        // 1.2 waits for something behind the page; 2.2 follows 1.2 in the exception B; 2.3 follows 2.2 in its slot.
        Page store = new(
            Cut: true, Commit(1, 1, at: 1, (A, 1)), Commit(1, 2, at: 2, (B, 4)) with { Waits = true }, Commit(1, 3, at: 3, (A, 2)),
            Commit(2, 1, at: 1, (B, 1)), Commit(2, 2, at: 4, (B, 5)), Commit(2, 3, at: 5));

        LogPage page = await ReadAsync(store);

        page.Commits.Select(commit => (commit.Slot, commit.N)).ShouldBe([(1, 1L), (2, 1L)]);
        page.Next.ToString().ShouldBe("1:1,2:1");
        page.IsCut.ShouldBeTrue();
    }

    [Fact]
    public async Task A_slot_whose_first_commit_waits_stays_where_it_was()
    {
        Page store = new(Cut: true, Commit(1, 1, at: 1, (A, 2)) with { Waits = true }, Commit(2, 1, at: 1, (B, 1)));

        (await ReadAsync(store)).Next.ToString().ShouldBe("2:1");
    }

    [Fact]
    public async Task Several_events_of_one_commit_do_not_wait_for_each_other()
    {
        Page store = new(Cut: false, Commit(1, 1, at: 1, (A, 1), (A, 1), (B, 1)), Commit(2, 1, at: 1, (A, 2), (B, 2)));

        (await ReadAsync(store)).Events.Select(item => item.RowVersion).ShouldBe([1L, 1L, 1L, 2L, 2L]);
    }

    private static Task<LogPage> ReadAsync(Page page) => new LogReader(page, "test").NextAsync(10, TestContext.Current.CancellationToken);

    private static LogCommit Commit(int slot, long n, int at, params (ExceptionKey Key, long Version)[] events) => new(
        slot, n, DateTimeOffset.UnixEpoch.AddSeconds(at),
        [.. events.Select((item, ordinal) => new LoggedEvent
        {
            TenantId = North, Position = new EventPosition(slot, n, ordinal), EventId = Guid.NewGuid(), RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(at),
            Type = EventType.StageCompleted, Version = 1, OccurredAt = DateTimeOffset.UnixEpoch, ExceptionKey = item.Key, RowVersion = item.Version,
            ActorKind = "AGENT", ActorId = "agent:x", Commitment = default, Hash = default,
        })],
        Waits: false);

    private sealed class Page(bool Cut, params LogCommit[] commits) : IReaderStore
    {
        public Task<ReaderPosition> FindAsync(string name, CancellationToken cancellationToken) => Task.FromResult(ReaderPosition.Start);

        public Task<ReaderPosition> HeadAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<LogPage> FetchAsync(ReaderPosition after, int limit, CancellationToken cancellationToken) =>
            Task.FromResult(new LogPage(commits, commits.Aggregate(after, (position, commit) => position.With(commit.Slot, commit.N)), Cut));

        public Task<bool> AdvanceAsync(string name, ReaderPosition from, ReaderPosition to, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
