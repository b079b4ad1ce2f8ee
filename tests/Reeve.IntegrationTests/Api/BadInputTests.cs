using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Storage.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>Bad bytes over HTTP: each is refused with its code, and the server goes on.</summary>
[Collection(ApiTests.Name)]
public sealed class BadInputTests(ApiServers servers)
{
    private const string Path = "/exceptions/NORTH";

    public static TheoryData<string, byte[], int, string> Bad { get; } = new()
    {
        { "a duplicate key", Bytes("""{"rawPayload":{"a":1,"a":2}}"""), 400, "INPUT-006" },
        { "a duplicate key by escape", Bytes("""{"rawPayload":{"a":1,"\u0061":2}}"""), 400, "INPUT-006" },
        { "a NUL", Bytes("""{"rawPayload":{"a":"x\u0000y"}}"""), 400, "INPUT-009" },
        { "a NUL in a key", Bytes("""{"rawPayload":{"a\u0000":1}}"""), 400, "INPUT-009" },
        { "a lone high surrogate", Bytes("""{"rawPayload":{"a":"\ud800"}}"""), 400, "INPUT-009" },
        { "a lone low surrogate", Bytes("""{"rawPayload":{"a":"\udc00x"}}"""), 400, "INPUT-009" },
        { "bytes that are no UTF-8", [.. "{\"rawPayload\":{\"a\":\""u8, 0xFF, 0xFE, .. "\"}}"u8], 400, "INPUT-005" },
        { "an overlong encoding", [.. "{\"rawPayload\":{\"a\":\""u8, 0xC0, 0xAF, .. "\"}}"u8], 400, "INPUT-005" },
        { "a surrogate in UTF-8", [.. "{\"rawPayload\":{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}}"u8], 400, "INPUT-005" },
        { "65 levels", Bytes($$"""{"rawPayload":{{Nested(65)}}}"""), 422, "INTAKE-011" },
        { "100,000 levels", Bytes(new string('[', 100_000)), 400, "INPUT-003" },
        { "100,000 levels of objects", Bytes($$"""{"rawPayload":{{Nested(100_000)}}}"""), 400, "INPUT-007" },
        { "over 1 MiB", Bytes($$$"""{"rawPayload":{"a":"{{{new string('x', 1024 * 1024)}}}"}}"""), 422, "INTAKE-010" },
        { "NaN", Bytes("""{"rawPayload":{"a":NaN}}"""), 400, "INPUT-003" },
        { "infinity", Bytes("""{"rawPayload":{"a":-Infinity}}"""), 400, "INPUT-003" },
        { "a leading zero", Bytes("""{"rawPayload":{"a":012}}"""), 400, "INPUT-003" },
        { "a comment", Bytes("""{"rawPayload":{"a":1/*x*/}}"""), 400, "INPUT-003" },
        { "a trailing comma", Bytes("""{"rawPayload":{"a":1,}}"""), 400, "INPUT-003" },
        { "single quotes", Bytes("{'rawPayload':{}}"), 400, "INPUT-003" },
        { "UTF-16", Encoding.Unicode.GetBytes("""{"rawPayload":{}}"""), 400, "INPUT-003" },
        { "a payload that is no object", Bytes("""{"rawPayload":[1]}"""), 422, "INTAKE-003" },
        { "a time without an offset", Bytes("""{"rawPayload":{},"timestamp":"2026-01-01T00:00:00"}"""), 422, "INTAKE-004" },
        { "an id that nobody sees", Bytes("""{"rawPayload":{},"exceptionId":"a\u200bb"}"""), 422, "INTAKE-006" },
        { "the tenant's id as an exception's", Bytes("""{"rawPayload":{},"exceptionId":"NORTH"}"""), 422, "INTAKE-006" },
    };

    [Theory, MemberData(nameof(Bad))]
    public async Task It_is_refused(string what, byte[] body, int status, string code)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        Answer answer = await server.PostAsync(Path, body, "application/json");

