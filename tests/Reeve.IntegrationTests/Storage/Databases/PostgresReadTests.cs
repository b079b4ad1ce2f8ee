using System.Net;
using System.Net.Sockets;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>A read on PostgreSQL: role and tenant hold for its statement, and for nothing after it.</summary>
public sealed class PostgresReadTests
{
    private const string WhoAmI = "select current_user::text, current_setting('reeve.tenant', true), current_setting('statement_timeout'), current_setting('transaction_read_only'), current_setting('TimeZone')";
    private static readonly TenantId North = new("NORTH");
    private static readonly Statement Inside = new(WhoAmI + ", @tenant", "");
    private static readonly Statement InsideEngine = new(WhoAmI, "") { AcrossTenants = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Role_tenant_limit_and_read_only_hold_for_the_statement()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        (await store.Database.ReadAsync(Inside, North, _ => { }, Settings, Token)).Single().ShouldBe(["reeve_app", "NORTH", "5s", "on", "UTC"]);
        (await store.Database.ReadAcrossAsync(InsideEngine, _ => { }, Settings, Token)).Single().ShouldBe(["reeve_engine", "", "5s", "on", "UTC"]);
    }

    [Fact]
    public async Task They_end_with_the_batch_itself_not_only_when_the_pool_resets_the_connection()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using NpgsqlConnection connection = new(store.Node.Target);
        await connection.OpenAsync(Token);

