using System.Net.Sockets;
using System.Text.Json.Nodes;
using Reeve.Core.Errors;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>The server's life: probes, keys that end, draining, what it logs and what it keeps.</summary>
public sealed class HostTests
{
    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_server_says_how_it_is_to_everybody_and_gives_nothing_away(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);

        foreach (string path in (string[])["/alive", "/livez", "/health/live", "/ready", "/readyz", "/health/ready", "/health", "/healthz", "/api/v1/health"])
        {
            (await server.SendAsync(HttpMethod.Get, path, null, null)).ShouldBe(200);
            ((int)(await server.SendAsync(HttpMethod.Head, path, null, null)).Status).ShouldBe(200);
        }

        Answer health = await server.SendAsync(HttpMethod.Get, "/health", null, null);
        ((string)health.Json["status"]!).ShouldBe("healthy");
        ((string)health.Json["database"]!).ShouldBe("connected");
        ((string)health.Json["database_identity"]!).ShouldBe(server.Session.Database.Address.Identity);
        foreach (string member in (string[])["timestamp", "database_pool", "qdrant", "background_tasks", "kill_switches", "version"])
        {
            health.Json.AsObject().ContainsKey(member).ShouldBeTrue(member);
        }

        health.Text.ShouldNotContain("/tmp");
        health.Text.ShouldNotContain("127.0.0.1");
    }

    [Fact]
    public async Task A_draining_server_is_alive_not_ready_and_still_serves_until_it_closes()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite);

        server.Host.Drain();

        (await server.SendAsync(HttpMethod.Get, "/ready", null, null)).ShouldRefuse(503, "HTTP-011");
        (await server.GetAsync("/exceptions/NORTH")).ShouldBe(200);

        server.Host.Close();

        Answer ready = await server.SendAsync(HttpMethod.Get, "/ready", null, null);
        ready.ShouldRefuse(503, "HTTP-011");
        ready.Headers.RetryAfter.ShouldNotBeNull();
        (await server.SendAsync(HttpMethod.Get, "/alive", null, null)).ShouldBe(200);
        Answer refused = await server.GetAsync("/exceptions/NORTH", "rv_any");
        refused.ShouldRefuse(503, "HTTP-011");
        refused.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_server_that_stops_says_so_before_it_closes_its_doors()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite, drainGrace: TimeSpan.FromSeconds(5));
        (await server.SendAsync(HttpMethod.Get, "/ready", null, null)).ShouldBe(200);

        Task stopping = server.Host.StopAsync();

        (await server.SendAsync(HttpMethod.Get, "/ready", null, null)).ShouldRefuse(503, "HTTP-011");
        using HttpClient other = new() { BaseAddress = server.Host.Addresses[0] };
        ((int)(await other.GetAsync("/ready", TestContext.Current.CancellationToken)).StatusCode).ShouldBe(503);
        ((int)(await other.GetAsync("/alive", TestContext.Current.CancellationToken)).StatusCode).ShouldBe(200);
        stopping.IsCompleted.ShouldBeFalse();
        await stopping;
    }

    [Fact]
    public async Task A_body_that_never_ends_is_cut_at_the_deadline_with_an_answer()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite, drainDeadline: TimeSpan.FromSeconds(10));
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", server.Host.Addresses[0].Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"POST /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nContent-Type: application/jsonl\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("HTTP/1.1 100 Continue");
        await stream.WriteAsync("1\r\n{\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        Task stopping = server.Host.StopAsync();

        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("HTTP/1.1 503 Service Unavailable");
        await stopping;
    }

    [Fact]
    public async Task A_server_whose_database_is_away_is_unhealthy_and_comes_back()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Postgres);
        PostgresStore store = (PostgresStore)server.Rows;
        await server.KeyAsync(ApiServer.North, Roles.Operator);
        await store.ExecuteAsync($"alter database \"{store.Name}\" with connection limit 0");
        await store.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{store.Name}' and pid <> pg_backend_pid()");

        Answer health = await server.SendAsync(HttpMethod.Get, "/health", null, null);
        Answer ready = await server.SendAsync(HttpMethod.Get, "/ready", null, null);
        Answer list = await server.GetAsync("/exceptions/NORTH");
        foreach (string path in (string[])["/", "/alive", "/openapi.json"])
        {
            (await server.GetAsync(path)).ShouldBe(200);
        }

        ((string)(await server.GetAsync("/health")).ShouldBe(503)["status"]!).ShouldBe("unhealthy");
        ((string)health.ShouldBe(503)["status"]!).ShouldBe("unhealthy");
        ready.ShouldRefuse(503, "STORE-002");
        list.ShouldRefuse(503, list.Code);
        list.Headers.RetryAfter.ShouldNotBeNull();
        list.Text.ShouldNotContain(PostgresStore.NodeRole);

        await store.ExecuteAsync($"alter database \"{store.Name}\" with connection limit -1");
        (await server.SendAsync(HttpMethod.Get, "/health", null, null)).ShouldBe(200);
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_revoked_key_and_an_expired_one_are_no_keys(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        (ApiKey key, string text) = await server.NewKeyAsync(ApiServer.North, Roles.Viewer);
        (await server.GetAsync("/exceptions/NORTH", text)).ShouldBe(200);

        await server.RevokeAsync(key);

        (await server.GetAsync("/exceptions/NORTH", text)).ShouldRefuse(401, "AUTH-001");
        server.Logged.ShouldNotContain(text);
        server.Logged.ShouldContain("\"eventId\":1300");
    }

    [Fact]
    public async Task An_address_that_is_taken_is_said_with_its_code()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite);
        WebHostOptions options = new() { Urls = [server.Host.Addresses[0].ToString().TrimEnd('/')] };

        ReeveException fault = await Should.ThrowAsync<ReeveException>(
            () => WebHost.StartAsync(server.Session, options, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, TestContext.Current.CancellationToken));

        fault.Error.Kind.ShouldBe(ErrorCatalogue.Configuration.AddressTaken);
    }

    [Fact]
    public async Task Requests_under_way_end_before_the_server_does()
    {
        ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite);
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", server.Host.Addresses[0].Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        byte[] body = System.Text.Encoding.UTF8.GetBytes(RunFolder.Good);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"POST /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {body.Length}\r\n\r\n"), TestContext.Current.CancellationToken);
        using StreamReader reader = new(stream);
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("HTTP/1.1 100 Continue");

        Task stopping = server.Host.StopAsync();
        await stream.WriteAsync(body, TestContext.Current.CancellationToken);

        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldContain("HTTP/1.1 202 Accepted");
        await stopping;
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_front_and_the_documentation_need_no_key_and_no_other_host()
    {
        await using ApiServer server = await ApiServer.StartAsync(Dialect.Sqlite);

        Answer front = await server.SendAsync(HttpMethod.Get, "/", null, null);
        Answer docs = await server.SendAsync(HttpMethod.Get, "/docs/index.html", null, null);
        Answer description = await server.SendAsync(HttpMethod.Get, "/openapi.json", null, null);

        ((string)front.ShouldBe(200)["documentation"]!).ShouldBe("/docs");
        ((int)docs.Status).ShouldBe(200);
        docs.Text.ShouldNotContain("https://");
        docs.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'self'");
        ((string)description.ShouldBe(200)["openapi"]!).ShouldStartWith("3.1");
        JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(RunFolder.Root, "docs", "openapi.json"), TestContext.Current.CancellationToken))!["paths"], description.Json["paths"]).ShouldBeTrue();
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task The_key_ring_is_kept_in_the_store_and_sealed(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);

        IReadOnlyList<object?[]> rows = await server.Rows.QueryAsync("select name, envelope from sealed_values where name like 'data-protection/%'");

        rows.Count.ShouldBe(1);
        System.Text.Encoding.Latin1.GetString((byte[])rows[0][1]!).ShouldNotContain("masterKey");
    }
}
