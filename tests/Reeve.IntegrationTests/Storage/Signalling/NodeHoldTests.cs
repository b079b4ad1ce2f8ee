using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Signalling;

/// <summary>A hold is in force on every node within a second (EX-TOOL-13), whoever placed it and however: sessions on one database, each a node.</summary>
public sealed class NodeHoldTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly TenantId South = new("SOUTH");
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("by the door")]
    [InlineData("without listeners")]
    [InlineData("by hand")]
    public async Task What_one_node_stops_all_stop_within_a_second_and_go_on_with(string how)
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession first = await OpenAsync(store);
        await using StoreSession second = await OpenAsync(store);
        await first.Tenants.CreateAsync(North, null, AutomationMode.Shadow, Root, Token);
        (await second.Holds.IsHeldAsync(North, Token)).ShouldBeFalse();
        if (how == "without listeners")
        {
            await store.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'reeve-listener'");
        }

        Stopwatch since;
        if (how == "by hand")
        {
            await store.ExecuteAsync("insert into holds (tenant_id, hold_id, cause, since, reason, placed_by, owner) values ('NORTH', gen_random_uuid(), 'PERSON', now(), 'x', 'psql', 'me')");
            since = Stopwatch.StartNew();
        }
        else
        {
            await first.Holds.PlaceAsync(North, "stop", Root, Token);
            since = Stopwatch.StartNew();
            (await first.Holds.IsHeldAsync(North, Token)).ShouldBeTrue();
        }

        await UntilAsync(async () => await second.Holds.IsHeldAsync(North, Token));
        since.Elapsed.ShouldBeLessThan(Within);
        (await second.Holds.IsHeldAsync(South, Token)).ShouldBeFalse();

        await second.Holds.ResumeAsync(North, "go", Root, Token);
        since.Restart();
        await UntilAsync(async () => !await first.Holds.IsHeldAsync(North, Token));
        since.Elapsed.ShouldBeLessThan(Within);
    }

    [Fact]
    public async Task While_the_store_is_away_everything_counts_as_held()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        PostgresStore database = (PostgresStore)store;
        await using StoreSession node = await OpenAsync(store);
        (await node.Holds.IsHeldAsync(North, Token)).ShouldBeFalse();

        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit 0");
        await store.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        Stopwatch since = Stopwatch.StartNew();
        await UntilAsync(async () => await node.Holds.IsHeldAsync(North, Token));
        since.Elapsed.ShouldBeLessThan(Within);

        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit -1");
        await UntilAsync(async () => !await node.Holds.IsHeldAsync(North, Token));
    }

    private static Task<StoreSession> OpenAsync(TestStore store) => StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token);

    // Other nodes are another process: nothing in this one says when they know.
    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        Stopwatch since = Stopwatch.StartNew();
        while (!await isTrue())
        {
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Token);
        }
    }
}
