using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Commands;

/// <summary>Servers as processes: several on one database, and one that is told to stop under load (docs/decisions/0014).</summary>
public sealed partial class NodeTests : IDisposable
{
    private static readonly TenantId North = new("NORTH");
    private static readonly Principal Root = new(PrincipalKind.Service, "local:test", "root", ["platform"]);

    private readonly RunFolder here = new();
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        client.Dispose();
        here.Dispose();
    }

    [Fact]
    public async Task Three_nodes_refuse_what_one_revoked_and_go_on_when_one_of_them_is_killed()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);
        await using StoreSession session = await StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token);
        string key = await PrepareAsync(session);
        (ApiKey revoked, string text) = await session.Keys.CreateAsync(new KeyRequest(North, PrincipalKind.Service, "tests", ["viewer"], null), Root, Token);
        List<ReeveProgram.Started> nodes = [.. Enumerable.Range(0, 3).Select(_ => Start(store.Node))];
        try
        {
            Uri[] urls = await Task.WhenAll(nodes.Select(UrlAsync));
            foreach (Uri url in urls)
            {
                (await StatusAsync(url, HttpMethod.Get, "/exceptions/NORTH", text)).ShouldBe(HttpStatusCode.OK);
            }

            await session.Keys.RevokeAsync(North, revoked.Id, Root, Token);
            Stopwatch since = Stopwatch.StartNew();
            HttpStatusCode[] answers;
            do
            {
                answers = await Task.WhenAll(urls.Select(url => StatusAsync(url, HttpMethod.Get, "/exceptions/NORTH", text)));
            }
            while (answers.Contains(HttpStatusCode.OK) && since.Elapsed < TimeSpan.FromSeconds(5));

            answers.ShouldAllBe(answer => answer == HttpStatusCode.Unauthorized);
            since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));

            await nodes[0].KillAsync();
            foreach (Uri url in urls[1..])
            {
                (await StatusAsync(url, HttpMethod.Post, "/exceptions/NORTH", key, Item("after-" + url.Port))).ShouldBe(HttpStatusCode.Accepted);
                (await StatusAsync(url, HttpMethod.Get, "/ready", null)).ShouldBe(HttpStatusCode.OK);
            }

            nodes.Add(Start(store.Node));
            Uri again = await UrlAsync(nodes[^1]);
            (await StatusAsync(again, HttpMethod.Get, "/ready", null)).ShouldBe(HttpStatusCode.OK);
            (await StatusAsync(again, HttpMethod.Post, "/exceptions/NORTH", key, Item("again"))).ShouldBe(HttpStatusCode.Accepted);
            (await store.ScalarAsync("select count(*) from schedules where tenant_id = '$platform' and name = 'upkeep'")).ShouldBe(1L);
        }
        finally
        {
            nodes.ForEach(node => node.Dispose());
        }
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_server_that_is_told_to_stop_under_load_keeps_what_it_acknowledged_and_ends_in_time(Dialect dialect)
    {
        await using TestStore store = await TestStore.CreateAsync(dialect);
        string key;
        await using (StoreSession session = await StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token))
        {
            key = await PrepareAsync(session);
        }

        using ReeveProgram.Started server = Start(store.Node, ("REEVE__SERVER__DRAINSECONDS", "15"));
        Uri url = await UrlAsync(server);
        ConcurrentBag<string> accepted = [];
        ConcurrentBag<HttpStatusCode> others = [];
        TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] senders = [.. Enumerable.Range(0, 8).Select(sender => SendAsync(sender))];
        await loaded.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Token);

        Stopwatch since = Stopwatch.StartNew();
        await server.TerminateAsync();
        (await server.WaitAsync()).ShouldEndWith(0);

        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await Task.WhenAll(senders);
        others.ShouldAllBe(status => status == HttpStatusCode.ServiceUnavailable);
        HashSet<string> kept = [.. (await store.QueryAsync("select exception_id from exceptions")).Select(row => (string)row[0]!)];
        accepted.Where(id => !kept.Contains(id)).ShouldBeEmpty();
        accepted.Count.ShouldBeGreaterThan(100);
        (await store.ScalarAsync("select count(*) from inbox")).ShouldBe(0L);

        async Task SendAsync(int sender)
        {
            for (int i = 0; ; i++)
            {
                string id = $"{sender}-{i}";
                HttpResponseMessage response;
                try
                {
                    using HttpRequestMessage request = Request(url, HttpMethod.Post, "/exceptions/NORTH", key, Item(id));
                    response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
                }
                catch (HttpRequestException)
                {
                    // Refused, or closed before there was any answer.
                    return;
                }

                using (response)
                {
                    // What has begun to answer answers in full: were it cut, this would throw.
                    await response.Content.ReadAsByteArrayAsync(Token);
                    if (response.StatusCode == HttpStatusCode.Accepted)
                    {
                        accepted.Add(id);
                    }
                    else
                    {
                        others.Add(response.StatusCode);
                        if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                        {
                            loaded.TrySetException(new InvalidOperationException($"Answered {response.StatusCode}."));
                            return;
                        }
                    }

                    if (accepted.Count > 100)
                    {
                        loaded.TrySetResult();
                    }
                }
            }
        }
    }

    [Fact]
    public async Task A_second_signal_ends_a_server_at_once()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Sqlite);
        string key;
        await using (StoreSession session = await StoreSession.OpenAsync(store.Node, new StoreSessionOptions(), NullLoggerFactory.Instance, Token))
        {
            key = await PrepareAsync(session);
        }

        using ReeveProgram.Started server = Start(store.Node, ("REEVE__SERVER__DRAINSECONDS", "600"));
        Uri url = await UrlAsync(server);

        // A request that never ends keeps the first signal waiting.
        using System.Net.Sockets.TcpClient endless = new();
        await endless.ConnectAsync("127.0.0.1", url.Port, Token);
        await endless.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nContent-Type: application/jsonl\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"), Token);
        using StreamReader reader = new(endless.GetStream());
        (await reader.ReadLineAsync(Token)).ShouldBe("HTTP/1.1 100 Continue");
        await server.TerminateAsync();
        while (await StatusAsync(url, HttpMethod.Get, "/ready", null) == HttpStatusCode.OK)
        {
            Token.ThrowIfCancellationRequested();
        }

        Stopwatch since = Stopwatch.StartNew();
        await server.TerminateAsync();
        Ended ended = await server.WaitAsync();

        since.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        ended.Code.ShouldBe(143);
    }

    private static async Task<string> PrepareAsync(StoreSession session)
    {
        await session.Tenants.CreateAsync(North, null, AutomationMode.Shadow, Root, Token);
        List<PackVersionKey> versions = [];
        foreach (string file in new[] { RunFolder.Domain, RunFolder.Policy })
        {
            versions.Add((await session.Packs.StoreAsync(North, PackFileReader.Read(file), Root, Token)).Key);
        }

        await session.Packs.ActivateAsync(North, versions, Root, Token);
        return (await session.Keys.CreateAsync(new KeyRequest(North, PrincipalKind.Service, "tests", ["operator"], null), Root, Token)).Text;
    }

    private ReeveProgram.Started Start(StoreAddress store, params (string Name, string Value)[] more)
    {
        string keyFile = here.File("master.key");
        if (!File.Exists(keyFile))
        {
            File.WriteAllBytes(keyFile, new byte[32]);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        string address = (store.Dialect == Dialect.Sqlite ? "sqlite:" : "postgres:") + store.Target;
        return ReeveProgram.Start(
            ["serve", "--urls", "http://127.0.0.1:0", "--store", address], [("REEVE_MASTER_KEY_FILE", keyFile), ("REEVE__STORAGE__SLOTLEASESECONDS", "3"), .. more]);
    }

    private static async Task<Uri> UrlAsync(ReeveProgram.Started server) => new(Address().Match(await server.OutputWithAsync("store ")).Value);

    private async Task<HttpStatusCode> StatusAsync(Uri url, HttpMethod method, string path, string? key, string? body = null)
    {
        using HttpRequestMessage request = Request(url, method, path, key, body);
        using HttpResponseMessage response = await client.SendAsync(request, Token);
        return response.StatusCode;
    }

    private static HttpRequestMessage Request(Uri url, HttpMethod method, string path, string? key, string? body)
    {
        HttpRequestMessage request = new(method, new Uri(url, path));
        if (key is not null)
        {
            request.Headers.Add("X-API-KEY", key);
        }

        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private static string Item(string id) => $$$"""{"exceptionId":"{{{id}}}","exceptionType":"MISROUTED","rawPayload":{"parcel":"P-4","home":"D-2","hops":2,"notes":"-","tags":[]}}""";

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();
}
