using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Slots that change hands: who lost one writes nothing through it.</summary>
public sealed class TakeOverTests
{
    private const string Expire = "update slots set beat_at = now() - interval '1 day'";
    private static readonly CommitterOptions Quick = new() { Lease = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task A_stale_writer_is_fenced_and_goes_on_through_another_slot()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores stale = await RecordStores.OpenAsync(store, store.Database);
        await CommitAsync(stale, "before");
        await store.ExecuteAsync(Expire);
        await using RecordStores taker = await RecordStores.OpenAsync(store, store.Database);

        CommitOutcome.Committed[] late = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CommitAsync(stale, $"late{i}")));
        CommitOutcome.Committed taken = await CommitAsync(taker, "taken");

        late.ShouldAllBe(done => done.Slot > 2);
        taken.Slot.ShouldBeLessThanOrEqualTo(2);
        (await Chains.ShouldHoldAsync(taker.Audit)).Count.ShouldBe(22);
    }

    [Fact]
    public async Task A_writer_that_slept_until_its_rows_were_pruned_is_fenced()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores stale = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        await CommitAsync(stale, "before");
        await store.ExecuteAsync(Expire);
        await using RecordStores taker = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        for (int i = 0; i < 5; i++)
        {
            (await CommitAsync(taker, $"taken{i}")).Slot.ShouldBe(1);
        }

        await store.ExecuteAsync("delete from commits c where c.n < (select max(n) from commits m where m.slot = c.slot)");

        (await CommitAsync(stale, "late")).Slot.ShouldBe(2);

        (await store.QueryAsync("select slot, count(*) from events group by slot order by slot")).ShouldBe([[1, 6L], [2, 1L]]);
    }

    [Fact]
    public async Task A_stale_writer_moves_no_reader()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores stale = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        await CommitAsync(stale, "before");
        LogReader reader = new(stale.Readers, "test");
        LogPage page = await reader.NextAsync(10, CancellationToken.None);
        await store.ExecuteAsync(Expire);
        await using RecordStores taker = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => reader.AdvanceAsync(page, CancellationToken.None));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.SlotLost);
        (await taker.Readers.FindAsync("test", CancellationToken.None)).ShouldBe(ReaderPosition.Start);
    }

    [Fact]
    public async Task A_clean_stop_gives_its_slots_to_the_next_start()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        for (int i = 0; i < 3; i++)
        {
            await using RecordStores node = await RecordStores.OpenAsync(store, store.Database);
            (await CommitAsync(node, $"e{i}")).Slot.ShouldBeLessThanOrEqualTo(2);
        }

        (await store.ScalarAsync("select count(*) from slots")).ShouldBe(2L);
    }

    [Fact]
    public async Task A_slot_that_was_renewed_in_the_far_future_counts_as_expired()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using (await RecordStores.OpenAsync(store, store.Database))
        {
        }

        await store.ExecuteAsync("update slots set beat_at = now() + interval '1 day'");

        await using RecordStores node = await RecordStores.OpenAsync(store, store.Database);

        (await store.ScalarAsync("select count(*) from slots")).ShouldBe(2L);
    }

    [Fact]
    public async Task A_frozen_transaction_holds_a_take_over_up_no_longer_than_its_time_outs()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using CuttingProxy proxy = new(store.Node, seed: 1);
        await using PostgresDatabase through = new(proxy.Address);
        await using RecordStores frozen = await RecordStores.OpenAsync(store, through, Quick with { Slots = 1 });
        await CommitAsync(frozen, "before");
        await using NpgsqlConnection looking = await LockRowAsync(store);

        // It inserts its commit's row and waits for the row of the exception, which is locked; then nothing reaches it any more.
        ExceptionRow row = RecordContract.Row("before");
        ExceptionRow known = (await frozen.Exceptions.FindAsync(row.Record.TenantId, row.Record.ExceptionId, CancellationToken.None)).ShouldNotBeNull();
        ExceptionRow next = known with { Version = 2 };
        Task<CommitOutcome> late = frozen.Committer.CommitAsync([new ExceptionChange.Update(next, 1), RecordContract.Event(next, "\"late\"")], CancellationToken.None);
        await UntilAsync(store, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'reeve-writer' and wait_event_type = 'Lock'");
        proxy.Freeze();
        await looking.DisposeAsync();
        await UntilAsync(store, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'reeve-writer' and state = 'idle in transaction'");
        await store.ExecuteAsync(Expire);

        long began = Stopwatch.GetTimestamp();
        await using RecordStores taker = await RecordStores.OpenAsync(store, store.Database, Quick with { Slots = 1 });
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        (await CommitAsync(taker, "taken")).Slot.ShouldBe(1);
        proxy.Thaw();

        took.ShouldBeLessThan(TimeSpan.FromSeconds(15), "a third of the lease is one second; the rest is for a slow machine");
        (await late).ShouldBeOfType<CommitOutcome.Committed>().Slot.ShouldBe(2);
        (await Chains.ShouldHoldAsync(taker.Audit)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_storm_of_deadlocks_refuses_nothing()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores one = await RecordStores.OpenAsync(store, store.Database);
        await using RecordStores two = await RecordStores.OpenAsync(store, store.Database);
        ExceptionRow[] rows = [.. Enumerable.Range(0, 6).Select(i => RecordContract.Row($"e{i}"))];
        foreach (ExceptionRow row in rows)
        {
            await one.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], CancellationToken.None);
        }

        using CancellationTokenSource over = new();
        Task storm = StormAsync(store, over.Token);
        CommitOutcome[] outcomes = [.. (await Task.WhenAll(rows.Select((row, i) => WorkAsync(i % 2 == 0 ? one : two, row)))).SelectMany(done => done)];
        await over.CancelAsync();
        await storm;

        outcomes.Length.ShouldBe(6 * 15);
        outcomes.ShouldAllBe(outcome => outcome is CommitOutcome.Committed);
        (await Chains.ShouldHoldAsync(one.Audit)).Count.ShouldBe(6 + outcomes.Length);
    }

    [Fact]
    public async Task A_missing_month_is_made()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores node = await RecordStores.OpenAsync(store, store.Database);
        string month = DateTime.UtcNow.ToString("yyyy_MM", CultureInfo.InvariantCulture);
        await store.ExecuteAsync($"drop table events_{month}");

        await CommitAsync(node, "a");

        (await store.ScalarAsync($"select count(*) from events_{month}")).ShouldBe(1L);
    }

    [Fact]
    public async Task A_slot_whose_commits_are_far_ahead_of_the_clock_is_left_alone()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using (RecordStores before = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 }))
        {
            await CommitAsync(before, "before");
        }

        await store.ExecuteAsync("update commits set at = now() + interval '1 day'");

        await using RecordStores node = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        (await CommitAsync(node, "after")).Slot.ShouldBe(2);
    }

    [Fact]
    public async Task A_month_that_cannot_be_made_is_tried_once_and_the_batch_refused()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores node = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        await CommitAsync(node, "before");
        await store.ExecuteAsync("update commits set at = now() + interval '5 years'");

        long began = Stopwatch.GetTimestamp();
        ReeveException[] refused = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Should.ThrowAsync<ReeveException>(() => CommitAsync(node, $"e{i}"))));

        refused.ShouldAllBe(fault => fault.Error.Kind == ErrorCatalogue.Storage.Unwritable);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(25), "a lease is thirty, and each was tried for one");
    }

    private static async Task<List<CommitOutcome>> WorkAsync(RecordStores node, ExceptionRow row)
    {
        List<CommitOutcome> outcomes = [];
        for (int i = 0; i < 15; i++)
        {
            row = row with { Version = row.Version + 1 };
            outcomes.Add(await node.Committer.CommitAsync([new ExceptionChange.Update(row, row.Version - 1), RecordContract.Event(row)], CancellationToken.None));
        }

        return outcomes;
    }

    // Locks rows against the order in which the committer does.
    private static async Task StormAsync(PostgresStore store, CancellationToken over)
    {
        await using NpgsqlConnection connection = new(store.Superuser.Target);
        await connection.OpenAsync(CancellationToken.None);
        while (!over.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlCommand locks = new(
                    "do $$ declare r record; begin for r in select ctid from exceptions order by exception_key desc loop perform 1 from exceptions where ctid = r.ctid for update; perform pg_sleep(0.002); end loop; end $$", connection);
                await locks.ExecuteNonQueryAsync(CancellationToken.None);
            }
            catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.DeadlockDetected)
            {
                // One of the two has to give way.
            }
        }
    }

    private static async Task<NpgsqlConnection> LockRowAsync(PostgresStore store)
    {
        NpgsqlConnection connection = new(store.Superuser.Target);
        await connection.OpenAsync(CancellationToken.None);
        await using NpgsqlCommand locking = new("begin; select 1 from exceptions for update", connection);
        await locking.ExecuteNonQueryAsync(CancellationToken.None);
        return connection;
    }

    private static async Task UntilAsync(PostgresStore store, string count)
    {
        long began = Stopwatch.GetTimestamp();
        while (!Equals(await store.ScalarAsync(count), 1L))
        {
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(30), count);
        }
    }

    private static async Task<CommitOutcome.Committed> CommitAsync(RecordStores node, string id)
    {
        ExceptionRow row = RecordContract.Row(id);
        return (await node.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], CancellationToken.None)).ShouldBeOfType<CommitOutcome.Committed>();
    }
}
