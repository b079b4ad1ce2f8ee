using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>Migrations go forward, once, whole or not at all, on both databases.</summary>
public sealed class MigratorTests
{
    private static readonly Migration First = new(1, "first", "create table one (id integer primary key, name text not null)");
    private static readonly Migration Second = new(2, "second", "alter table one add column more text; insert into one (id, name) values (2, 'second')");
    private static readonly Migration Broken = new(2, "second", "create table two (id integer); insert into two (id) values (1); insert into no_such_table values ('p4yl0ad')");
    private static readonly Migration Third = new(3, "third", "create table three (id integer)");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task The_release_s_own_migrations_bring_an_empty_store_to_its_schema_and_change_nothing_the_second_time(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);
        Migrator migrator = new("1.2.3", new FakeTime());
        string[] all = [.. Migration.Of(dialect).Select(migration => migration.Label)];
        (await migrator.StatusAsync(store.Owner, Token)).State.ShouldBe(SchemaState.NotMigrated);

        MigrationReport first = await migrator.MigrateAsync(store.Owner, grantTo: null, Token);
        IReadOnlyList<object?[]> recorded = await store.QueryAsync("select * from schema_migrations order by version");
        MigrationReport second = await migrator.MigrateAsync(store.Owner, grantTo: null, Token);

