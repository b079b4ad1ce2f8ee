using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Reeve.Core.Documents;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;
using Reeve.Engine.PackVersions;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Governance.Tenants;
using Reeve.Operations.Logs;
using Reeve.Server.Hosting;
using Reeve.Storage.Databases;
using Reeve.Testing;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>A server of the tests' own on loopback, on a store of its own, with two tenants that have active packs and one that has none.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string North = "NORTH";
    public const string South = "SOUTH";
    public const string Bare = "BARE";

    private static readonly Principal Actor = new(PrincipalKind.Service, "local:test", "tests", [Roles.Platform]);

    private readonly TestStore store;
    private readonly TemporaryFolder folder;
    private readonly LogBook log;
    private readonly Dictionary<(string, string), string> keys = [];

    private ApiServer(TestStore store, TemporaryFolder folder, LogBook log, StoreSession session, WebHost host)
    {
        this.store = store;
        this.folder = folder;
        this.log = log;
        Session = session;
        Host = host;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = host.Addresses[0] };
    }

    public StoreSession Session { get; }

    public WebHost Host { get; }

    public HttpClient Client { get; }

    /// <summary>How the server reaches tools.</summary>
    public required CountingKind Tools { get; init; }

    /// <summary>The store's rows, past the product's doors.</summary>
    public TestStore Rows => store;

    /// <summary>The folder whose packs requests may name.</summary>
    public string PackFolder => Path.Combine(folder.Path, "packs");

    /// <summary>A folder beside it.</summary>
    public string OtherFolder => Path.Combine(folder.Path, "other");

    /// <summary>What the server logged so far.</summary>
    public string Logged => ReadShared(Path.Combine(folder.Path, "server.log"));

    public static async Task<ApiServer> StartAsync(Dialect dialect, TimeSpan? drainGrace = null, TimeSpan? drainDeadline = null)
    {
        TestStore store = await TestStore.CreateAsync(dialect);
        TemporaryFolder folder = new();
        CountingKind tools = new();
        string keyFile = Path.Combine(folder.Path, "master.key");
        await File.WriteAllBytesAsync(keyFile, new byte[32], CancellationToken.None);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        LogBook log = LogBook.Open(new LogOptions { File = Path.Combine(folder.Path, "server.log") }, TimeProvider.System, Stream.Null);
        StoreSession session = await StoreSession.OpenAsync(store.Node, new StoreSessionOptions { MasterKeyFile = keyFile, NeedsMasterKey = true, Workers = 2, ToolKinds = [tools] }, log.Factory, CancellationToken.None);
        WebHostOptions options = new() { Urls = ["http://127.0.0.1:0"], PackFolders = [Path.Combine(folder.Path, "packs")], DrainGrace = drainGrace ?? TimeSpan.Zero, DrainDeadline = drainDeadline ?? TimeSpan.FromSeconds(25) };
        WebHost host = await WebHost.StartAsync(session, options, log.Factory, CancellationToken.None);
        ApiServer server = new(store, folder, log, session, host) { Tools = tools };
        await server.PrepareAsync();
        return server;
    }

    /// <summary>A key of a tenant with a role; the same at each call.</summary>
    public async Task<string> KeyAsync(string tenant, string role)
    {
        if (!keys.TryGetValue((tenant, role), out string? key))
        {
            (_, key) = await NewKeyAsync(tenant, role);
            keys[(tenant, role)] = key;
        }

        return key;
    }

    /// <summary>A key of the test's own.</summary>
    public async Task<(ApiKey Key, string Text)> NewKeyAsync(string tenant, string role)
    {
        TenantId id = tenant == PlatformTenant.Id.Value ? PlatformTenant.Id : new TenantId(tenant);
        return await Session.Keys.CreateAsync(new KeyRequest(id, PrincipalKind.Service, "tests", [role], null), Actor, CancellationToken.None);
    }

    /// <summary>A person's key; the same at each call.</summary>
    public async Task<string> PersonAsync(string tenant, string role)
    {
        if (!keys.TryGetValue((tenant, "person:" + role), out string? key))
        {
            (_, key) = await Session.Keys.CreateAsync(new KeyRequest(new TenantId(tenant), PrincipalKind.Person, "Ada", [role], null), Actor, CancellationToken.None);
            keys[(tenant, "person:" + role)] = key;
        }

        return key;
    }

    /// <summary>Revokes a key as an operator of the machine would.</summary>
    public Task<bool> RevokeAsync(ApiKey key) => Session.Keys.RevokeAsync(key.TenantId, key.Id, Actor, CancellationToken.None);

    /// <summary>Gets as an operator of NORTH, unless another key is given.</summary>
    public async Task<Answer> GetAsync(string path, string? key = null) => await SendAsync(HttpMethod.Get, path, key ?? await KeyAsync(North, Roles.Operator), null);

    /// <summary>Posts JSON as an operator of NORTH, unless another key is given.</summary>
    public async Task<Answer> PostAsync(string path, string json, string? key = null) => await PostAsync(path, Encoding.UTF8.GetBytes(json), "application/json", key);

    public async Task<Answer> PostAsync(string path, byte[] body, string? type, string? key = null)
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return await SendAsync(HttpMethod.Post, path, key ?? await KeyAsync(North, Roles.Operator), content);
    }

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? key, HttpContent? content)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        if (key is not null)
        {
            request.Headers.Add("X-API-KEY", key);
        }

        return await SendAsync(request);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage request, CancellationTokenSource? leave = null)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken, leave?.Token ?? CancellationToken.None);
        using HttpResponseMessage response = await Client.SendAsync(request, end.Token);
        Answer answer = await Answer.ReadAsync(response);

        // No request whatever may find a defect; the log says which.
        if ((int)answer.Status == 500)
        {
            string logged = Logged;
            Assert.Fail(logged[Math.Max(0, logged.Length - 4000)..]);
        }

        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        await Session.DisposeAsync();
        log.Dispose();
        await store.DisposeAsync();
        folder.Dispose();
    }

    private async Task PrepareAsync()
    {
        Directory.CreateDirectory(PackFolder);
        Directory.CreateDirectory(OtherFolder);
        foreach (string tenant in (string[])[North, South, Bare])
        {
            await Session.Tenants.CreateAsync(new TenantId(tenant), null, AutomationMode.Shadow, Actor, CancellationToken.None);
        }

        File.Copy(RunFolder.Domain, Path.Combine(PackFolder, "parcels.domain.json"));
        foreach (string tenant in (string[])[North, South])
        {
            string policy = Path.Combine(PackFolder, $"{tenant}.policy.json");
            await File.WriteAllTextAsync(
                policy, (await File.ReadAllTextAsync(RunFolder.Policy, CancellationToken.None)).Replace("\"NORTH\"", $"\"{tenant}\"", StringComparison.Ordinal), CancellationToken.None);
            await ActivateAsync(new TenantId(tenant), PackFileReader.Read(RunFolder.Domain), PackFileReader.Read(policy));
        }
    }

    private async Task ActivateAsync(TenantId tenant, params Document[] packs)
    {
        List<PackVersionKey> versions = [];
        foreach (Document pack in packs)
        {
            versions.Add((await Session.Packs.StoreAsync(tenant, pack, Actor, CancellationToken.None)).Key);
        }

        await Session.Packs.ActivateAsync(tenant, versions, Actor, CancellationToken.None);
    }

    private static string ReadShared(string path)
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }
}