        JsonNode problem = answer.ShouldRefuse(status, code);
        problem["errors"]!.AsArray().Count.ShouldBeGreaterThan(0, what);
        answer.Text.Length.ShouldBeLessThan(4096, "an answer holds no payload");
    }

    [Fact]
    public async Task The_deepest_and_largest_payloads_are_taken()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        (await server.PostAsync(Path, $$"""{"rawPayload":{{Nested(64)}}}""")).ShouldBe(202);
        (await server.PostAsync(Path, $$$"""{"rawPayload":{"a":"{{{new string('x', (1024 * 1024) - 8)}}}"}}""")).ShouldBe(202);
        (await server.PostAsync(Path, """{"rawPayload":{"a":1e400,"b":-0,"c":9223372036854775808,"d":1e-400}}""")).ShouldBe(202);
    }

    [Fact]
    public async Task A_body_over_ten_megabytes_is_refused_however_it_comes()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        byte[] large = [.. "[{\"a\":\""u8, .. Enumerable.Repeat((byte)'x', 10_000_000), .. "\"}]"u8];

        (await server.PostAsync(Path, large, "application/json")).ShouldRefuse(413, "HTTP-005");
        using HttpRequestMessage chunked = new(HttpMethod.Post, Path) { Content = new ByteArrayContent(large) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Headers.Add("X-API-KEY", await server.KeyAsync(ApiServer.North, Roles.Operator));
        chunked.Content.Headers.ContentType = new("application/json");
        (await server.SendAsync(chunked)).ShouldRefuse(413, "HTTP-005");
    }

    [Fact]
    public async Task A_body_that_comes_in_single_bytes_is_read()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        string key = await server.KeyAsync(ApiServer.North, Roles.Operator);
        using TcpClient client = await ConnectAsync(server);
        NetworkStream stream = client.GetStream();
        await WriteAsync(stream, $"POST {Path} HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");

        foreach (byte b in Bytes(RunFolder.Good))
        {
            await WriteAsync(stream, $"1\r\n{(char)b}\r\n");
        }

        await WriteAsync(stream, "0\r\n\r\n");
        (await ReadAllAsync(stream)).ShouldStartWith("HTTP/1.1 202");
    }

    [Theory]
    [InlineData("POST /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400)]
    [InlineData("GET /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nX-API-KEY: {key}\r\nConnection: close\r\n\r\n", 401)]
    [InlineData("GET /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nX-API-KEY: {key}\r\nAuthorization: Bearer other\r\nConnection: close\r\n\r\n", 401)]
    [InlineData("GET /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nAuthorization: Basic %%%\r\nConnection: close\r\n\r\n", 401)]
    [InlineData("GET /exceptions/NORTH HTTP/1.1\r\nHost: x\r\nAuthorization: Digest username=x\r\nConnection: close\r\n\r\n", 401)]
    [InlineData("GET /exceptions/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\nConnection: close\r\n\r\n", 400)]
    public async Task A_request_that_breaks_http_ends_in_a_refusal(string request, int status)
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        using TcpClient client = await ConnectAsync(server);
        NetworkStream stream = client.GetStream();

        await WriteAsync(stream, request.Replace("{key}", await server.KeyAsync(ApiServer.North, Roles.Operator), StringComparison.Ordinal));

        (await ReadAllAsync(stream)).ShouldStartWith("HTTP/1.1 " + status.ToString(CultureInfo.InvariantCulture));
        (await server.GetAsync("/alive")).ShouldBe(200);
    }

    [Fact]
    public async Task Heads_that_are_too_large_are_refused_as_problems()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        using HttpRequestMessage wide = new(HttpMethod.Get, "/alive");
        wide.Headers.Add("X-Filler", new string('x', 40_000));
        using HttpRequestMessage many = new(HttpMethod.Get, "/alive");
        for (int i = 0; i < 120; i++)
        {
            many.Headers.Add($"X-Filler-{i}", "x");
        }

        (await server.SendAsync(wide)).ShouldRefuse(431, "HTTP-008");
        (await server.SendAsync(many)).ShouldRefuse(431, "HTTP-008");
        (await server.SendAsync(HttpMethod.Get, "/alive?" + new string('x', 9000), null, null)).ShouldRefuse(414, "HTTP-009");
    }

    [Fact]
    public async Task Hostile_header_values_end_neither_in_the_answer_nor_unescaped_in_the_log()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        foreach (string value in (string[])["${jndi:ldap://x}", "<script>alert(1)</script>", "'; drop table events; --", "%0d%0aSet-Cookie: a=b", "../../etc/passwd"])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/exceptions/NORTH");
            request.Headers.TryAddWithoutValidation("X-API-KEY", value);
            request.Headers.TryAddWithoutValidation("User-Agent", value);
            request.Headers.TryAddWithoutValidation("Referer", value);
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", value);

            Answer answer = await server.SendAsync(request);

            answer.ShouldRefuse(401, "AUTH-001");
            answer.Text.ShouldNotContain(value);
            server.Logged.ShouldNotContain(value);
        }
    }

    [Fact]
    public async Task A_compressed_body_is_refused_not_misread()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);
        using HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = new ByteArrayContent([0x1F, 0x8B, 8, 0]) };
        request.Content.Headers.ContentType = new("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Add("X-API-KEY", await server.KeyAsync(ApiServer.North, Roles.Operator));

        (await server.SendAsync(request)).ShouldRefuse(415, "HTTP-006");
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // An object is the first level.
    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels - 1)) + "{}" + new string('}', levels - 1);

    private static async Task<TcpClient> ConnectAsync(ApiServer server)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Host.Addresses[0].Port, TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    private static async Task<string> ReadAllAsync(NetworkStream stream)
    {
        using StreamReader reader = new(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