        ShouldSay(first.OrThrow(), created: all, skipped: []);
        ShouldSay(second.OrThrow(), created: [], skipped: all);
        (await store.QueryAsync("select * from schema_migrations order by version")).ShouldBe(recorded);
        (await store.QueryAsync("select product from schema_migrations")).ShouldAllBe(row => (string)row[0]! == "1.2.3");
        SchemaStatus status = await migrator.StatusAsync(store.Owner, Token);
        (status.State, status.Current, status.Wanted, status.Pending.Count).ShouldBe((SchemaState.Ready, all.Length, all.Length, 0));
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_node_can_see_how_the_schema_stands(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        IReadOnlyList<Migration> more = [.. Migration.Of(dialect), new(Migration.Of(dialect).Count + 1, "more", "select 1")];

        await new Migrator("1", new FakeTime()).CheckAsync(store.Node, Token);
        (await Refusal(() => new Migrator("1", new FakeTime(), _ => more).CheckAsync(store.Node, Token))).ShouldBe(ErrorCatalogue.Storage.NotMigrated);
        await using TestStore empty = await EmptyAsync(dialect);
        (await Refusal(() => new Migrator("1", new FakeTime()).CheckAsync(empty.Node, Token))).ShouldBe(ErrorCatalogue.Storage.NotMigrated);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_later_migration_keeps_what_is_there(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);
        await Of(First).MigrateAsync(store.Owner, grantTo: null, Token);
        await store.ExecuteAsync("insert into one (id, name) values (1, 'before')");

        MigrationReport report = await Of(First, Second).MigrateAsync(store.Owner, grantTo: null, Token);

        ShouldSay(report.OrThrow(), created: ["0002_second"], skipped: ["0001_first"]);
        (await store.QueryAsync("select name, more from one order by id")).ShouldBe([["before", null], ["second", null]]);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_migration_that_fails_leaves_nothing_and_stops_the_run(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);

        MigrationReport report = await Of(First, Broken, Third).MigrateAsync(store.Owner, grantTo: null, Token);

        ShouldSay(report, created: ["0001_first"], skipped: []);
        report.Failed.ShouldNotBeNull().Label.ShouldBe("0002_second");
        report.Failed.Error.Kind.ShouldBe(ErrorCatalogue.Storage.MigrationFailed);
        report.Failed.Error.ToString().ShouldNotContain("p4yl0ad");
        Should.Throw<ReeveException>(report.OrThrow).Error.ShouldBe(report.Failed.Error);
        (await Of(First, Second, Third).StatusAsync(store.Owner, Token)).Pending.ShouldBe(["0002_second", "0003_third"]);

        (await Of(First, Second, Third).MigrateAsync(store.Owner, grantTo: null, Token)).Created.ShouldBe(["0002_second", "0003_third"]);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_changed_migration_is_refused(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);
        await Of(First).MigrateAsync(store.Owner, grantTo: null, Token);

        foreach (Migration changed in new[] { First with { Sql = First.Sql + " " }, First with { Name = "other" } })
        {
            (await Refusal(() => Of(changed, Second).MigrateAsync(store.Owner, grantTo: null, Token))).ShouldBe(ErrorCatalogue.Storage.MigrationChanged);
            (await Refusal(() => Of(changed).CheckAsync(store.Node, Token))).ShouldBe(ErrorCatalogue.Storage.MigrationChanged);
        }

        await Of(First with { Sql = First.Sql.ReplaceLineEndings("\r\n") }).CheckAsync(store.Node, Token);
        (await store.ScalarAsync("select count(*) from schema_migrations")).ShouldBe(1L);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_store_of_a_newer_release_is_refused(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);
        await Of(First, Second).MigrateAsync(store.Owner, grantTo: null, Token);

        (await Refusal(() => Of(First).MigrateAsync(store.Owner, grantTo: null, Token))).ShouldBe(ErrorCatalogue.Storage.Newer);
        (await Refusal(() => Of(First).CheckAsync(store.Node, Token))).ShouldBe(ErrorCatalogue.Storage.Newer);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task Runs_at_the_same_time_apply_each_migration_once(Dialect dialect)
    {
        await using TestStore store = await EmptyAsync(dialect);

        MigrationReport[] reports = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Of(First, Second, Third).MigrateAsync(store.Owner, grantTo: null, Token), Token)));

        reports.ShouldAllBe(report => report.Failed == null && report.Created.Count + report.Skipped.Count == 3);
        reports.SelectMany(report => report.Created).Order().ShouldBe(["0001_first", "0002_second", "0003_third"]);
    }

    [Fact]
    public async Task What_PostgreSQL_says_about_data_is_not_repeated()
    {
        await using PostgresStore store = await PostgresStore.CreateEmptyAsync();
        Migration failing = new(1, "first", "create table one (id integer check (id < 5)); select 'p4yl0ad'::integer");

        FailedMigration failed = (await Of(failing).MigrateAsync(store.Owner, grantTo: null, Token)).Failed.ShouldNotBeNull();

        failed.Error.Message.ShouldBe("0001_first: PostgreSQL answered 22P02.");
    }

    [Fact]
    public async Task An_owner_without_the_right_to_make_roles_is_told_what_is_missing()
    {
        await using PostgresStore store = await PostgresStore.CreateEmptyAsync();
        Migration role = new(1, "first", "create role reeve_test_never nologin");
        string other = "reeve_test_plain_" + Guid.NewGuid().ToString("N");
        await store.ExecuteAsync($"create role {other} login; grant create on schema public to {other}");
        try
        {
            FailedMigration failed = (await Of(role).MigrateAsync(store.As(other), grantTo: null, Token)).Failed.ShouldNotBeNull();
            failed.Error.Message.ShouldBe("0001_first: PostgreSQL answered 42501, permission denied to create role.");
        }
        finally
        {
            await store.ExecuteAsync($"drop owned by {other}; drop role {other}");
        }
    }

    [Fact]
    public async Task A_status_makes_no_file_and_a_migration_makes_one_for_its_user_alone()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();
        StoreAddress deep = StoreAddress.Parse("sqlite:" + Path.Combine(file.Path + ".d", "deep", "reeve.db"), "/");

        (await Of(First).StatusAsync(deep, Token)).State.ShouldBe(SchemaState.NotMigrated);
        Directory.Exists(file.Path + ".d").ShouldBeFalse();

        await Of(First).MigrateAsync(deep, grantTo: null, Token);

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(deep.Target).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.GetUnixFileMode(Path.GetDirectoryName(deep.Target)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task A_server_that_is_down_is_a_coded_error_without_the_password()
    {
        StoreAddress down = StoreAddress.Parse("postgres:Host=127.0.0.1;Port=1;Username=owner;Database=reeve;Password=s3cr3t-Horse", "/");

        foreach (Func<Task> act in new Func<Task>[] { () => Of(First).MigrateAsync(down, "node", Token), () => Of(First).StatusAsync(down, Token), () => Of(First).CheckAsync(down, Token) })
        {
            ReeveException fault = await Should.ThrowAsync<ReeveException>(act);
            fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unavailable);
            fault.ToString().ShouldNotContain("s3cr3t-Horse");
        }
    }

    [Fact]
    public async Task A_file_that_cannot_be_made_is_a_coded_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a folder in which not even root makes files.");

        (await Refusal(() => Of(First).MigrateAsync(StoreAddress.Parse("sqlite:/proc/reeve.db", "/"), grantTo: null, Token))).ShouldBe(ErrorCatalogue.Storage.Unwritable);
    }

    [Fact]
    public async Task A_file_whose_folder_is_a_file_cannot_be_made()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        StoreAddress inside = StoreAddress.Parse("sqlite:" + Path.Combine(file.Path, "reeve.db"), "/");

        (await Refusal(() => Of(First).MigrateAsync(inside, grantTo: null, Token))).ShouldBe(ErrorCatalogue.Storage.Unwritable);
    }

    [Fact]
    public async Task A_file_of_another_program_is_left_alone()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();
        await file.ExecuteAsync("create table recipes (name text)");

        (await Refusal(() => Of(First).MigrateAsync(file.Node, grantTo: null, Token))).ShouldBe(ErrorCatalogue.Storage.MigrationFailed);
        (await file.QueryAsync("select name from sqlite_schema")).ShouldBe([["recipes"]]);
    }

    [Fact]
    public async Task A_cancelled_migration_is_rolled_back()
    {
        await using PostgresStore store = await PostgresStore.CreateEmptyAsync();
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(500));
        Migration slow = new(2, "second", "create table two (id integer); select pg_sleep(60)");

        await Should.ThrowAsync<OperationCanceledException>(() => Of(First, slow).MigrateAsync(store.Owner, grantTo: null, stop.Token));

        (await Of(First, slow).StatusAsync(store.Owner, Token)).Current.ShouldBeLessThan(2);
        (await store.ScalarAsync("select to_regclass('public.two') is null")).ShouldBe(true);
    }

    [Fact]
    public void The_release_s_migrations_are_numbered_from_one_without_gaps_and_alike_for_both()
    {
        (int, string)[] postgres = [.. Migration.Of(Dialect.Postgres).Select(migration => (migration.Version, migration.Name))];

        postgres.ShouldNotBeEmpty();
        postgres.Select(one => one.Item1).ShouldBe(Enumerable.Range(1, postgres.Length));
        Migration.Of(Dialect.Sqlite).Select(migration => (migration.Version, migration.Name)).ShouldBe(postgres);
    }

    private static async Task<TestStore> EmptyAsync(Dialect dialect) =>
        dialect == Dialect.Sqlite ? SqliteFile.CreateEmpty() : await PostgresStore.CreateEmptyAsync();

    private static Migrator Of(params Migration[] migrations) => new("0.0.1", new FakeTime(), _ => migrations);

    private static async Task<ErrorCode> Refusal(Func<Task> act) => (await Should.ThrowAsync<ReeveException>(act)).Error.Kind;

    private static void ShouldSay(MigrationReport report, string[] created, string[] skipped)
    {
        report.Created.ShouldBe(created);
        report.Skipped.ShouldBe(skipped);
    }
}
