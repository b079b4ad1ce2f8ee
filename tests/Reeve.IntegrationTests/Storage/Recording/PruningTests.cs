using System.Globalization;
using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Ledger;
using Reeve.Testing.Databases;
using Reeve.Testing.Recording;

namespace Reeve.IntegrationTests.Storage.Recording;

/// <summary>Rows of commits go when nobody needs them, and nothing that somebody needs does.</summary>
public sealed class PruningTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task What_is_old_goes_but_never_a_slots_last(Dialect dialect)
    {
        await using RecordStores stores = await OpenAsync(dialect);
        await CommitAsync(stores, 5);
        await AgeAsync(stores, days: 8);

        (await Pruning(stores).PruneAsync(Token)).ShouldBe(1);
        (await Pruning(stores).PruneAsync(Token)).ShouldBe(0);

        (await NumbersAsync(stores)).ShouldBe([5]);
        (await CommitAsync(stores, 1)).ShouldBe(6);
        Convert.ToInt64(await stores.Store!.ScalarAsync("select count(*) from events"), CultureInfo.InvariantCulture).ShouldBe(6);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task What_is_younger_than_a_week_stays(Dialect dialect)
    {
        await using RecordStores stores = await OpenAsync(dialect);
        await CommitAsync(stores, 3);
        await AgeAsync(stores, days: 8);
        await CommitAsync(stores, 2);
        await AgeAsync(stores, days: 6, from: 4);
        await CommitAsync(stores, 1);

        await Pruning(stores).PruneAsync(Token);

        (await NumbersAsync(stores)).ShouldBe([4, 5, 6]);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task What_lies_before_a_reader_stays_until_the_slowest_has_read_it(Dialect dialect)
    {
        await using RecordStores stores = await OpenAsync(dialect);
        await CommitAsync(stores, 6);
        await AgeAsync(stores, days: 8);
        await stores.Readers.AdvanceAsync("quick", ReaderPosition.Start, ReaderPosition.Start.With(1, 6), Token);
        await stores.Readers.AdvanceAsync("slow", ReaderPosition.Start, ReaderPosition.Start.With(1, 2), Token);

        await Pruning(stores).PruneAsync(Token);

        (await NumbersAsync(stores)).ShouldBe([3, 4, 5, 6]);
        (await stores.Readers.FetchAsync(ReaderPosition.Start.With(1, 2), 10, Token)).Commits.Select(commit => commit.N).ShouldBe([3, 4, 5, 6]);
        ReeveException gone = await Should.ThrowAsync<ReeveException>(() => stores.Readers.FetchAsync(ReaderPosition.Start, 10, Token));
        gone.Error.Kind.ShouldBe(ErrorCatalogue.Record.PositionGone);
    }

    [Fact]
    public async Task A_reader_keeps_all_of_a_slot_that_it_has_not_begun()
    {
        await using RecordStores stores = await OpenAsync(Dialect.Postgres);
        await CommitAsync(stores, 3);
        await stores.Store!.ExecuteAsync("insert into slots (slot, writer, beat_at) values (2, gen_random_uuid(), 'epoch')");
        await stores.Store.ExecuteAsync("insert into commits (slot, n, writer, at, tenants) select 2, n, gen_random_uuid(), now(), '{}' from generate_series(1, 3) n");
        await AgeAsync(stores, days: 8);
        await stores.Readers.AdvanceAsync("reader", ReaderPosition.Start, ReaderPosition.Start.With(1, 3), Token);

        await Pruning(stores).PruneAsync(Token);

        (await NumbersAsync(stores, slot: 1)).ShouldBe([3]);
        (await NumbersAsync(stores, slot: 2)).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Many_rows_go_in_slices(Dialect dialect)
    {
        await using RecordStores stores = await OpenAsync(dialect);
        await stores.Store!.ExecuteAsync(dialect == Dialect.Sqlite
            ? "insert into commits (slot, n, writer, at, tenants) with recursive n(n) as (select 1 union all select n + 1 from n where n < 2500) select 1, n, x'00', 0, '{}' from n"
            : "insert into commits (slot, n, writer, at, tenants) select 1, n, gen_random_uuid(), 'epoch', '{}' from generate_series(1, 2500) n");

        (await Pruning(stores).PruneAsync(Token)).ShouldBe(3);

        (await NumbersAsync(stores)).ShouldBe([2500]);
    }

    [Fact]
    public async Task A_stale_writer_prunes_nothing()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using RecordStores stale = await RecordStores.OpenAsync(store, store.Database, new CommitterOptions { Slots = 1 });
        await CommitAsync(stale, 4);
        await AgeAsync(stale, days: 8);
        await store.ExecuteAsync("update slots set writer = gen_random_uuid()");

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => Pruning(stale).PruneAsync(Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.SlotLost);
        (await NumbersAsync(stale)).Count.ShouldBe(4);
    }

    private static Task<RecordStores> OpenAsync(Dialect dialect) => RecordStores.OpenAsync(dialect, new CommitterOptions { Slots = 1 });

    private static CommitPruning Pruning(RecordStores stores) => new((IUpkeep)stores.Committer, TimeProvider.System);

    private static async Task<long> CommitAsync(RecordStores stores, int count)
    {
        long n = 0;
        for (int i = 0; i < count; i++)
        {
            ExceptionRow row = RecordContract.Row(Guid.NewGuid().ToString());
            n = (await stores.Committer.CommitAsync([new ExceptionChange.Add(row, []), RecordContract.Event(row)], Token)).ShouldBeOfType<CommitOutcome.Committed>().N;
        }

        return n;
    }

    // As if they had been made earlier; the log keeps its own times, which prove nothing here.
    private static Task AgeAsync(RecordStores stores, int days, long from = 1) => stores.Store!.ExecuteAsync(stores.Store.Dialect == Dialect.Sqlite
        ? string.Create(CultureInfo.InvariantCulture, $"update commits set at = at - {days} * 86400000000 where n >= {from}")
        : string.Create(CultureInfo.InvariantCulture, $"update commits set at = at - interval '{days} days' where n >= {from}"));

    private static async Task<IReadOnlyList<long>> NumbersAsync(RecordStores stores, int slot = 1) =>
        [.. (await stores.Store!.QueryAsync($"select n from commits where slot = {slot} order by n")).Select(row => Convert.ToInt64(row[0], CultureInfo.InvariantCulture))];
}
