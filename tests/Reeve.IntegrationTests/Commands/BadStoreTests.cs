using System.Text;
using Microsoft.Data.Sqlite;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Stores that cannot be used, and words that want something else than they say.</summary>
public sealed class BadStoreTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData("oracle:x")]
    [InlineData("sqlite:")]
    [InlineData("sqlite::memory:")]
    [InlineData("postgres:")]
    [InlineData("postgres:Host=h;Password=hunter2;Nonsense=1")]
    [InlineData("postgres:Database=d;Password=hunter2")]
    public async Task An_address_that_is_none_is_refused_without_its_password(string address)
    {
        Ended ended = (await ReeveProgram.RunAsync("runs", "list", "--store", address)).ShouldRefuseWith("STORE-001");

        ended.Talk.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task A_place_where_no_file_can_be_is_refused_with_its_path()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Devices have other names there.");

        (await ReeveProgram.RunAsync("tenants", "create", "acme", "--store", "sqlite:/dev/null/reeve/store.db")).ShouldRefuseWith("STORE-004").Talk.ShouldContain("/dev/null/reeve");
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, "sqlite:/proc/store.db"))).ShouldEndWith(1).Talk.ShouldContain("STORE-");
        (await ReeveProgram.RunAsync("tenants", "create", "acme")).ShouldRefuseWith("STORE-004");
    }

    [Theory]
    [InlineData("runs", "list")]
    [InlineData("audit", "verify")]
    [InlineData("exceptions", "list")]
    public async Task A_mistyped_path_is_refused_and_no_store_is_made_there(string noun, string verb)
    {
        string mistyped = here.File("mistyped.db");

        (await ReeveProgram.RunAsync(noun, verb, "--store", "sqlite:" + mistyped)).ShouldRefuseWith("STORE-002").Talk.ShouldContain("mistyped.db");

        File.Exists(mistyped).ShouldBeFalse();
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_told_without_its_password()
    {
        Ended ended = (await ReeveProgram.RunAsync("runs", "list", "--store", "postgres:Host=127.0.0.1;Port=1;Database=d;Username=u;Password=hunter2;Timeout=2")).ShouldRefuseWith("STORE-002");

        (ended.Talk + ended.Text).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task A_file_of_a_later_release_is_left_alone()
    {
        string file = await StoreAsync();
        await ExecuteAsync(file, "insert into schema_migrations (version, name, checksum, applied_at, product) values (9999, 'later', 'x', 0, '99.0.0')");
        byte[] before = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        (await ReeveProgram.RunAsync("runs", "list", "--store", "sqlite:" + file)).ShouldRefuseWith("STORE-005");
        (await ReeveProgram.RunAsync("serve", "--urls", "http://127.0.0.1:0", "--store", "sqlite:" + file)).ShouldRefuseWith("STORE-005");
        (await ReeveProgram.RunAsync("db", "status", "--store", "sqlite:" + file)).ShouldEndWith(3).Talk.ShouldContain("STORE-005");
        (await ReeveProgram.RunAsync("doctor", "--store", "sqlite:" + file)).ShouldEndWith(2).Text.ShouldContain("schema");

        (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).ShouldBe(before);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        string file = here.Write("store.db", Encoding.UTF8.GetBytes(new string('x', 10_000)));

        (await ReeveProgram.RunAsync("runs", "list", "--store", "sqlite:" + file)).ShouldRefuseWith("STORE-008");

        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(new string('x', 10_000));
    }

    [Fact]
    public async Task What_is_altered_in_the_file_is_named_by_tenant_and_position_and_ends_with_3()
    {
        string file = await StoreAsync();
        await ExecuteAsync(file, "update events set actor_id = 'agent:Mallory' where rowid = (select max(rowid) - 5 from events)");

        Ended ended = (await ReeveProgram.RunAsync("audit", "verify", "--store", "sqlite:" + file)).ShouldEndWith(3);

        ended.Text.ShouldContain("NORTH");
        ended.Text.ShouldContain("ALTERED_EVENT");
    }

    [Fact]
    public async Task Words_that_name_what_is_not_there_are_refused_and_shown_harmlessly()
    {
        string store = "sqlite:" + await StoreAsync();
        const string Hostile = "\u001b[2J'; drop table events; --\n../../etc/passwd";

        await Refused("CMD-001", "exceptions", "show", Hostile);
        await Refused("CMD-001", "exceptions", "list", "--tenant", Hostile);
        await Refused("TENANT-001", "tenants", "create", Hostile);
        await Refused("TENANT-001", "tenants", "create", "$platform");
        await Refused("CMD-001", "audit", "replay", "--run", Hostile);
        await Refused("REC-005", "exceptions", "list", "--cursor", Hostile);
        await Refused("CMD-001", "keys", "revoke", Hostile);
        await Refused("AUTH-", "keys", "create", "--tenant", "NORTH", "--role", Hostile, "--owner", "x");
        await Refused("CMD-001", "audit", "erase", "--tenant", "NORTH", "--exception", Hostile, "--reason", "request");
        (await ReeveProgram.RunAsync("audit", "verify", "--store", store)).ShouldEndWith(0);

        async Task Refused(string code, params string[] words)
        {
            Ended ended = (await ReeveProgram.RunAsync([.. words, "--store", store])).ShouldRefuseWith(code);
            (ended.Talk + ended.Text).Any(c => char.IsControl(c) && c != '\n').ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("keys", "create", "--owner", "x")]
    [InlineData("keys", "create", "--owner", "x", "--tenant", "a")]
    [InlineData("keys", "create", "--owner", "x", "--tenant", "a", "--platform")]
    [InlineData("exceptions", "list", "--limit", "0")]
    [InlineData("exceptions", "list", "--status", "LOST")]
    [InlineData("serve", "--urls", "https://127.0.0.1:0")]
    [InlineData("serve", "--urls", "nonsense")]
    [InlineData("db", "migrate")]
    [InlineData("export")]
    public async Task Words_that_say_nothing_end_with_2(params string[] words) => (await ReeveProgram.RunAsync(words)).ShouldEndWith(2);

    [Fact]
    public async Task Settings_that_are_wrong_are_told_all_at_once()
    {
        Ended ended = await ReeveProgram.RunAsync(["runs", "list"], [], ("REEVE__STORAGE__SLOTLEASESECONDS", "1"), ("REEVE__STROE", "sqlite:x"));

        ended.ShouldRefuseWith("CFG-003").Talk.ShouldContain("CFG-002");
    }

    private async Task<string> StoreAsync()
    {
        string file = here.File("store.db");
        (await ReeveProgram.RunAsync(RunFolder.Record(RunFolder.Items, "sqlite:" + file))).ShouldEndWith(0);
        return file;
    }

    private static async Task ExecuteAsync(string file, string sql)
    {
        await using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
    }
}
