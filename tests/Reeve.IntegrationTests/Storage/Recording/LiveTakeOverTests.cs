using System.Diagnostics;
using Reeve.Core.Changes;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Three nodes on one PostgreSQL, of which one dies or stands still: the others have what it had, soon and once.</summary>
public sealed class LiveTakeOverTests(ITestOutputHelper output)
{
    private static readonly CommitterOptions Quick = new() { Lease = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task What_a_node_had_when_it_was_killed_is_free_within_seconds()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        CuttingProxy proxy = new(store.Node, seed: 1);
        await using PostgresDatabase through = new(proxy.Address);
        await using RecordStores dying = await RecordStores.OpenAsync(store, through, Quick with { StopWithin = TimeSpan.FromSeconds(1) });
        await using RecordStores left = await RecordStores.OpenAsync(store, store.Database, Quick);
        await using RecordStores right = await RecordStores.OpenAsync(store, store.Database, Quick);
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int takeOvers = 0;
        foreach (RecordStores living in new[] { left, right })
        {
            Holder(living).TookOver += (_, _) =>
            {
                Interlocked.Increment(ref takeOvers);
                told.TrySetResult();
            };
        }

        ExceptionRow row = await PutDownAsync(dying, "a");
        await PutDownAsync(left, "mine");

        await store.ExecuteAsync("insert into schedule_runs (tenant_id, name, due_at, slot, started_at) values ('north', 'dying', now(), 1, now()), ('north', 'living', now(), 3, now())");

        // Every connection ends and none can be made, which is what the others see of a death.
        long began = Stopwatch.GetTimestamp();
        await proxy.DisposeAsync();
        await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
        await UntilAsync(store, "select count(*) from slots where unclean_at is not null", 2L);
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"taken over after {took.TotalSeconds:0.0} s");

        took.ShouldBeLessThan(TimeSpan.FromSeconds(15), "a lease is three seconds and a look a fifth; the rest is for a slow machine");
        takeOvers.ShouldBeInRange(1, 2);
        (await store.QueryAsync("select slot is null, after_stop, attempts from inbox order by after_stop desc")).ShouldBe([[true, true, 1], [false, false, 1]]);
        (await store.QueryAsync("select name, outcome from schedule_runs order by name")).ShouldBe([["dying", "LOST"], ["living", null]]);
        (await store.QueryAsync("select slot, beat_at = 'epoch', (select count(*) from commits c where c.slot = s.slot and c.tenants = '{}') from slots s where unclean_at is not null order by slot"))
            .ShouldBe([[1, true, 1L], [2, true, 1L]]);
        foreach (RecordStores living in new[] { left, right })
        {
            await UntilAsync(() => Holder(living).Stops.NoticedAt is not null);
            Holder(living).Stops.BeforeAt.ShouldBeNull("two slots of one node are one stop");
            Holder(living).Stops.ReceivesFirst(TimeProvider.System).ShouldBeTrue();
        }

        await using RecordStores next = await RecordStores.OpenAsync(store, store.Database, Quick);
        Holder(next).Slots.Select(slot => slot.Slot).ShouldBe([1, 2], ignoreOrder: true, "a start uses them again");
        Holder(next).Stops.ReceivesFirst(TimeProvider.System).ShouldBeTrue();
        (await CommitAsync(next, "next")).Slot.ShouldBeLessThanOrEqualTo(2);
        (await Chains.ShouldHoldAsync(next.Audit)).Select(item => item.ExceptionKey).ShouldContain(row.Key);
    }

    [Fact]
    public async Task A_node_that_stood_still_past_its_lease_is_fenced_and_goes_on_through_another_slot()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using CuttingProxy proxy = new(store.Node, seed: 1);
        await using PostgresDatabase through = new(proxy.Address);
        await using RecordStores frozen = await RecordStores.OpenAsync(store, through, Quick with { Slots = 1 });
        await using RecordStores left = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 });
        await using RecordStores right = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 });
        await CommitAsync(frozen, "before");

        proxy.Freeze();
        Task<CommitOutcome.Committed> late = CommitAsync(frozen, "late");
        await UntilAsync(store, "select count(*) from slots where slot = 1 and unclean_at is not null and beat_at = 'epoch'", 1L);
        await using RecordStores taker = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 });
        (await CommitAsync(taker, "taken")).Slot.ShouldBe(1);
        proxy.Thaw();

        CommitOutcome.Committed? written = await Answered(late);
        written?.Slot.ShouldBe(4);
        (await CommitAsync(frozen, "after")).Slot.ShouldBe(4);
        (await Chains.ShouldHoldAsync(taker.Audit)).Count.ShouldBe(written is null ? 3 : 4);
        (await CommitAsync(left, "left")).Slot.ShouldBe(2);
        (await CommitAsync(right, "right")).Slot.ShouldBe(3);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_stop_that_was_not_clean_is_noticed_by_the_next_start(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using (RecordStores first = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 }))
        {
            Holder(first).Stops.ReceivesFirst(TimeProvider.System).ShouldBeFalse();
            await PutDownAsync(first, "a");
        }

        (await store.QueryAsync("select slot is null, attempts from inbox")).Single().Select(Convert.ToInt32).ShouldBe([1, 0]);
        await using (RecordStores second = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 }))
        {
            Holder(second).Stops.NoticedAt.ShouldBeNull();
            await PutDownAsync(second, "b");
        }

        // As a process leaves it that was killed long ago.
        await store.ExecuteAsync(dialect == Dialect.Sqlite ? "update slots set beat_at = 1" : "update slots set beat_at = now() - interval '1 day'");
        await store.ExecuteAsync("update inbox set slot = 1 where slot is null");

        await using RecordStores third = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 });

        Holder(third).Stops.NoticedAt.ShouldNotBeNull();
        Holder(third).Stops.ReceivesFirst(TimeProvider.System).ShouldBeTrue();
        (await store.QueryAsync("select slot is null, after_stop from inbox")).Count(row => Convert.ToBoolean(row[0]) && Convert.ToBoolean(row[1])).ShouldBe(2);
    }

    // Whether it is in is known once it is answered; a node that was away for a lease may have given up.
    private static async Task<CommitOutcome.Committed?> Answered(Task<CommitOutcome.Committed> commit)
    {
        try
        {
            return await commit;
        }
        catch (Core.Errors.ReeveException)
        {
            return null;
        }
    }

    private static ISlotHolder Holder(RecordStores stores) => (ISlotHolder)stores.Committer;

    private static async Task<ExceptionRow> PutDownAsync(RecordStores node, string id)
    {
        ExceptionRow row = RecordContract.Row(id);
        (await node.Committer.CommitAsync(
            [new ExceptionChange.Add(row, []), RecordContract.Event(row), new ExceptionChange.Enqueue(row.Record.TenantId, row.PassId, row.Key, row.RunId)], CancellationToken.None))
            .ShouldBeOfType<CommitOutcome.Committed>();
        return row;
    }

    private static async Task<CommitOutcome.Committed> CommitAsync(RecordStores node, string id)
    {
        ExceptionRow row = RecordContract.Row(id);
        return (await node.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], CancellationToken.None)).ShouldBeOfType<CommitOutcome.Committed>();
    }

    private static Task UntilAsync(PostgresStore store, string count, long wanted) => UntilAsync(async () => Equals(await store.ScalarAsync(count), wanted), count);

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()), "");

    private static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30), what);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
