using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Reeve.Core.Changes;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Imports;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.ImportRows;
using Reeve.Testing;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.ImportRows;

/// <summary>What imports need once a day, and which clock says what day it is.</summary>
public sealed class ImportUpkeepTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("SOUTH");
    private static readonly Guid Node = Guid.CreateVersion7();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Days before today, tenant, state; of each, items.
    private static readonly (int Age, TenantId Tenant, string State)[] Imports =
    [
        (0, North, "ENDED"), (1, North, "RUNNING"), (2, North, "ENDED"), (2, South, "BROKEN"), (3, North, "RUNNING"), (3, South, "ENDED"), (4, South, "ENDED"), (7, North, "RUNNING"), (9, South, "ENDED"),
    ];

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task What_is_two_days_old_goes_unless_an_import_of_its_day_runs_and_at_seven_days_all_does(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        await using Committer committer = await CommitterAsync(store, TimeProvider.System);
        foreach ((int age, TenantId tenant, string state) in Imports)
        {
            await AddAsync(store, age, tenant, state, items: 1_200);
        }

        ImportUpkeep upkeep = new(store.Database, committer, TimeProvider.System);
        (await upkeep.RunAsync(Token)).ShouldBeGreaterThan(0);
        (await upkeep.RunAsync(Token)).ShouldBe(0);

        (await DaysAsync(store, "import_items")).ShouldBe([0, 1, 3]);
        (await store.ScalarAsync("select count(*) from import_items")).ShouldBe(4 * 1_200L, "the day of an import that runs stays whole");
        (await DaysAsync(store, "imports")).ShouldBe([0, 1, 3]);
        (await store.ScalarAsync("select count(*) from imports")).ShouldBe(3L);
    }

    [Fact]
    public async Task A_day_that_somebody_reads_is_left_for_the_next_run_and_nobody_waits()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using Committer committer = await CommitterAsync(store, TimeProvider.System);
        await AddAsync(store, 3, North, "ENDED", items: 1);
        ImportUpkeep upkeep = new(store.Database, committer, TimeProvider.System);
        await using (NpgsqlConnection reader = new(store.Superuser.Target))
        {
            await reader.OpenAsync(Token);
            await using NpgsqlTransaction transaction = await reader.BeginTransactionAsync(Token);
            await using NpgsqlCommand read = new("select count(*) from import_items", reader, transaction);
            await read.ExecuteScalarAsync(Token);

            (await upkeep.RunAsync(Token)).ShouldBe(0);
            (await DaysAsync(store, "import_items")).ShouldBe([3]);
        }

        (await upkeep.RunAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task Days_are_made_seven_ahead_and_only_near_the_clock()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        const string Partitions = "select count(*) from pg_inherits where inhparent = 'import_items'::regclass";
        (await store.ScalarAsync(Partitions)).ShouldBe(8L);
        await store.ExecuteAsync("do $$ begin execute format('drop table %I', 'import_items_' || to_char((now() at time zone 'UTC')::date + 5, 'YYYY_MM_DD')); end $$");

        await ImportUpkeep.EnsureDaysAsync(store.Database, Token);

        (await store.ScalarAsync(Partitions)).ShouldBe(8L);
        foreach (string call in (string[])["add_import_days('2020-01-01', 1)", "add_import_days(now()::date, 63)", "add_import_days(now()::date, 0)", "drop_import_day(now()::date - 1)", "drop_import_day(now()::date + 3)"])
        {
            (await Should.ThrowAsync<PostgresException>(() => store.ExecuteAsync("set timezone = 'UTC'; select " + call))).SqlState.ShouldBe("22023", call);
        }
    }

    [Fact]
    public async Task A_committer_that_misses_a_day_makes_it()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using Committer committer = await CommitterAsync(store, TimeProvider.System);
        await store.ExecuteAsync("do $$ begin execute format('drop table %I', 'import_items_' || to_char((now() at time zone 'UTC')::date, 'YYYY_MM_DD')); end $$");
        Import import = await BeginAsync(store, committer, TimeProvider.System);

        (await committer.CommitAsync([Item(import, 0)], Token)).ShouldBeOfType<CommitOutcome.Committed>();
        Import older = import with { Day = import.Day.AddDays(-5) };
        (await committer.CommitAsync([Item(older, 0)], Token)).ShouldBeOfType<CommitOutcome.Committed>("a stream may have begun days ago");

        (await store.ScalarAsync("select count(*) from import_items")).ShouldBe(2L);
    }

    // The process's clock is days ahead; the database judges.
    [Fact]
    public async Task The_day_and_the_age_of_an_import_are_the_databases()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        FakeTime wrong = new(DateTimeOffset.UnixEpoch.AddYears(70));
        await using Committer committer = await CommitterAsync(store, wrong);

        Import import = await BeginAsync(store, committer, wrong);

        DateTime now = (DateTime)(await store.ScalarAsync("select now() at time zone 'UTC'"))!;
        import.Day.ShouldBeInRange(DateOnly.FromDateTime(now).AddDays(-1), DateOnly.FromDateTime(now));
        import.StartedAt.UtcDateTime.ShouldBeInRange(now.AddMinutes(-5), now);
        import.IsExpired.ShouldBeFalse();
    }

    // On a file the process's clock is the database's: a day apart, an hour apart.
    [Fact]
    public async Task At_the_edge_of_a_day_the_key_is_the_same_and_its_items_stay_under_the_day_of_its_start()
    {
        await using SqliteFile store = await SqliteFile.CreateAsync();
        FakeTime clock = new(new DateTimeOffset(2026, 11, 20, 23, 59, 59, 900, TimeSpan.Zero));
        await using Committer committer = await CommitterAsync(store, clock);
        Import import = await BeginAsync(store, committer, clock);
        clock.Advance(TimeSpan.FromMilliseconds(200));

        (await committer.CommitAsync([Begun()], Token)).ShouldBe(new CommitOutcome.AlreadyThere(null));
        Import again = (await new SqlImportStore(store.Database, TimeSpan.FromSeconds(30), clock).FindAsync(North, Begun().Id, Token))!;

        import.Day.ShouldBe(new DateOnly(2026, 11, 20));
        (again.Day, again.StartedAt).ShouldBe((import.Day, import.StartedAt));
    }

    // A node dies with a stream; whoever takes its last slot says so.
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Imports_of_a_node_that_is_gone_are_broken_by_who_takes_its_slots(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        Import import;
        await using (Committer dead = await CommitterAsync(store, TimeProvider.System))
        {
            import = await BeginAsync(store, dead, TimeProvider.System, dead.Node);
        }

        await using Committer living = await CommitterAsync(store, TimeProvider.System);

        SqlImportStore imports = new(store.Database, TimeSpan.FromSeconds(30), TimeProvider.System);
        (await imports.FindAsync(North, import.Id, Token))!.State.ShouldBe(ImportState.Broken);
        (await imports.IsAliveAsync(living.Node, Token)).ShouldBe(dialect == Dialect.Postgres);
        (await imports.IsAliveAsync(import.Node, Token)).ShouldBeFalse();
    }

    private static Task<Committer> CommitterAsync(TestStore store, TimeProvider clock) =>
        Committer.StartAsync(store.Database, [], new CommitterOptions(), new SystemEventSeeds(), clock, NullLogger.Instance, Token);

    private static ImportChange.Begun Begun(Guid? node = null) => new(North, ImportId.Of(North, "key:1", "k"), ImportKind.Stream, new DomainName("Parcels"), null, node ?? Node);

    private static ImportChange.ItemAdded Item(Import import, long item) => new(North, import.Day, import.Id, new ImportItem { Place = new ItemPlace(item, 0), BytesHash = 1, ExceptionId = new ExceptionId("e") });

    private static async Task<Import> BeginAsync(TestStore store, Committer committer, TimeProvider clock, Guid? node = null)
    {
        (await committer.CommitAsync([Begun(node)], Token)).ShouldBeOfType<CommitOutcome.Committed>();
        return (await new SqlImportStore(store.Database, TimeSpan.FromSeconds(30), clock).FindAsync(North, Begun().Id, Token)).ShouldNotBeNull();
    }

    private static async Task AddAsync(TestStore store, int age, TenantId tenant, string state, int items)
    {
        string id = $"0000000000000000000000000000{age:x4}";
        await store.ExecuteAsync(store.Dialect == Dialect.Sqlite
            ? $"""
                insert into imports (tenant_id, import_id, day, kind, domain, state, node, started_at)
                values ('{tenant}', x'{id}', cast(julianday('now') - 2440587.5 as integer) - {age}, 'STREAM', 'Parcels', '{state}', x'{new string('0', 32)}', 0);
                insert into import_items (tenant_id, day, import_id, item, part, bytes_hash, exception_id, repeats)
                with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {items})
                select '{tenant}', cast(julianday('now') - 2440587.5 as integer) - {age}, x'{id}', i, 0, null, 'e' || i, 0 from n;
                """
            : $"""
                set timezone = 'UTC';
                select add_import_days(now()::date - {age}, 1);
                insert into imports (tenant_id, import_id, day, kind, domain, state, node, started_at)
                values ('{tenant}', '{id}', now()::date - {age}, 'STREAM', 'Parcels', '{state}', '{Guid.Empty}', now());
                insert into import_items (tenant_id, day, import_id, item, part, exception_id, repeats)
                select '{tenant}', now()::date - {age}, '{id}', i, 0, 'e' || i, false from generate_series(0, {items - 1}) i;
                """);
    }

    private static async Task<long[]> DaysAsync(TestStore store, string table) =>
        [.. (await store.QueryAsync(store.Dialect == Dialect.Sqlite
            ? $"select distinct cast(julianday('now') - 2440587.5 as integer) - day from {table} order by 1"
            : $"select distinct ((now() at time zone 'UTC')::date - day)::bigint from {table} order by 1")).Select(row => (long)row[0]!)];
}
