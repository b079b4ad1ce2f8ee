using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Governance.Tenants;
using Reeve.Storage.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>
/// Every route of the committed OpenAPI document against every caller that must not get through, and every request that cannot
/// be read. A new route is in the matrix as soon as it is in the document.
/// </summary>
[Collection(ApiTests.Name)]
public sealed class RouteMatrixTests(ApiServers servers)
{
    private static readonly IReadOnlyList<Operation> Operations = Read();

    public static TheoryData<string> Closed { get; } = [.. Operations.Where(operation => operation.IsClosed).Select(operation => operation.Name)];

    public static TheoryData<string> OfTenants { get; } =
        [.. Operations.Where(operation => operation.IsClosed && operation.Path.Contains("{tenantId}", StringComparison.Ordinal)).Select(operation => operation.Name)];

    public static TheoryData<string> Posting { get; } = [.. Operations.Where(operation => operation.IsClosed && operation.HasBody).Select(operation => operation.Name)];

    public static TheoryData<string> Reading { get; } = [.. Operations.Where(operation => operation.Method == HttpMethod.Get && operation.Path != "/docs").Select(operation => operation.Name)];

    public static TheoryData<string> Open { get; } = [.. Operations.Where(operation => !operation.IsClosed).Select(operation => operation.Name)];

    private Task<ApiServer> ServerAsync() => servers.OfAsync(Dialect.Sqlite);

    [Theory, MemberData(nameof(Closed))]
    public async Task Without_a_key_nobody_gets_in(string name)
    {
        Answer answer = await (await ServerAsync()).SendAsync(Request(name));

        answer.ShouldRefuse(401, "AUTH-001");
        answer.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme).ShouldBe(["ApiKey", "Bearer", "Basic"]);
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task With_a_key_that_is_none_nobody_gets_in(string name)
    {
        ApiServer server = await ServerAsync();
        string good = await server.KeyAsync(ApiServer.North, Roles.Admin);
        string[] bad = ["x", good[..^1], good + "A", good.ToUpperInvariant(), "rv_" + new string('A', 22) + "_" + new string('A', 43), new string('k', 2000), " "];
        foreach (string key in bad)
        {
            HttpRequestMessage request = Request(name);
            request.Headers.TryAddWithoutValidation("X-API-KEY", key);

            Answer answer = await server.SendAsync(request);

            answer.ShouldRefuse(401, "AUTH-001");
            answer.Text.ShouldNotContain(good[..^1]);
        }
    }

    [Theory, MemberData(nameof(OfTenants))]
    public async Task A_tenant_in_the_path_that_is_not_the_credentials_is_refused(string name)
    {
        ApiServer server = await ServerAsync();
        foreach (string tenant in (string[])[ApiServer.South, "north", "NORTH%20", "nobody", "$platform"])
        {
            Answer answer = await server.SendAsync(Request(name, await server.KeyAsync(ApiServer.North, Roles.Admin), tenant));

            answer.ShouldRefuse(403, "AUTH-003");
        }
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_tenant_in_the_query_that_is_not_the_credentials_is_refused(string name)
    {
        ApiServer server = await ServerAsync();
        foreach (string query in (string[])["?tenant_id=SOUTH", "?tenantId=SOUTH", "?tenant_id=NORTH&tenant_id=SOUTH", "?tenant_id="])
        {
            Answer answer = await server.SendAsync(Request(name, await server.KeyAsync(ApiServer.North, Roles.Admin), more: query));

            answer.ShouldRefuse(403, "AUTH-003");
        }
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_role_that_may_not_is_refused(string name)
    {
        ApiServer server = await ServerAsync();
        bool reads = Operation.Of(name).Method == HttpMethod.Get;
        string path = Operation.Of(name).Path;
        string role = !reads ? Roles.Viewer
            : path.StartsWith("/metrics", StringComparison.Ordinal) || path.EndsWith("/statistics", StringComparison.Ordinal) ? ""
            : Roles.Supervisor;
        if (role.Length > 0)
        {
            (await server.SendAsync(Request(name, await server.KeyAsync(ApiServer.North, role)))).ShouldRefuse(403, "AUTH-002");
        }
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task The_platform_administrator_sees_no_tenant(string name)
    {
        ApiServer server = await ServerAsync();
        string platform = await server.KeyAsync(PlatformTenant.Id.Value, Roles.Platform);

        (await server.SendAsync(Request(name, platform))).ShouldRefuse(403, "AUTH-003");
        (await server.SendAsync(Request(name, platform, "$platform"))).ShouldRefuse(403, "AUTH-003");
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_parameter_that_does_not_exist_is_named(string name)
    {
        ApiServer server = await ServerAsync();

        Answer answer = await server.SendAsync(Request(name, await server.KeyAsync(ApiServer.North, Roles.Admin), more: "?sevrity=HIGH"));

        ((string)answer.ShouldRefuse(400, "HTTP-007")["errors"]![0]!["parameter"]!).ShouldBe("sevrity");
    }

    [Theory, MemberData(nameof(Posting))]
    public async Task A_body_that_cannot_be_read_is_refused(string name)
    {
        ApiServer server = await ServerAsync();
        (byte[] Body, string? Type, int Status, string Code)[] bad =
        [
            ([], "application/json", 400, "INPUT-002"),
            ("  \n"u8.ToArray(), "application/json", 400, "INPUT-002"),
            ("{\"a\":"u8.ToArray(), "application/json", 400, "INPUT-003"),
            ("{}"u8.ToArray(), null, 415, "HTTP-006"),
            ("{}"u8.ToArray(), "text/plain", 415, "HTTP-006"),
            ("{}"u8.ToArray(), "application/xml", 415, "HTTP-006"),
            ("{}"u8.ToArray(), "application/json; charset=utf-16", 415, "HTTP-006"),
            (new byte[10_000_001], "application/json", 413, "HTTP-005"),
        ];
        foreach ((byte[] body, string? type, int status, string code) in bad)
        {
            HttpRequestMessage request = Request(name, await server.KeyAsync(ApiServer.North, Roles.Admin));
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);

            (await server.SendAsync(request)).ShouldRefuse(status, code);
        }
    }

    [Theory, MemberData(nameof(Reading))]
    public async Task What_is_read_can_be_asked_for_by_head(string name)
    {
        ApiServer server = await ServerAsync();
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        HttpRequestMessage request = Request(name, key);
        request.Method = HttpMethod.Head;

        Answer head = await server.SendAsync(request);

        head.Status.ShouldBe((await server.SendAsync(Request(name, key))).Status);
        head.Bytes.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_method_that_the_route_does_not_take_is_refused(string name)
    {
        ApiServer server = await ServerAsync();
        HttpRequestMessage request = Request(name, await server.KeyAsync(ApiServer.North, Roles.Operator));
        request.Method = HttpMethod.Delete;

        Answer answer = await server.SendAsync(request);

        answer.ShouldRefuse(405, "HTTP-004");
        answer.ContentHeaders.Allow.ShouldContain(Operation.Of(name).Method.Method);
    }

    [Theory, MemberData(nameof(Closed))]
    public async Task A_key_works_in_every_place_it_may_stand_and_under_both_prefixes(string name)
    {
        ApiServer server = await ServerAsync();
        string key = await server.KeyAsync(ApiServer.North, Roles.Admin);
        AuthenticationHeaderValue[] ways =
        [
            new("Bearer", key), new("bearer", key), new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("alertmanager:" + key))), new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(":" + key))),
        ];
        foreach (string prefix in (string[])["", "/api/v1"])
        {
            foreach (AuthenticationHeaderValue way in ways)
            {
                HttpRequestMessage request = Request(name, prefix: prefix);
                request.Headers.Authorization = way;

                ((int)(await server.SendAsync(request)).Status).ShouldNotBeOneOf(401, 403, 405, 500);
            }
        }
    }

