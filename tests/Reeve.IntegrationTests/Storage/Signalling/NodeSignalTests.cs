using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Signalling;

/// <summary>What one node changes, others know within a second (EX-SEC-7, EX-PACK-7): sessions on one database, each a node.</summary>
public sealed class NodeSignalTests
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_is_revoked_on_one_node_is_refused_by_the_others_and_its_word_is_in_the_commit()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession first = await OpenAsync(store);
        await using StoreSession second = await OpenAsync(store);
        await using StoreSession third = await OpenAsync(store);
        (ApiKey key, string text) = await MakeKeyAsync(first);
        foreach (StoreSession session in new[] { first, second, third })
        {
            (await session.Keys.AuthenticateAsync(text, Token)).ShouldNotBeNull();
        }

        await first.Keys.RevokeAsync(North, key.Id, Root, Token);

        Stopwatch since = Stopwatch.StartNew();
        (await first.Keys.AuthenticateAsync(text, Token)).ShouldBeNull();
        await UntilAsync(async () => await second.Keys.AuthenticateAsync(text, Token) is null && await third.Keys.AuthenticateAsync(text, Token) is null);
        since.Elapsed.ShouldBeLessThan(Within);
        (await store.QueryAsync("select signals, tenants from commits where signals is not null order by at, slot, n")).Select(row => $"{row[0]} {row[1]}")
            .ShouldBe(["tenants {\"NORTH\":1}", "keys {\"NORTH\":1}", "keys {\"NORTH\":1}"]);
    }

    [Fact]
    public async Task Without_anybody_to_listen_looking_is_enough()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession first = await OpenAsync(store);
        await using StoreSession second = await OpenAsync(store);
        (ApiKey key, string text) = await MakeKeyAsync(first);
        await second.Keys.AuthenticateAsync(text, Token);
        await store.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'reeve-listener'");

        await first.Keys.RevokeAsync(North, key.Id, Root, Token);

        Stopwatch since = Stopwatch.StartNew();
        await UntilAsync(async () => await second.Keys.AuthenticateAsync(text, Token) is null);
        since.Elapsed.ShouldBeLessThan(Within);

        // And it listens again by itself.
        await UntilAsync(async () => (long)(await store.ScalarAsync(
            "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'reeve-listener' and query = 'listen reeve'"))! == 2);
    }

    [Fact]
    public async Task While_the_store_is_away_nothing_held_is_believed_and_afterwards_what_changed_is_known()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        PostgresStore database = (PostgresStore)store;
        await using StoreSession node = await OpenAsync(store);
        (ApiKey key, string text) = await MakeKeyAsync(node);
        (await node.Keys.AuthenticateAsync(text, Token)).ShouldNotBeNull();

        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit 0");
        await store.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        Stopwatch since = Stopwatch.StartNew();
        ReeveException? fault = null;
        await UntilAsync(async () =>
        {
            try
            {
                (await node.Keys.AuthenticateAsync(text, Token)).ShouldNotBeNull();
                return false;
            }
            catch (ReeveException away)
            {
                fault = away;
                return true;
            }
        });
        since.Elapsed.ShouldBeLessThan(Within);
        fault.ShouldNotBeNull().Error.IsTransient.ShouldBeTrue();

        // Revoked by nobody who signals: what was read before the store went is not asked for again, so only its word says it.
        await store.ExecuteAsync($"update api_keys set revoked_at = now() where key_id = '{key.Id}'");
        await store.ExecuteAsync("insert into slots (slot, writer, beat_at) values (90, gen_random_uuid(), now())");
        await store.ExecuteAsync("insert into commits (slot, n, writer, at, tenants, signals) select 90, 1, writer, now(), '{\"NORTH\":1}', 'keys,moons' from slots where slot = 90");
        await store.ExecuteAsync($"alter database \"{database.Name}\" with connection limit -1");

        await UntilAsync(async () =>
        {
            try
            {
                return await node.Keys.AuthenticateAsync(text, Token) is null;
            }
            catch (ReeveException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task A_pack_that_is_activated_on_one_node_decides_on_the_others()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession first = await OpenAsync(store);
        await using StoreSession second = await OpenAsync(store);
        await first.Tenants.CreateAsync(North, null, AutomationMode.Shadow, Root, Token);
        (await Should.ThrowAsync<ReeveException>(() => second.Packs.ActiveAsync(North, null, Token))).Error.Kind.ShouldBe(ErrorCatalogue.Packs.NotActive);

        List<PackVersionKey> versions = [];
        foreach (string file in new[] { RunFolder.Domain, RunFolder.Policy })
        {
            versions.Add((await first.Packs.StoreAsync(North, PackFileReader.Read(file), Root, Token)).Key);
        }

        await first.Packs.ActivateAsync(North, versions, Root, Token);

        Stopwatch since = Stopwatch.StartNew();
        await UntilAsync(async () =>
        {
            try
            {
                return (await second.Packs.ActiveAsync(North, null, Token)).Domain is not null;
            }
            catch (ReeveException none) when (none.Error.Kind == ErrorCatalogue.Packs.NotActive)
            {
                return false;
            }
        });
        since.Elapsed.ShouldBeLessThan(Within);
    }

    private static Task<StoreSession> OpenAsync(TestStore store) =>
        StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token);

    private static async Task<(ApiKey Key, string Text)> MakeKeyAsync(StoreSession session)
    {
        await session.Tenants.CreateAsync(North, null, AutomationMode.Shadow, Root, Token);
        return await session.Keys.CreateAsync(new KeyRequest(North, PrincipalKind.Service, "tests", ["viewer"], null), Root, Token);
    }

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
