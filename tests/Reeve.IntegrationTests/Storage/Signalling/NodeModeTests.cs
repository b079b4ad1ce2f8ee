using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Signalling;

/// <summary>A tenant's mode is in force on every node within a second, whoever set it and however: sessions on one database, each a node.</summary>
public sealed class NodeModeTests
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
    public async Task What_one_node_sets_is_in_force_on_all_within_a_second(string how)
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession first = await OpenAsync(store);
        await using StoreSession second = await OpenAsync(store);
        await first.Tenants.CreateAsync(North, null, AutomationMode.Live, Root, Token);
        await first.Tenants.CreateAsync(South, null, AutomationMode.Live, Root, Token);
        await UntilAsync(async () => await second.Modes.OfAsync(North, Token) == AutomationMode.Live);
        if (how == "without listeners")
        {
            await store.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'reeve-listener'");
        }

        Stopwatch since;
        if (how == "by hand")
        {
            await store.ExecuteAsync("update tenants set mode = 'SHADOW' where tenant_id = 'NORTH'");
            since = Stopwatch.StartNew();
        }
        else
        {
            await first.Tenants.SetModeAsync(North, AutomationMode.Shadow, leaves: null, "stop", Root, Token);
            since = Stopwatch.StartNew();
            (await first.Modes.OfAsync(North, Token)).ShouldBe(AutomationMode.Shadow);
        }

        await UntilAsync(async () => await second.Modes.OfAsync(North, Token) == AutomationMode.Shadow);
        since.Elapsed.ShouldBeLessThan(Within);
        (await second.Modes.OfAsync(South, Token)).ShouldBe(AutomationMode.Live);
    }

    [Fact]
    public async Task While_the_store_is_away_every_tenant_counts_as_in_shadow()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        PostgresStore database = (PostgresStore)store;
        await using StoreSession node = await OpenAsync(store);
        await node.Tenants.CreateAsync(North, null, AutomationMode.Live, Root, Token);
        (await node.Modes.OfAsync(North, Token)).ShouldBe(AutomationMode.Live);

        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit 0");
        await store.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        Stopwatch since = Stopwatch.StartNew();
        await UntilAsync(async () => await node.Modes.OfAsync(North, Token) == AutomationMode.Shadow);
        since.Elapsed.ShouldBeLessThan(Within);

        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit -1");
        await UntilAsync(async () => await node.Modes.OfAsync(North, Token) == AutomationMode.Live);
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