    [Theory, MemberData(nameof(Open))]
    public async Task An_open_route_answers_everybody(string name)
    {
        Answer answer = await (await ServerAsync()).SendAsync(Request(name));

        // A page's address without its slash leads to the page.
        ((int)answer.Status).ShouldBe(Operation.Of(name).Path == "/docs" ? 301 : 200);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [Fact]
    public async Task A_path_without_a_route_is_unknown_to_whoever_is_somebody()
    {
        ApiServer server = await ServerAsync();

        (await server.GetAsync("/no/such/thing")).ShouldRefuse(404, "HTTP-002");
        (await server.GetAsync("/api/v1/api/v1/exceptions/NORTH")).ShouldRefuse(404, "HTTP-002");
        (await server.SendAsync(HttpMethod.Get, "/no/such/thing", null, null)).ShouldRefuse(401, "AUTH-001");
    }

    [Fact]
    public void Every_operation_is_in_the_matrix() => Operations.Count.ShouldBeGreaterThanOrEqualTo(8);

    private static HttpRequestMessage Request(string name, string? key = null, string tenant = ApiServer.North, string more = "", string prefix = "")
    {
        Operation operation = Operation.Of(name);
        string path = operation.Path;
        foreach ((string parameter, string value) in (ReadOnlySpan<(string, string)>)
            [("{tenantId}", tenant), ("{exceptionId}", "E-1"), ("{domain}", "Parcels"), ("{toolId}", "NORTH:Parcels:locate"), ("{executionId}", "0198a000-0000-7000-8000-000000000005"), ("{approvalId}", "0198a000-0000-7000-8000-000000000006")])
        {
            path = path.Replace(parameter, value, StringComparison.Ordinal);
        }

        HttpRequestMessage request = new(operation.Method, prefix + path + more);
        if (operation.HasBody)
        {
            request.Content = new StringContent("{\"sample\":1}", Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("X-API-KEY", key);
        }

        return request;
    }

    private static List<Operation> Read()
    {
        JsonNode document = JsonNode.Parse(File.ReadAllText(Path.Combine(RunFolder.Root, "docs", "openapi.json")))!;
        List<Operation> found = [];
        foreach ((string path, JsonNode? item) in document["paths"]!.AsObject())
        {
            foreach ((string method, JsonNode? operation) in item!.AsObject())
            {
                found.Add(new Operation((string)operation!["operationId"]!, new HttpMethod(method.ToUpperInvariant()), path, operation["security"] is JsonArray { Count: > 0 }));
            }
        }

        return found;
    }

    private sealed record Operation(string Name, HttpMethod Method, string Path, bool IsClosed)
    {
        public bool HasBody => Method != HttpMethod.Get;

        public static Operation Of(string name) => Operations.Single(operation => operation.Name == name);
    }
}
