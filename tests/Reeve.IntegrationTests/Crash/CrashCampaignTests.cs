using Microsoft.Data.Sqlite;
using Reeve.Crash;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Crash;

/// <summary>A slice of the crash campaign (CONTRIBUTING.md): servers as processes, killed under load.</summary>
public sealed class CrashCampaignTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_acknowledged_under_kills_is_there_once_and_decided(bool onPostgres)
    {
        CrashOptions options = (await OptionsAsync(onPostgres)) with { Kills = 4, Callers = 4, Seed = 8, Quiet = TimeSpan.FromSeconds(1) };

        CrashReport report = await new Campaign(options, TextWriter.Null, TimeProvider.System).RunAsync(Token);

        report.Findings.ShouldBeEmpty();
        report.Kills.ShouldBe(4);
        report.Acknowledged.ShouldBeGreaterThan(0);
        report.Checked.ShouldBe(report.Acknowledged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_batch_the_one_that_kills_is_escalated_undecided_within_three_restarts_and_the_others_are_decided(bool onPostgres)
    {
        CrashOptions options = await OptionsAsync(onPostgres);

        CrashReport report = await new PoisonRound(options, TextWriter.Null).RunAsync(Token);

        report.Findings.ShouldBeEmpty();
        (report.Kills, report.Checked, report.EscalatedUndecided).ShouldBe((3, 256L, 1L));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_told_to_stop_as_soon_as_it_answers_ends_in_order(bool onPostgres)
    {
        CrashOptions options = await OptionsAsync(onPostgres);
        await using CrashStore store = await CrashStore.CreateAsync(options, onPostgres ? await PostgresServer.SuperuserAsync() : null, seed: 1, Token);
        for (int i = 0; i < 3; i++)
        {
            await using Node node = new(store, Node.Serves);
            (await node.StartAsync(Token)).ShouldBeTrue(node.LastWords);

            (await node.DrainAsync()).ShouldBe(0, node.LastWords);
        }
    }

    [Fact]
    public async Task What_is_lost_undecided_stuck_or_altered_is_found()
    {
        CrashOptions options = await OptionsAsync(onPostgres: false);
        await using CrashStore store = await CrashStore.CreateAsync(options, superuser: null, seed: 1, Token);
        await using Node node = new(store, Node.Serves);
        (await node.StartAsync(Token)).ShouldBeTrue(node.LastWords);
        using Senders senders = new(store, [node], seed: 1);
        Task sending = senders.RunAsync(0, Token);
        while (senders.Acknowledged.Count < 10)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        }

        senders.End();
        await sending;
        (await CheckAsync()).ShouldBeEmpty();

        (await node.DrainAsync()).ShouldBe(0);
        string[] ids = [.. senders.Acknowledged.Keys.Select(ack => ack.Id).Order(StringComparer.Ordinal).Take(3)];
        await PlantAsync(store, $"""
            insert into inbox (tenant_id, pass_id, exception_key, run_id, slot) select tenant_id, pass_id, exception_key, run_id, 77 from exceptions where exception_id = '{ids[0]}';
            delete from exceptions where exception_id = '{ids[0]}';
            update exceptions set exception_id = 'untold', record = cast(replace(cast(record as text), '{ids[1]}', 'untold') as blob) where exception_id = '{ids[1]}';
            update exceptions set status = 'OPEN', actionability = null,
                record = cast(replace(cast(record as text), '"resolutionStatus":"' || status || '"', '"resolutionStatus":"OPEN"') as blob) where exception_id = '{ids[2]}';
            update events set body = x'00' where exception_key is not null and rowid = (select max(rowid) from events);
            """);
        (await node.StartAsync(Token)).ShouldBeTrue(node.LastWords);
        IReadOnlyList<string> findings = await CheckAsync();

        string all = string.Join('\n', findings);
        all.ShouldContain($"{ids[2]} is not decided");
        all.ShouldContain("2 acknowledged, and not there");
        all.ShouldContain("1 there, and never acknowledged");
        all.ShouldContain("rows are still in the inbox");
        all.ShouldContain("audit verify ended with 3");
        all.ShouldContain("and counts");

        async Task<IReadOnlyList<string>> CheckAsync()
        {
            CrashReport report = new() { Campaign = options.Name, Seed = 1 };
            await new StoreCheck(store, senders, report) { RestsWithin = TimeSpan.FromSeconds(2) }.RunAsync(Token);
            return report.Findings;
        }
    }

    [Fact]
    public void A_campaign_goes_on_behind_the_rounds_that_ended_and_takes_no_other_s_state()
    {
        CrashOptions options = CrashOptions.Read(["--crash", "--store", "postgres", "--kills", "7", "--seed", "3", "--minutes", "0.5", "--state", folder.File("state"), "-o", "json"]);
        CrashReport first = CrashReport.Open(options);
        first.Count("kill", kills: 1);
        first.Rounds = 1;
        first.Keep(options.State);

        CrashReport next = CrashReport.Open(options with { Kills = 9 });

        (options.Nodes, options.Kills, options.Seed, options.Within, options.Json).ShouldBe((3, 7, 3, TimeSpan.FromSeconds(30), true));
        (next.Rounds, next.Kills, next.Faults["kill"]).ShouldBe((1, 1, 1));
        Should.Throw<InvalidDataException>(() => CrashReport.Open(options with { Seed = 4 })).Message.ShouldContain("another campaign");
    }

    [Theory]
    [InlineData("--crash", "--kills", "3")]
    [InlineData("--store", "mysql:x")]
    [InlineData("--store", "sqlite:x", "--nodes", "3")]
    [InlineData("--store", "postgres", "--kills", "0")]
    [InlineData("--store", "postgres", "--what", "0")]
    [InlineData("--store")]
    public void Words_that_say_nothing_are_refused(params string[] words) => Should.Throw<FormatException>(() => CrashOptions.Read(words));

    private static async Task PlantAsync(CrashStore store, string sql)
    {
        await using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = store.Node["sqlite:".Length..], Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Token);
    }

    private async Task<CrashOptions> OptionsAsync(bool onPostgres)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent as Linux numbers them.");
        return onPostgres
            ? new CrashOptions { Store = "postgres:" + await PostgresServer.SuperuserAsync(), Nodes = 3 }
            : new CrashOptions { Store = "sqlite:" + folder.File("rounds") };
    }
}