/// <summary>One server per database for the tests that only add to it.</summary>
public sealed class ApiServers : IAsyncLifetime
{
    private readonly Dictionary<Dialect, ApiServer> servers = [];

    internal async Task<ApiServer> OfAsync(Dialect dialect) => servers.TryGetValue(dialect, out ApiServer? server) ? server : servers[dialect] = await ApiServer.StartAsync(dialect);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (ApiServer server in servers.Values)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>The tests that share servers; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ApiTests : ICollectionFixture<ApiServers>
{
    public const string Name = "api";
}

/// <summary>What a server answered.</summary>
internal sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes).ShouldNotBeNull();

    public string Code => (string)Json["code"].ShouldNotBeNull(Text)!;

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) =>
        new(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync(CancellationToken.None));

    /// <summary>The body, after the status.</summary>
    public JsonNode ShouldBe(int status)
    {
        ((int)Status).ShouldBe(status, Text);
        return Json;
    }

    /// <summary>Holds that it is a problem of a kind, whole, and without anything that is no caller's business.</summary>
    public JsonNode ShouldRefuse(int status, string code)
    {
        ((int)Status).ShouldBe(status, Text);
        ContentHeaders.ContentType?.MediaType.ShouldBe("application/problem+json");
        JsonNode problem = Json;
        Code.ShouldBe(code, Text);
        ((string)problem["type"]!).ShouldBe("urn:reeve:error:" + code);
        ((int)problem["status"]!).ShouldBe(status);
        foreach (string member in (string[])["title", "detail", "traceId", "nextStep"])
        {
            ((string?)problem[member]).ShouldNotBeNullOrEmpty($"{member} of {Text}");
        }

        problem["errors"].ShouldBeOfType<JsonArray>();
        Text.ShouldNotContain("   at ", Case.Sensitive);
        Text.ShouldNotContain("Exception:", Case.Sensitive);
        return problem;
    }
}
