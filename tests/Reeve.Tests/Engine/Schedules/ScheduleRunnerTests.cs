using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Schedules;
using Reeve.Testing.Stores;

namespace Reeve.Tests.Schedules;

public sealed class ScheduleRunnerTests
{
    private static readonly TenantId Platform = new("$platform");
    private static readonly TenantId North = new("NORTH");
    private static readonly ScheduleName Upkeep = new("upkeep");
    private static readonly ScheduleName Digest = new("digest");
    private static readonly Principal Actor = new(PrincipalKind.Service, "local:test", "tests", []);

    // The database's clock, which a test may set back, and the monotonic one of the nodes.
    private readonly FakeTime node = new();
    private readonly SteppedTime clock;
    private readonly MemorySchedules store;
    private readonly ScheduleDesk desk;
    private readonly List<DateTimeOffset> begun = [];
    private Func<CancellationToken, Task> work = static _ => Task.CompletedTask;

    public ScheduleRunnerTests()
    {
        clock = new SteppedTime(node);
        MemoryStore memory = new(clock);
        store = new MemorySchedules(memory, clock);
        desk = new ScheduleDesk(store, memory, Actions, clock);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReadOnlyList<ScheduledAction> Actions => [new(Upkeep, IsPlatforms: true, WorkAsync), new(Digest, IsPlatforms: false, WorkAsync)];

    [Fact]
    public async Task Each_time_is_run_once_whoever_looks()
    {
        ScheduleRunner[] nodes = [NewNode(), NewNode(), NewNode()];
        await desk.PutAsync(new ScheduleRequest(North, Digest, "*/5 * * * *", "UTC"), Actor, Token);

        for (int second = 0; second < 900; second++)
        {
            node.Advance(TimeSpan.FromSeconds(1));
            foreach (ScheduleRunner runner in nodes)
            {
                await runner.TickAsync(Token);
            }

            await EndedAsync();
        }

        store.Runs.Select(run => (run.DueAt.Minute, run.Outcome)).ShouldBe([(5, ScheduleOutcome.Done), (10, ScheduleOutcome.Done), (15, ScheduleOutcome.Done)]);
        begun.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_finds_no_room_is_begun_when_others_have_ended()
    {
        ScheduleRunner runner = NewNode();
        for (int tenant = 0; tenant < 5; tenant++)
        {
            await desk.PutAsync(new ScheduleRequest(new TenantId($"T{tenant}"), Digest, "*/5 * * * *", "UTC"), Actor, Token);
        }

        node.Advance(TimeSpan.FromMinutes(5));
        await runner.TickAsync(Token);
        await EndedAsync();
        begun.Count.ShouldBe(4);
        for (int tick = 0; tick < 1000 && begun.Count < 5; tick++)
        {
            await runner.TickAsync(Token);
            await EndedAsync();
        }

        begun.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_run_whose_taking_got_no_answer_is_lost_and_made_up_and_holds_nothing_up()
    {
        await desk.PutAsync(new ScheduleRequest(Platform, Upkeep, "*/5 * * * *", "UTC"), Actor, Token);
        SilentStore silent = new(store) { IsSilent = true };
        ScheduleRunner runner = new(silent, Actions, node, NullLogger.Instance);
        node.Advance(TimeSpan.FromMinutes(5));
        await Should.ThrowAsync<ReeveException>(() => runner.TickAsync(Token));
        store.Runs.ShouldHaveSingleItem().Outcome.ShouldBeNull();
        silent.IsSilent = false;

        node.Advance(TimeSpan.FromMinutes(1));
        await runner.TickAsync(Token);
        await EndedAsync();

        store.Runs.ShouldHaveSingleItem().Outcome.ShouldBe(ScheduleOutcome.Done);
        begun.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_missed_is_made_up_by_one_run_for_the_last_of_it()
    {
        await desk.PutAsync(new ScheduleRequest(North, Digest, "*/5 * * * *", "UTC"), Actor, Token);
        node.Advance(TimeSpan.FromMinutes(72));

        await NewNode().TickAsync(Token);
        await EndedAsync();

        store.Runs.Single().DueAt.ShouldBe(new DateTimeOffset(2026, 1, 15, 13, 10, 0, TimeSpan.Zero));
        (await desk.ListAsync(North, Token)).Single().Schedule.NextAt.Minute.ShouldBe(15);
    }

    [Fact]
    public async Task A_run_that_takes_long_is_not_joined_by_another_and_then_made_up_once()
    {
        TaskCompletionSource done = new();
        work = _ => done.Task;
        ScheduleRunner runner = NewNode();
        ScheduleRunner other = NewNode();
        await desk.PutAsync(new ScheduleRequest(North, Digest, "* * * * *", "UTC"), Actor, Token);
        for (int minute = 0; minute < 4; minute++)
        {
            node.Advance(TimeSpan.FromMinutes(1));
            await runner.TickAsync(Token);
            await other.TickAsync(Token);
        }

        store.Runs.Count.ShouldBe(1);
        done.SetResult();
        await EndedAsync();
        await other.TickAsync(Token);
        await EndedAsync();

        store.Runs.Select(run => run.DueAt.Minute).ShouldBe([1, 4]);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_runs_nothing_again()
    {
        ScheduleRunner runner = NewNode();
        await desk.PutAsync(new ScheduleRequest(North, Digest, "0 * * * *", "UTC"), Actor, Token);
        await RunForAsync(runner, TimeSpan.FromMinutes(65));
        clock.Step(TimeSpan.FromHours(-1));

        await RunForAsync(runner, TimeSpan.FromMinutes(65));

        store.Runs.Select(run => run.DueAt.Hour).ShouldBe([13]);
        (await desk.ListAsync(North, Token)).Single().Schedule.NextAt.Hour.ShouldBe(14);
        await RunForAsync(runner, TimeSpan.FromMinutes(60));
        store.Runs.Select(run => run.DueAt.Hour).ShouldBe([13, 14]);
    }

    [Fact]
    public async Task What_a_clock_that_was_ahead_left_behind_is_set_back()
    {
        ScheduleRunner runner = NewNode();
        await desk.PutAsync(new ScheduleRequest(North, Digest, "0 * * * *", "UTC"), Actor, Token);
        clock.Step(TimeSpan.FromHours(1));
        await RunForAsync(runner, TimeSpan.FromMinutes(1));
        clock.Step(TimeSpan.FromHours(-1));

        await RunForAsync(runner, TimeSpan.FromMinutes(2));

        // 13:00 was run when the clock said so; 14:00 is next, not what was next after that.
        store.Runs.Select(run => run.DueAt.Hour).ShouldBe([13]);
        (await desk.ListAsync(North, Token)).Single().Schedule.NextAt.Hour.ShouldBe(13);
        await RunForAsync(runner, TimeSpan.FromHours(2));
        store.Runs.Select(run => run.DueAt.Hour).ShouldBe([13, 14]);
    }

    [Fact]
    public async Task The_products_own_run_that_was_lost_is_made_up_once_and_a_tenants_waits()
    {
        work = token => Task.Delay(Timeout.InfiniteTimeSpan, node, token);
        await desk.PutAsync(new ScheduleRequest(North, Digest, "0 * * * *", "UTC"), Actor, Token);
        await desk.PutAsync(new ScheduleRequest(Platform, Upkeep, "0 * * * *", "UTC"), Actor, Token);
        node.Advance(TimeSpan.FromHours(1));
        await NewNode().TickAsync(Token);
        await store.LoseAsync();
        work = static _ => Task.CompletedTask;

        await NewNode().TickAsync(Token);
        await EndedAsync();

        store.Runs.Select(run => (run.TenantId, run.Outcome)).ShouldBe([(North, ScheduleOutcome.Lost), (Platform, ScheduleOutcome.Done)], ignoreOrder: true);
    }

    [Fact]
    public async Task A_run_that_fails_says_so_and_the_next_time_comes()
    {
        work = static _ => throw new InvalidOperationException("planted");
        ScheduleRunner runner = NewNode();
        await desk.PutAsync(new ScheduleRequest(North, Digest, "* * * * *", "UTC"), Actor, Token);

        await RunForAsync(runner, TimeSpan.FromMinutes(2));

        store.Runs.Select(run => run.Outcome).ShouldBe([ScheduleOutcome.Failed, ScheduleOutcome.Failed]);
    }

    [Fact]
    public async Task An_end_that_could_not_be_said_is_said_later()
    {
        TaskCompletionSource done = new();
        work = _ => done.Task;
        ScheduleRunner runner = NewNode();
        await desk.PutAsync(new ScheduleRequest(North, Digest, "* * * * *", "UTC"), Actor, Token);
        node.Advance(TimeSpan.FromMinutes(1));
        await runner.TickAsync(Token);
        store.Fault = new ReeveException(new ReeveError(ErrorCatalogue.Storage.Unavailable, "away"));
        done.SetResult();
        await runner.StopAsync(Token).ShouldThrowAsync<ReeveException>();
        store.Runs.Single().Outcome.ShouldBeNull();
        store.Fault = null;

        await runner.TickAsync(Token);

        store.Runs.Single().Outcome.ShouldBe(ScheduleOutcome.Done);
    }

    [Fact]
    public async Task What_is_stopped_is_lost_and_nothing_more_begins()
    {
        work = token => Task.Delay(Timeout.InfiniteTimeSpan, node, token);
        ScheduleRunner runner = NewNode();
        await desk.PutAsync(new ScheduleRequest(Platform, Upkeep, "* * * * *", "UTC"), Actor, Token);
        node.Advance(TimeSpan.FromMinutes(1));
        await runner.TickAsync(Token);

        await runner.StopAsync(Token);

        store.Runs.Single().Outcome.ShouldBe(ScheduleOutcome.Lost);
        node.Advance(TimeSpan.FromMinutes(1));
        await runner.TickAsync(Token);
        store.Runs.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("$platform", "digest", "* * * * *", "UTC", "SCHED-004")]
    [InlineData("NORTH", "upkeep", "* * * * *", "UTC", "SCHED-004")]
    [InlineData("NORTH", "nothing", "* * * * *", "UTC", "SCHED-004")]
    [InlineData("NORTH", "digest", "* * * *", "UTC", "SCHED-001")]
    [InlineData("NORTH", "digest", "* * * * *", "Mars/Olympus", "SCHED-002")]
    [InlineData("NORTH", "digest", "0 0 30 2 *", "UTC", "SCHED-003")]
    public async Task A_schedule_that_cannot_be_is_refused(string tenant, string name, string cron, string zone, string code)
    {
        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => desk.PutAsync(new ScheduleRequest(new TenantId(tenant), new ScheduleName(name), cron, zone), Actor, Token));

        fault.Error.Code.ShouldBe(code);
        (await desk.ListAsync(new TenantId(tenant), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_there_as_wanted_is_not_set_again()
    {
        ScheduleRequest wanted = new(Platform, Upkeep, "0 * * * *", "UTC");
        await desk.EnsureAsync(wanted, Actor, Token);
        DateTimeOffset set = (await desk.ListAsync(Platform, Token)).Single().Schedule.ChangedAt;
        node.Advance(TimeSpan.FromHours(3));

        await desk.EnsureAsync(wanted, Actor, Token);
        (await desk.ListAsync(Platform, Token)).Single().Schedule.ChangedAt.ShouldBe(set);

        await desk.EnsureAsync(wanted with { Cron = "1 * * * *" }, Actor, Token);
        (await desk.ListAsync(Platform, Token)).Single().Schedule.ChangedAt.ShouldBe(set.AddHours(3));
    }

    private ScheduleRunner NewNode() => new(store, Actions, node, NullLogger.Instance);

    private async Task WorkAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        lock (begun)
        {
            begun.Add(clock.GetUtcNow());
        }

        await work(cancellationToken);
    }

    private async Task RunForAsync(ScheduleRunner runner, TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10))
        {
            node.Advance(TimeSpan.FromSeconds(10));
            await runner.TickAsync(Token);
            await EndedAsync();
        }
    }

    // Runs end on other threads; what they do here takes no time of any clock.
    private async Task EndedAsync()
    {
        while (store.Runs.Any(run => run.EndedAt is null))
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class SteppedTime(FakeTime steady) : TimeProvider
    {
        private TimeSpan ahead;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + ahead;

        internal void Step(TimeSpan by) => ahead += by;
    }
}

/// <summary>A store whose answers to taking get lost.</summary>
internal sealed class SilentStore(IScheduleStore inner) : IScheduleStore
{
    internal bool IsSilent { get; set; }

    public Task<IReadOnlyList<Schedule>> ListAsync(TenantId tenant, CancellationToken cancellationToken) => inner.ListAsync(tenant, cancellationToken);

    public Task<IReadOnlyList<ScheduleRun>> LastRunsAsync(TenantId tenant, CancellationToken cancellationToken) => inner.LastRunsAsync(tenant, cancellationToken);

    public Task<ScheduleReading> DueAsync(CancellationToken cancellationToken) => inner.DueAsync(cancellationToken);

    public Task<ScheduleReading> EnabledAsync(CancellationToken cancellationToken) => inner.EnabledAsync(cancellationToken);

    public Task<IReadOnlyList<ScheduleRun>> LostAsync(CancellationToken cancellationToken) => inner.LostAsync(cancellationToken);

    public Task<ScheduleTake> TakeAsync(Schedule seen, DateTimeOffset due, DateTimeOffset next, CancellationToken cancellationToken) =>
        AnswerAsync(inner.TakeAsync(seen, due, next, cancellationToken));

    public Task<bool> TakeAgainAsync(ScheduleRun lost, CancellationToken cancellationToken) => AnswerAsync(inner.TakeAgainAsync(lost, cancellationToken));

    public Task<bool> MoveAsync(Schedule seen, DateTimeOffset next, CancellationToken cancellationToken) => inner.MoveAsync(seen, next, cancellationToken);

    public Task<bool> EndAsync(TenantId tenant, ScheduleName name, DateTimeOffset due, ScheduleOutcome outcome, CancellationToken cancellationToken) =>
        inner.EndAsync(tenant, name, due, outcome, cancellationToken);

    private async Task<T> AnswerAsync<T>(Task<T> done)
    {
        T answer = await done;
        return IsSilent ? throw new ReeveException(new ReeveError(ErrorCatalogue.Record.OutcomeUnknown, "The connection broke.")) : answer;
    }
}
