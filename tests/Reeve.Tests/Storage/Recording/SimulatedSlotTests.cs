using Microsoft.Extensions.Logging;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Testing;
using Reeve.Testing.Recording;
using Reeve.Testing.Simulated;

namespace Reeve.Tests.Storage.Recording;

/// <summary>The writing protocol under a scheduler of one thread: what calls that go wrong at chosen moments lead to. No thread, no real time.</summary>
public sealed class SimulatedSlotTests
{
    private static readonly CommitterOptions OneSlot = new() { Slots = 1, Lease = TimeSpan.FromSeconds(30) };

    private readonly FakeTime clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void An_answer_that_was_lost_is_asked_for_again_under_the_same_number(int seed) => Simulate(seed, async (scheduler, database) =>
    {
        List<SimulatedCall> commits = [];
        database.Trouble = call =>
        {
            if (call.Verb != "commit")
            {
                return null;
            }

            commits.Add(call);
            return commits.Count == 1 ? new SimulatedTrouble.LostAfter() : null;
        };
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot);

        CommitOutcome outcome = await CommitAsync(node, "a");

        outcome.ShouldBe(new CommitOutcome.Committed(1, 1));
        commits.ShouldBe([new SimulatedCall("one", "commit", 1, 1)]);
        (await CommitAsync(node, "b")).ShouldBe(new CommitOutcome.Committed(1, 2));
        await ShouldHoldAsync(database, "a", "b");
    });

    [Fact]
    public void A_commit_that_never_arrived_is_sent_again_under_the_same_number() => Simulate(1, async (scheduler, database) =>
    {
        int lost = 0;
        database.Trouble = call => call.Verb == "commit" && lost++ < 3 ? new SimulatedTrouble.LostBefore() : null;
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot);

        (await CommitAsync(node, "a")).ShouldBe(new CommitOutcome.Committed(1, 1));

        lost.ShouldBe(4);
        await ShouldHoldAsync(database, "a");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_commit_that_arrives_late_is_waited_for_and_counts_once(int seed) => Simulate(seed, async (scheduler, database) =>
    {
        int sent = 0;
        database.Trouble = call => call.Verb == "commit" && sent++ == 0 ? new SimulatedTrouble.Late(TimeSpan.FromSeconds(4)) : null;
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot);
        DateTimeOffset began = clock.GetUtcNow();

        (await CommitAsync(node, "a")).ShouldBe(new CommitOutcome.Committed(1, 1));

        (clock.GetUtcNow() - began).ShouldBeInRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5));
        await ShouldHoldAsync(database, "a");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_writer_frozen_past_its_lease_is_fenced_and_its_batch_goes_through_another_slot(int seed) => Simulate(seed, async (scheduler, database) =>
    {
        SimulatedNode frozen = await SimulatedNode.StartAsync(scheduler, database, "frozen", OneSlot);
        SimulatedNode living = await SimulatedNode.StartAsync(scheduler, database, "living", OneSlot);
        (await CommitAsync(frozen, "before")).ShouldBe(new CommitOutcome.Committed(1, 1));
        frozen.Process.IsFrozen = true;
        Task<CommitOutcome> late = CommitAsync(frozen, "late");
        await Task.Delay(TimeSpan.FromSeconds(60), clock);

        database.Slots[0].Node.ShouldBe(living.Committer.Node);
        database.Tables.Events.Count.ShouldBe(1);
        SimulatedNode taker = await SimulatedNode.StartAsync(scheduler, database, "taker", OneSlot);
        (await CommitAsync(taker, "taken")).ShouldBe(new CommitOutcome.Committed(1, 4), "behind the commits that fence, of the burial and of the start");
        frozen.Process.IsFrozen = false;

        (await late).ShouldBeOfType<CommitOutcome.Committed>().Slot.ShouldBe(3);
        await ShouldHoldAsync(database, "before", "taken", "late");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_take_over_waits_for_a_late_commit_of_the_dead_owner_and_finds_what_it_put_down(int seed) => Simulate(seed, async (scheduler, database) =>
    {
        SimulatedNode dying = await SimulatedNode.StartAsync(scheduler, database, "dying", new CommitterOptions { Slots = 1, Lease = TimeSpan.FromSeconds(3) });
        SimulatedNode living = await SimulatedNode.StartAsync(scheduler, database, "living", new CommitterOptions { Slots = 1, Lease = TimeSpan.FromSeconds(3) });
        int takeOvers = 0;
        living.Committer.TookOver += (_, _) => takeOvers++;
        database.Trouble = call => call is { Node: "dying", Verb: "commit" } ? new SimulatedTrouble.Late(TimeSpan.FromSeconds(3.5)) : null;
        ExceptionRow row = RecordContract.Row("late");
        _ = dying.Committer.CommitAsync(
            [new ExceptionChange.Add(row, []), RecordContract.Event(row), new ExceptionChange.Enqueue(row.Record.TenantId, row.PassId, row.Key, row.RunId)], CancellationToken.None);
        await Task.Delay(TimeSpan.FromMilliseconds(1), clock);
        dying.Kill();

        await Task.Delay(TimeSpan.FromSeconds(5), clock);

        takeOvers.ShouldBe(1);
        SimulatedSlot slot = database.Slots[0];
        (slot.Node, slot.BeatAt).ShouldBe((living.Committer.Node, (DateTimeOffset?)null));
        database.OwnerOf(row.Record.TenantId, row.PassId).ShouldBe((null, true));
        living.Committer.Stops.ReceivesFirst(clock).ShouldBeTrue();
        await ShouldHoldAsync(database, "late");
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Of_two_that_find_a_slot_dead_one_takes_it(int seed) => Simulate(seed, async (scheduler, database) =>
    {
        CommitterOptions quick = OneSlot with { Lease = TimeSpan.FromSeconds(3) };
        SimulatedNode dying = await SimulatedNode.StartAsync(scheduler, database, "dying", quick);
        SimulatedNode[] living = [await SimulatedNode.StartAsync(scheduler, database, "left", quick), await SimulatedNode.StartAsync(scheduler, database, "right", quick)];
        int takeOvers = 0;
        foreach (SimulatedNode node in living)
        {
            node.Committer.TookOver += (_, _) => takeOvers++;
        }

        await CommitAsync(dying, "a");
        dying.Kill();
        await Task.Delay(TimeSpan.FromSeconds(5), clock);

        takeOvers.ShouldBe(1);
        database.Tables.Commits.Count(commit => commit.Slot == 1).ShouldBe(2);
        living.ShouldAllBe(node => node.Committer.Slots[0].Slot == node.Committer.Slots[0].Slot && node.Committer.Stops.NoticedAt != null);
    });

    [Fact]
    public void No_step_of_the_databases_clock_takes_a_slot_from_the_living() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode[] nodes = [await SimulatedNode.StartAsync(scheduler, database, "left", OneSlot), await SimulatedNode.StartAsync(scheduler, database, "right", OneSlot)];
        foreach (TimeSpan skew in new[] { TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.Zero })
        {
            database.Skew = skew;
            await Task.Delay(TimeSpan.FromMinutes(2), clock);
        }

        nodes.Select(node => node.Committer.Slots[0].Slot).ShouldBe([1, 2]);
        database.Tables.Commits.ShouldBeEmpty();
    });

    [Fact]
    public void A_dead_slot_is_found_though_the_databases_clock_was_put_back() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode dying = await SimulatedNode.StartAsync(scheduler, database, "dying", OneSlot);
        await SimulatedNode.StartAsync(scheduler, database, "living", OneSlot);
        await CommitAsync(dying, "a");
        database.Skew = TimeSpan.FromHours(-1);
        dying.Kill();

        await Task.Delay(TimeSpan.FromSeconds(34), clock);

        database.Slots[0].BeatAt.ShouldBeNull();
    });

    [Fact]
    public void A_database_that_was_away_makes_nobody_dead() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode[] nodes = [await SimulatedNode.StartAsync(scheduler, database, "left", OneSlot), await SimulatedNode.StartAsync(scheduler, database, "right", OneSlot)];
        database.Trouble = _ => new SimulatedTrouble.LostBefore();
        await Task.Delay(TimeSpan.FromSeconds(90), clock);
        database.Trouble = _ => null;
        await Task.Delay(TimeSpan.FromSeconds(60), clock);

        nodes.Select(node => node.Committer.Slots[0].Slot).ShouldBe([1, 2]);
        database.Tables.Commits.ShouldBeEmpty();
    });

    [Fact]
    public void An_idle_node_whose_slot_was_taken_takes_another() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode frozen = await SimulatedNode.StartAsync(scheduler, database, "frozen", OneSlot);
        await SimulatedNode.StartAsync(scheduler, database, "living", OneSlot);
        frozen.Process.IsFrozen = true;
        await Task.Delay(TimeSpan.FromSeconds(60), clock);
        frozen.Process.IsFrozen = false;
        await Task.Delay(TimeSpan.FromSeconds(15), clock);

        SimulatedSlot slot = database.Slots.Where(one => one.Node == frozen.Committer.Node).ShouldHaveSingleItem();
        slot.BeatAt.ShouldNotBeNull();
        frozen.Committer.Slots[0].Slot.ShouldBe(slot.Slot);
    });

    [Fact]
    public void A_slot_given_up_in_doubt_is_taken_again_by_its_own_node() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot);
        await SimulatedNode.StartAsync(scheduler, database, "other", OneSlot);
        ExceptionRow row = RecordContract.Row("inbox");
        await node.Committer.CommitAsync(
            [new ExceptionChange.Add(row, []), RecordContract.Event(row), new ExceptionChange.Enqueue(row.Record.TenantId, row.PassId, row.Key, row.RunId)], CancellationToken.None);
        database.Trouble = call => call is { Node: "one", Verb: "commit" } ? new SimulatedTrouble.LostBefore() : null;

        ReeveError unknown = await RefusedAsync(CommitAsync(node, "lost"));
        database.Trouble = _ => null;
        await Task.Delay(TimeSpan.FromSeconds(15), clock);

        unknown.Kind.ShouldBe(ErrorCatalogue.Record.OutcomeUnknown);
        node.Committer.Slots[0].Slot.ShouldBe(1);
        database.OwnerOf(row.Record.TenantId, row.PassId).ShouldBe((1, false));
        database.Slots.ShouldAllBe(slot => slot.UncleanAt == null);
        (await CommitAsync(node, "after")).ShouldBeOfType<CommitOutcome.Committed>().Slot.ShouldBe(1);
        await ShouldHoldAsync(database, "inbox", "after");
    });

    [Fact]
    public void Every_refusal_of_the_server_has_its_end() => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot);
        int refused = 0;
        database.Trouble = call => call.Verb == "write" && refused++ == 0 ? new SimulatedTrouble.Refused(SimulatedRefusal.Busy) : null;
        (await CommitAsync(node, "busy")).ShouldBe(new CommitOutcome.Committed(1, 1));

        List<string> verbs = [];
        database.Trouble = call =>
        {
            verbs.Add(call.Verb);
            return verbs.Count(verb => verb == "commit") == 1 && call.Verb == "commit" ? new SimulatedTrouble.Refused(SimulatedRefusal.MonthMissing) : null;
        };
        (await CommitAsync(node, "month")).ShouldBe(new CommitOutcome.Committed(1, 2));
        verbs.ShouldBe(["write", "commit", "rollback", "months", "write", "commit"], ignoreOrder: false);

        database.Trouble = call => call.Verb == "write" ? new SimulatedTrouble.Refused(SimulatedRefusal.Unwritable) : null;
        (await RefusedAsync(CommitAsync(node, "full"))).Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);

        database.Trouble = _ => null;
        await ShouldHoldAsync(database, "busy", "month");
    });

    [Theory]
    [InlineData("away")]
    [InlineData("deaf")]
    [InlineData("slow")]
    [InlineData("full")]
    public void Closing_answers_everybody_within_its_time_whatever_the_store_does(string store) => Simulate(1, async (scheduler, database) =>
    {
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", new CommitterOptions { BatchSize = 20 });
        database.Trouble = call => store switch
        {
            "away" => new SimulatedTrouble.LostBefore(),
            "deaf" => new SimulatedTrouble.Slow(TimeSpan.FromHours(1)),
            "slow" => call.Verb is "commit" or "write" ? new SimulatedTrouble.Slow(TimeSpan.FromSeconds(2)) : null,
            _ => call.Verb == "write" ? new SimulatedTrouble.Refused(SimulatedRefusal.Unwritable) : null,
        };

        Task<CommitOutcome>[] accepted = [.. Enumerable.Range(0, 500).Select(i => CommitAsync(node, $"e{i}"))];
        DateTimeOffset began = clock.GetUtcNow();
        await node.StopAsync();

        (clock.GetUtcNow() - began).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(24));
        await Task.Delay(TimeSpan.FromMilliseconds(1), clock);
        accepted.ShouldAllBe(commit => commit.IsCompleted);
        int written = accepted.Count(commit => commit.IsCompletedSuccessfully);
        written.ShouldBeInRange(store == "slow" ? 100 : 0, store == "slow" ? 480 : 0);
        int unknown = accepted.Count(commit => commit.Exception?.InnerException is ReeveException fault && fault.Error.Kind == ErrorCatalogue.Record.OutcomeUnknown);
        database.Tables.Events.Count.ShouldBeInRange(written, written + unknown);
        (await RefusedAsync(CommitAsync(node, "late"))).Kind.ShouldBe(ErrorCatalogue.Record.Stopped);
    });

    // Found by seed 354 of the simulator: what was wrong was only the end of a transaction in which nothing was left to write.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_batch_in_which_all_met_conflicts_is_answered_though_its_roll_back_fails(bool isCut) => Simulate(1, async (scheduler, database) =>
    {
        Complaints complaints = new();
        SimulatedNode node = await SimulatedNode.StartAsync(scheduler, database, "one", OneSlot, complaints);
        await CommitAsync(node, "a");
        int rolledBack = 0;
        database.Trouble = call => call.Verb == "rollback" && rolledBack++ == 0
            ? isCut ? new SimulatedTrouble.LostBefore() : new SimulatedTrouble.Refused(SimulatedRefusal.Data)
            : null;

        (await CommitAsync(node, "a")).ShouldBe(new CommitOutcome.AlreadyThere(null));
        (await CommitAsync(node, "b")).ShouldBe(new CommitOutcome.Committed(1, 2));

        rolledBack.ShouldBeGreaterThan(0);
        complaints.All.ShouldBeEmpty();
        await ShouldHoldAsync(database, "a", "b");
    });

    [Fact]
    public void The_same_seed_makes_the_same_steps_and_another_seed_others()
    {
        (long Steps, long Trace)[] runs = [.. new[] { 7, 7, 8 }.Select(seed =>
        {
            FakeTime time = new();
            SimulatedScheduler scheduler = new(seed, time);
            SimulatedDatabase database = new(time, scheduler.Process("database"));
            scheduler.Run(async () =>
            {
                int calls = 0;
                database.Trouble = call => ++calls % 7 == 0 && call.Verb is "commit" or "write" ? new SimulatedTrouble.LostAfter() : null;
                SimulatedNode[] nodes =
                [
                    await SimulatedNode.StartAsync(scheduler, database, "left", new CommitterOptions()),
                    await SimulatedNode.StartAsync(scheduler, database, "right", new CommitterOptions()),
                ];
                await Task.WhenAll(Enumerable.Range(0, 30).Select(i => CommitAsync(nodes[i % 2], $"e{i}")));
                await nodes[0].StopAsync();
                await nodes[1].StopAsync();
            });
            database.Tables.Events.Count.ShouldBe(30);
            return (scheduler.Steps, scheduler.Trace);
        })];

        runs[1].ShouldBe(runs[0]);
        runs[2].ShouldNotBe(runs[0]);
    }

    private void Simulate(int seed, Func<SimulatedScheduler, SimulatedDatabase, Task> test)
    {
        SimulatedScheduler scheduler = new(seed, clock);
        scheduler.Run(() => test(scheduler, new SimulatedDatabase(clock, scheduler.Process("database"))));
    }

    private static Task<CommitOutcome> CommitAsync(SimulatedNode node, string id)
    {
        ExceptionRow row = RecordContract.Row(id);
        return node.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row, $"\"{id}\"")], CancellationToken.None);
    }

    // Not by the assertion library, which would resume on the thread pool.
    private static async Task<ReeveError> RefusedAsync(Task<CommitOutcome> commit)
    {
        try
        {
            return (await commit).ShouldBeOfType<ReeveError>();
        }
        catch (ReeveException fault)
        {
            return fault.Error;
        }
    }

    // Each is in exactly once, and the chains hold.
    private static async Task ShouldHoldAsync(SimulatedDatabase database, params string[] ids)
    {
        IReadOnlyList<LoggedEvent> all = await Chains.ShouldHoldAsync(database.Tables);
        all.Count.ShouldBe(ids.Length);
        foreach (string id in ids)
        {
            ExceptionRow row = (await database.Tables.FindAsync(RecordContract.Row("x").Record.TenantId, new ExceptionId(id), CancellationToken.None)).ShouldNotBeNull();
            all.ShouldContain(item => item.ExceptionKey == row.Key);
        }
    }

    // What loops say that met something they do not know.
    private sealed class Complaints : ILogger
    {
        internal List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                All.Add($"{formatter(state, exception)}: {exception}");
            }
        }
    }
}
