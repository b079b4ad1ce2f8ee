using System.Text;
using Microsoft.Data.Sqlite;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Storage.Probes;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>A read of a file: it ends, and what is wrong with the file has a code.</summary>
public sealed class SqliteReadTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Statement Names = new("select name from tenants where tenant_id = @tenant");
    private static readonly Statement Endless = new("", "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n where @tenant <> ''");
    private static readonly Statement EndlessSearch = new("", "with recursive n(x) as (select 1 union all select x + 1 from n) select x from n where x < 0 and @tenant <> ''");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_read_that_takes_longer_than_five_seconds_is_ended()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using SqliteDatabase database = new(file.Node, new HurryingTime());

        (await Fault(() => database.ReadAsync(EndlessSearch, North, _ => { }, row => row.Long(0), Token))).ShouldBe(ErrorCatalogue.Storage.Busy);
        (await file.Database.ReadAsync(Names, North, _ => { }, row => row.Text(0), Token)).ShouldBeEmpty("the connection, back in the pool, has no limit left on it");
    }

    [Fact]
    public async Task A_read_that_nobody_waits_for_is_ended()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        using CancellationTokenSource stop = new();
        long seen = 0;

        await Should.ThrowAsync<OperationCanceledException>(() => file.Database.ReadAsync(
            Endless, North, _ => { },
            row =>
            {
                stop.Cancel();
                return seen = row.Long(0);
            },
            stop.Token));

        seen.ShouldBeLessThan(10_000);
        (await file.Database.ReadAsync(Names, North, _ => { }, row => row.Text(0), Token)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_is_a_folder_cannot_be_reached()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();
        (await Fault(file)).ShouldBe(ErrorCatalogue.Storage.Unavailable);
        File.Exists(file.Path).ShouldBeFalse("a read makes no file");

        Directory.CreateDirectory(file.Path);
        (await Fault(file)).ShouldBe(ErrorCatalogue.Storage.Unavailable);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_unreadable()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();
        await File.WriteAllTextAsync(file.Path, string.Concat(Enumerable.Repeat("These are not the pages of a database. ", 200)), Token);

        (await Fault(file)).ShouldBe(ErrorCatalogue.Storage.Corrupt);
        Should.Throw<ReeveException>(() => ((SqliteDatabase)file.Database).OpenWriter()).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Corrupt);
    }

    [Fact]
    public async Task An_empty_file_is_not_migrated()
    {
        await using SqliteFile file = SqliteFile.CreateEmpty();
        await File.WriteAllBytesAsync(file.Path, [], Token);

        (await Fault(file)).ShouldBe(ErrorCatalogue.Storage.NotMigrated);
    }

    [Fact]
    public async Task A_file_that_was_cut_is_unreadable()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await file.ExecuteAsync("""
            with recursive n(x) as (select 1 union all select x + 1 from n where x < 3000)
            insert into tenants select 'T' || x, hex(randomblob(200)), 'LIVE', 0, 'test' from n
            """);
        await using (FileStream stream = File.OpenWrite(file.Path))
        {
            stream.SetLength(stream.Length / 2);
        }

        (await Fault(() => file.Database.ReadAsync(new Statement("", "select name from tenants where tenant_id <> @tenant"), North, _ => { }, row => row.Text(0), Token)))
            .ShouldBe(ErrorCatalogue.Storage.Corrupt);
    }

    [Fact]
    public async Task A_file_that_another_program_locks_is_busy()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using SqliteConnection other = new($"Data Source={file.Path};Pooling=False");
        other.Open();
        await using SqliteCommand grab = new("pragma locking_mode = exclusive; begin exclusive", other);
        grab.ExecuteNonQuery();

        (await Fault(file)).ShouldBe(ErrorCatalogue.Storage.Busy);
    }

    [Fact]
    public async Task A_full_disk_and_a_read_only_file_cannot_be_written()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using SqliteConnection writer = ((SqliteDatabase)file.Database).OpenWriter();
        await using SqliteCommand write = new("insert into sealed_values values ('NORTH', 'a', zeroblob(1000000), 0)", writer);

        await using (SqliteCommand full = new("pragma max_page_count = 1", writer))
        {
            full.ExecuteNonQuery();
        }

        StoreFaults.Of(Should.Throw<SqliteException>(() => write.ExecuteNonQuery()), file.Node).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);

        await using (SqliteCommand readOnly = new("pragma max_page_count = 1000000; pragma query_only = on", writer))
        {
            readOnly.ExecuteNonQuery();
        }

        StoreFaults.Of(Should.Throw<SqliteException>(() => write.ExecuteNonQuery()), file.Node).Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unwritable);
    }

    [Theory]
    [ClassData(typeof(DatabaseKinds))]
    public async Task A_read_cannot_write(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        Statement write = new(
            "insert into tenants values (@tenant, 'North', 'LIVE', now(), 'test') returning name",
            "insert into tenants values (@tenant, 'North', 'LIVE', 0, 'test') returning name");

        (await Fault(() => store.Database.ReadAsync(write, North, _ => { }, row => row.Text(0), Token))).ShouldBe(ErrorCatalogue.Storage.Unwritable);
        (await store.ScalarAsync("select count(*) from tenants")).ShouldBe(0L);
    }

    [Fact]
    public async Task The_writer_keeps_a_log_and_syncs_every_commit()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await using SqliteConnection writer = ((SqliteDatabase)file.Database).OpenWriter();

        Pragma("journal_mode").ShouldBe("wal");
        Pragma("synchronous").ShouldBe("2");

        string Pragma(string name)
        {
            using SqliteCommand command = new("pragma " + name, writer);
            return command.ExecuteScalar()!.ToString()!;
        }
    }

    [Fact]
    public async Task The_whole_file_is_looked_at_however_long_that_takes()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        await file.ExecuteAsync("""
            insert into sealed_values
            with recursive n(x) as (select 1 union all select x + 1 from n where x < 20000) select 'NORTH', x, x, 0 from n
            """);
        await using SqliteDatabase database = new(file.Node, new HurryingTime());

        (await new StoreProbe(database).DamageAsync(Token)).ShouldBe([]);
    }

    private static Task<ErrorCode> Fault(SqliteFile file) => Fault(() => file.Database.ReadAsync(Names, North, _ => { }, row => row.Text(0), Token));

    private static async Task<ErrorCode> Fault(Func<Task> read) => (await Should.ThrowAsync<ReeveException>(read)).Error.Kind;

    // Every look at it is a second later.
    private sealed class HurryingTime : TimeProvider
    {
        private long seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref seconds);
    }
}