        foreach (string statement in new[] { "select 1", "select 1/0", "select * from nowhere" })
        {
            await using NpgsqlBatch batch = new(connection) { BatchCommands = { PostgresDatabase.Become(PostgresDatabase.AppRole, "NORTH"), new(statement) } };
            try
            {
                await batch.ExecuteNonQueryAsync(Token);
            }
            catch (PostgresException)
            {
                // Two of the three are meant to fail.
            }

            await using NpgsqlCommand after = new(WhoAmI, connection);
            await using NpgsqlDataReader reader = await after.ExecuteReaderAsync(Token);
            await reader.ReadAsync(Token);
            (reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1)).ShouldBe((PostgresStore.NodeRole, ""));
        }
    }

    [Fact]
    public async Task No_pooled_connection_keeps_them_however_the_read_ended()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(Varied(store, "Maximum Pool Size=1"));
        using CancellationTokenSource stop = new();

        await database.ReadAsync(Inside, North, _ => { }, Settings, Token);
        await ShouldBeClean();
        await Should.ThrowAsync<ReeveException>(() => database.ReadAsync(new Statement("select 1/0 where @tenant <> ''", ""), North, _ => { }, row => row.Int(0), Token));
        await ShouldBeClean();
        await Should.ThrowAsync<FormatException>(() => database.ReadAsync<int>(Inside, North, _ => { }, _ => throw new FormatException(), Token));
        await ShouldBeClean();
        await Should.ThrowAsync<OperationCanceledException>(() => database.ReadAsync(
            new Statement("select generate_series(1, 100000000) where @tenant <> ''", ""), North, _ => { },
            _ =>
            {
                stop.Cancel();
                return 0;
            },
            stop.Token));
        await ShouldBeClean();

        async Task ShouldBeClean()
        {
            await using NpgsqlConnection connection = await database.OpenAsync(Token);
            await using NpgsqlCommand command = new(WhoAmI, connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Token);
            await reader.ReadAsync(Token);
            (reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.GetString(2), reader.GetString(3)).ShouldBe((PostgresStore.NodeRole, "", "0", "off"));
        }
    }

    [Fact]
    public async Task A_read_is_one_round_trip()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresRelay relay = new(store.Node);
        await using PostgresDatabase database = new(relay.Address);
        await database.ReadAsync(Inside, North, _ => { }, Settings, Token);
        int before = relay.TurnsTaken;

        await database.ReadAsync(Inside, North, _ => { }, Settings, Token);

        (relay.TurnsTaken - before).ShouldBe(1);
    }

    [Fact]
    public async Task A_read_goes_on_when_the_server_had_closed_every_pooled_connection()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(Varied(store, "Application Name=pooled"));
        NpgsqlConnection[] pooled = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.OpenAsync(Token)));
        foreach (NpgsqlConnection connection in pooled)
        {
            await connection.DisposeAsync();
        }

        (await store.QueryAsync("select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'pooled'")).ShouldBe([[true], [true], [true]]);

        (await database.ReadAsync(Inside, North, _ => { }, Settings, Token)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_takes_longer_than_five_seconds_is_ended()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        ReeveException fault = await Should.ThrowAsync<ReeveException>(
            () => store.Database.ReadAsync(new Statement("select pg_sleep(60)::text where @tenant <> ''", ""), North, _ => { }, row => row.Text(0), Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Busy);
    }

    [Fact]
    public async Task A_read_that_nobody_waits_for_is_ended_at_the_server()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(Varied(store, "Application Name=unwanted"));
        using CancellationTokenSource stop = new();
        Task read = database.ReadAsync(new Statement("select pg_sleep(60)::text where @tenant <> ''", ""), North, _ => { }, row => row.Text(0), stop.Token);
        await Until(store, "select count(*) from pg_stat_activity where application_name = 'unwanted' and state = 'active' and query like '%pg_sleep%'", 1L);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(read);
        await Until(store, "select count(*) from pg_stat_activity where application_name = 'unwanted' and state = 'active'", 0L);
    }

    [Fact]
    public async Task A_pool_without_a_free_connection_is_busy_not_gone()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(Varied(store, "Maximum Pool Size=1;Timeout=1"));
        await using NpgsqlConnection held = await database.OpenAsync(Token);

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => database.ReadAsync(Inside, North, _ => { }, Settings, Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Busy);
        fault.Error.Message.ShouldBe("Every connection of the pool is in use.");
    }

    [Theory]
    [InlineData("Port=1")]
    [InlineData("Host=no-such-host.invalid")]
    [InlineData("Database=no_such_database")]
    [InlineData("Username=no_such_role")]
    [InlineData("SSL Mode=Require")]
    public async Task A_server_that_cannot_be_reached_is_a_coded_error_without_the_password(string change)
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(Varied(store, change + ";Password=s3cr3t-Horse"));

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => database.ReadAsync(Inside, North, _ => { }, Settings, Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Unavailable);
        fault.Error.Subject.ShouldBe(database.Address.Masked);
        fault.ToString().ShouldNotContain("s3cr3t-Horse");
    }

    [Fact]
    public async Task A_server_that_accepts_and_then_says_nothing_is_given_up()
    {
        using TcpListener silent = new(IPAddress.Loopback, 0);
        silent.Start();
        await using PostgresDatabase database = new(StoreAddress.Parse($"postgres:Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=a;Database=b;Timeout=1", "/"));

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => database.ReadAsync(Inside, North, _ => { }, Settings, Token));

        fault.Error.IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task A_role_that_may_not_take_on_ours_is_told_so()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase database = new(store.Owner);

        ReeveException fault = await Should.ThrowAsync<ReeveException>(() => database.ReadAsync(Inside, North, _ => { }, Settings, Token));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.UnsafeRole);
    }

    [Fact]
    public async Task What_the_address_asks_for_is_kept_unless_it_would_show_data()
    {
        StoreAddress address = StoreAddress.Parse("postgres:Host=db;Timeout=3;Application Name=mine;Include Error Detail=true;No Reset On Close=true", "/");

        NpgsqlConnectionStringBuilder settings = new(PostgresSettings.ForNode(address));

        (settings.Timeout, settings.ApplicationName, settings.IncludeErrorDetail, settings.NoResetOnClose).ShouldBe((3, "mine", false, false));
        (settings.CommandTimeout, settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.Timezone).ShouldBe((10, true, 10, "UTC"));
        await Task.CompletedTask;
    }

    private static string[] Settings(Row row) => [.. Enumerable.Range(0, 5).Select(column => row.TextOrNull(column) ?? "")];

    private static StoreAddress Varied(PostgresStore store, string settings) => StoreAddress.Parse($"postgres:{store.Node.Target};{settings}", "/");

    // The server shows what it does in its own time; there is no signal to wait for.
    private static async Task Until(TestStore store, string sql, object expected)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
        while (!expected.Equals(await store.ScalarAsync(sql)))
        {
            await Task.Delay(20, deadline.Token);
        }
    }
}
