using Microsoft.Data.Sqlite;
using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>Connections that read a file: kept, and never shared by two reads at once.</summary>
public sealed class SqliteReaderTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Statement Echo = new("", "select @tenant || @text");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The driver's pool lent one connection to two threads now and then (https://github.com/dotnet/efcore/issues/39008), most of all when many
    // open one at the same moment. What is set on a connection is then somebody else's by the end of a read.
    [Fact]
    public async Task No_two_reads_have_the_same_connection_at_the_same_time()
    {
        const int Threads = 16;
        const int Waves = 150;
        await using SqliteFile file = await SqliteFile.CreateAsync();
        long shared = 0;
        for (int wave = 0; wave < Waves; wave++)
        {
            await using SqliteDatabase database = new(file.Node);
            using Barrier together = new(Threads);
            Thread[] threads = [.. Enumerable.Range(1000, Threads).Select(own => new Thread(() => ReadOften(database, own)))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            void ReadOften(SqliteDatabase store, int own)
            {
                // The size of a connection's cache is its own affair, and is read when the counting is over.
                Statement marked = new("", $"""
                    pragma cache_size = {own};
                    with recursive n(x) as (select 1 union all select x + 1 from n where x < 300)
                    select p.cache_size from n cross join pragma_cache_size p where n.x = 300 and @tenant <> ''
                    """);
                together.SignalAndWait(Token);
                for (int i = 0; i < 4; i++)
                {
                    IReadOnlyList<long> seen = store.ReadAsync(marked, North, static _ => { }, static row => row.Long(0), Token).GetAwaiter().GetResult();
                    Interlocked.Add(ref shared, seen.Count == 1 && seen[0] == own ? 0 : 1);
                }
            }
        }

        shared.ShouldBe(0);
    }

    [Fact]
    public async Task A_statement_that_is_run_again_has_the_values_of_its_call_and_misses_what_it_was_not_given()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();

        (await file.Database.ReadAsync(Echo, North, parameters => parameters.Text("text", "a"), row => row.Text(0), Token)).ShouldBe(["NORTHa"]);
        (await file.Database.ReadAsync(Echo, new TenantId("SOUTH"), parameters => parameters.Text("text", "b"), row => row.Text(0), Token)).ShouldBe(["SOUTHb"]);
        await Should.ThrowAsync<InvalidOperationException>(() => file.Database.ReadAsync(Echo, North, _ => { }, row => row.Text(0), Token));
        (await file.Database.ReadAsync(Echo, North, parameters => parameters.Text("text", "c"), row => row.Text(0), Token)).ShouldBe(["NORTHc"]);
    }

    [Fact]
    public async Task A_read_whose_rows_cannot_be_understood_leaves_nothing_open()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();
        Statement many = new("", "with recursive n(x) as (select 1 union all select x + 1 from n where x < 100) select x from n where @tenant <> ''");

        await Should.ThrowAsync<ArithmeticException>(() => file.Database.ReadAsync<long>(many, North, _ => { }, _ => throw new ArithmeticException("unreadable"), Token));

        // An open read would keep the log from being emptied.
        await file.ExecuteAsync("insert into sealed_values values ('NORTH', 'a', zeroblob(100000), 0)");
        await using SqliteConnection writer = ((SqliteDatabase)file.Database).OpenWriter();
        await using SqliteCommand empty = new("pragma wal_checkpoint(truncate)", writer);
        empty.ExecuteScalar().ShouldBe(0L, "0 says that nobody was in the way");
    }

    [Fact]
    public async Task A_store_that_was_closed_keeps_no_file_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks into /proc.");
        await using SqliteFile file = await SqliteFile.CreateAsync();
        SqliteDatabase database = new(file.Node);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => database.ReadAsync(Echo, North, parameters => parameters.Text("text", "a"), row => row.Text(0), Token), Token)));

        await database.DisposeAsync();

        Directory.GetFiles("/proc/self/fd").Select(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName).ShouldNotContain(file.Path);
    }
}
