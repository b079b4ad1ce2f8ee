using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Backup, restore and hold as they are typed: beside a server, after a kill, and on both databases.</summary>
public sealed partial class BackupTests : IDisposable
{
    private readonly RunFolder here = new();

    private string File => here.File("store.db");

    private string Store => "sqlite:" + File;

    private string Copy => here.File("backup.db");

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task A_server_backs_its_store_up_and_what_is_restored_from_that_is_on_hold_until_a_person_resumes()
    {
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
        using (ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]))
        {
            await server.OutputWithAsync("store");

            MapValue made = (await ReeveProgram.RunAsync("backup", Copy, "--store", Store, "-o", "json")).ShouldEndWith(0).Json;
            (made["file"].AsString(), made["bytes"].AsInt()).ShouldBe((Copy, new FileInfo(Copy).Length));
            made["position"].AsString().ShouldStartWith("1:");
            (await ReeveProgram.RunAsync("backup", Copy, "--store", Store)).ShouldRefuseWith("BACKUP-002");
            (await ReeveProgram.RunAsync("backup", Copy, "--store", Store, "--force")).ShouldEndWith(0);
            (await ReeveProgram.RunAsync("backup", File, "--store", Store, "--force")).ShouldRefuseWith("BACKUP-002");
            (await ReeveProgram.RunAsync("restore", Copy, "--store", Store, "--force")).ShouldRefuseWith("STORE-003").Talk.ShouldContain("Stop");
            (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
            await server.TerminateAsync();
            (await server.WaitAsync()).ShouldEndWith(0);
        }

        (await ReeveProgram.RunAsync("restore", Copy, "--store", Store)).ShouldRefuseWith("BACKUP-006");
        Ended restored = (await ReeveProgram.RunAsync("restore", Copy, "--store", Store, "--force", "-o", "json")).ShouldEndWith(0);
        System.IO.File.Exists(restored.Json["kept"].AsString()).ShouldBeTrue();
        restored.Talk.ShouldContain("reeve resume");
        (await ReeveProgram.RunAsync("exceptions", "list", "--store", Store, "-o", "jsonl")).ShouldEndWith(0).Lines.Length.ShouldBe(11);
        (await ReeveProgram.RunAsync("audit", "verify", "--store", Store)).ShouldEndWith(0);
        (await ReeveProgram.RunAsync("doctor", "--store", Store)).ShouldEndWith(1).Text.ShouldContain("on hold");

        using ReeveProgram.Started again = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]);
        string said = await again.OutputWithAsync("on hold");
        said.ShouldContain("every tenant");
        await again.OutputWithAsync("Restored from the backup of");
        using HttpClient client = new() { BaseAddress = new Uri(Address().Match(said).Value) };
        (await HoldAsync(client)).ShouldBe("all");
        (await ReeveProgram.RunAsync("hold", "--list", "--store", Store, "-o", "jsonl")).ShouldEndWith(0).Lines.ShouldHaveSingleItem().ShouldContain("\"cause\":\"RESTORE\"");
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
        (await ReeveProgram.RunAsync("resume", "--reason", "looked at", "--store", Store)).ShouldEndWith(0);
        (await HoldAsync(client)).ShouldBe("none");
        await again.TerminateAsync();
        (await again.WaitAsync()).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_backup_whose_server_is_killed_is_not_there_and_the_next_one_is_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills as Linux does.");
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
        Fatten(File, 300);
        using (ReeveProgram.Started server = ReeveProgram.Start(["serve", "--urls", "http://127.0.0.1:0", "--store", Store]))
        {
            await server.OutputWithAsync("store");
            Task<Ended> backup = ReeveProgram.RunAsync("backup", Copy, "--store", Store);
            while (!Directory.EnumerateFiles(Path.GetDirectoryName(Copy)!, "backup.db.*.part").Any(part => new FileInfo(part).Length > 1 << 20))
            {
                backup.IsCompleted.ShouldBeFalse();
                await Task.Delay(TimeSpan.FromMilliseconds(2), TestContext.Current.CancellationToken);
            }

            await server.KillAsync();
            (await backup).ShouldRefuseWith("STORE-003");
        }

        System.IO.File.Exists(Copy).ShouldBeFalse();
        (await ReeveProgram.RunAsync("backup", Copy, "--store", Store)).ShouldEndWith(0);
        Directory.GetFiles(Path.GetDirectoryName(Copy)!, "*.part*").ShouldBeEmpty();
        Scalar(Copy, "pragma integrity_check").ShouldBe("ok");
        (await ReeveProgram.RunAsync("audit", "verify", "--store", "sqlite:" + Copy)).ShouldEndWith(0);
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_the_old_store_or_the_new_one_whole()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills as Linux does.");
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
        Fatten(File, 60);
        (await ReeveProgram.RunAsync("backup", Copy, "--store", Store)).ShouldEndWith(0);
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
        for (int life = 0; life < 10; life++)
        {
            using ReeveProgram.Started restore = ReeveProgram.Start(["restore", Copy, "--store", Store, "--force"]);

            // Some while it starts, some after it has begun to copy.
            await SeenAsync(life % 3 == 0 ? "store.db.lock" : "store.db.*.restoring", TimeSpan.FromMilliseconds(40 * life));
            await restore.KillAsync();

            Scalar(File, "pragma integrity_check").ShouldBe("ok", $"life {life}");
            if (IsNew())
            {
                Scalar(File, "select count(*) from holds where cause = 'RESTORE'").ShouldBe(1L, $"life {life}");
                (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, Store))).ShouldEndWith(0);
            }
        }

        (await ReeveProgram.RunAsync("restore", Copy, "--store", Store, "--force")).ShouldEndWith(0);
        Directory.GetFiles(Path.GetDirectoryName(Copy)!, "*.restoring*").ShouldBeEmpty();
        IsNew().ShouldBeTrue();
        (await ReeveProgram.RunAsync("audit", "verify", "--store", Store)).ShouldEndWith(0);

        bool IsNew() => Scalar(File, "select count(*) from exceptions").Equals(11L);

        async Task SeenAsync(string pattern, TimeSpan then)
        {
            for (int i = 0; i < 2_000 && !Directory.EnumerateFiles(Path.GetDirectoryName(File)!, pattern).Any(); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
            }

            await Task.Delay(then, TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Holds_are_placed_listed_and_lifted_by_those_who_say_why(bool onPostgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, onPostgres);
        await store.DoneAsync("tenants", "create", "acme");
        (await store.DoneAsync("hold", "--list")).Talk.ShouldContain("Nothing is on hold");

        (await store.DoneAsync("hold", "--tenant", "acme", "--reason", "asked by acme", "-o", "jsonl")).Lines.ShouldHaveSingleItem().ShouldContain("\"tenantId\":\"acme\"");
        (await store.DoneAsync("hold", "--reason", "everybody")).Talk.ShouldContain("Every tenant is on hold");
        (await store.DoneAsync("hold", "--reason", "everybody")).Talk.ShouldContain("already");
        (await store.RunAsync("hold", "--reason", "two\u0007bells")).ShouldRefuseWith("HOLD-001");
        (await store.RunAsync("hold", "--tenant", "acne", "--reason", "x")).ShouldRefuseWith("CMD-001");
        (await store.RunAsync("hold", "--tenant", "$platform", "--reason", "x")).ShouldRefuseWith("CMD-001");
        (await store.DoneAsync("hold", "--list", "-o", "jsonl")).Lines.Length.ShouldBe(2);

        (await store.DoneAsync("resume", "--tenant", "acme", "--reason", "acme agrees")).Talk.ShouldContain("All tenants are still on hold: everybody");
        (await store.DoneAsync("resume", "--reason", "over")).Talk.ShouldContain("Lifted the hold of all tenants");
        (await store.DoneAsync("resume", "--reason", "over")).Talk.ShouldContain("There was no hold");
        (await store.DoneAsync("hold", "--list", "-o", "json")).Text.Trim().ShouldBe("[]");
        (await store.DoneAsync("audit", "verify")).ShouldEndWith(0);
        string log = (await store.DoneAsync("audit", "export")).Text;
        (Events("HoldPlaced"), Events("HoldLifted")).ShouldBe((2, 2));

        int Events(string type) => log.Split('\n').Count(line => line.Contains($"\"{type}\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_was_restored_by_its_own_means_is_put_on_hold_by_the_mark(bool onPostgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, onPostgres);
        await store.DoneAsync("tenants", "create", "acme");

        (await store.DoneAsync("restore", "--mark", "--reason", "dump of 02:00", "-o", "json")).Json["cause"].AsString().ShouldBe("RESTORE");

        (await store.DoneAsync("hold", "--list", "-o", "jsonl")).Lines.ShouldHaveSingleItem().ShouldContain("dump of 02:00");
        (await store.DoneAsync("audit", "export")).Text.ShouldContain("StoreRestored");
        await store.DoneAsync("audit", "verify");
        if (onPostgres)
        {
            (await store.RunAsync("backup", Copy)).ShouldRefuseWith("BACKUP-003").Talk.ShouldContain("pg_dump");
            (await store.RunAsync("restore", Copy)).ShouldRefuseWith("BACKUP-003");
            System.IO.File.Exists(Copy).ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("hold")]
    [InlineData("hold", "--list", "--reason", "x")]
    [InlineData("resume")]
    [InlineData("backup")]
    [InlineData("restore")]
    [InlineData("restore", "--mark")]
    [InlineData("restore", "--reason", "x")]
    [InlineData("restore", "file", "--mark", "--reason", "x")]
    [InlineData("restore", "--mark", "--reason", "x", "--force")]
    public async Task Words_that_say_too_little_or_two_things_end_with_2(params string[] words) => (await ReeveProgram.RunAsync(words)).ShouldEndWith(2);

    private static async Task<string> HoldAsync(HttpClient client) =>
        (string)(await client.GetFromJsonAsync<JsonNode>("/health", TestContext.Current.CancellationToken))!["kill_switches"]!["hold"]!;

    // A file that takes a while to copy, without deciding as much.
    private static void Fatten(string file, int megabytes)
    {
        using SqliteConnection connection = Open(file);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"""
            create table ballast (bytes blob);
            with recursive n(i) as (select 1 union all select i + 1 from n where i < {megabytes}) insert into ballast select randomblob(1048576) from n
            """;
        command.ExecuteNonQuery();
    }

    private static object Scalar(string file, string sql)
    {
        using SqliteConnection connection = Open(file);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    private static SqliteConnection Open(string file)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();
}
