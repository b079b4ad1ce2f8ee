using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Reeve.Governance.Access;
using Reeve.Governance.Identity;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Api;

/// <summary>JSON Lines: of any length, read no faster than they are stored, answered at their end.</summary>
[Collection(ApiTests.Name)]
public sealed class StreamTests(ApiServers servers)
{
    private const string Path = "/exceptions/NORTH";

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task Lines_are_counted_and_the_bad_ones_are_told_by_index(Dialect dialect)
    {
        ApiServer server = await servers.OfAsync(dialect);
        string lines = RunFolder.Good + "\n\n{\"rawPayload\":\r\n17\n" + RunFolder.Good + "\r\n{\"tenantId\":\"SOUTH\",\"rawPayload\":{}}";

        Answer answer = await server.PostAsync(Path, Encoding.UTF8.GetBytes(lines), "application/x-ndjson");

        JsonNode found = answer.ShouldBe(202);
        ((int)found["items"]!, (int)found["accepted"]!, (int)found["refused"]!).ShouldBe((5, 2, 3));
        found["errors"]!.AsArray().Select(error => ((int)error!["index"]!, (string)error["code"]!)).ShouldBe([(1, "INPUT-003"), (2, "INTAKE-001"), (4, "INTAKE-005")]);
        answer.Headers.GetValues("Reeve-Import-Id").ShouldBe([(string)found["importId"]!]);
    }

    [Fact]
    public async Task Of_many_bad_lines_a_hundred_are_listed_and_all_are_counted()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        JsonNode problem = (await server.PostAsync(Path, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("17\n", 250))), "application/jsonl")).ShouldRefuse(422, "INTAKE-001");

        problem["errors"]!.AsArray().Count.ShouldBe(100);
        ((int)problem["refused"]!).ShouldBe(250);
    }

    [Fact]
    public async Task Nothing_at_all_is_refused()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        (await server.PostAsync(Path, "\n \n"u8.ToArray(), "application/jsonl")).ShouldRefuse(400, "INPUT-002");
        (await server.PostAsync(Path, "{\n{\n"u8.ToArray(), "application/jsonl")).ShouldRefuse(400, "INPUT-003");
    }

    [Fact]
    public async Task The_import_of_one_idempotency_key_has_one_id()
    {
        ApiServer server = await servers.OfAsync(Dialect.Sqlite);

        string first = await ImportAsync(server, "k-1");
        string again = await ImportAsync(server, "k-1");
        string other = await ImportAsync(server, "k-2");

        again.ShouldBe(first);
        other.ShouldNotBe(first);
        (await ImportAsync(server, null)).ShouldNotBe(await ImportAsync(server, null));
    }

    [Theory, ClassData(typeof(DatabaseKinds))]
    public async Task A_key_that_is_revoked_in_the_middle_of_a_stream_brings_in_nothing_more(Dialect dialect)
    {
        await using ApiServer server = await ApiServer.StartAsync(dialect);
        (ApiKey key, string text) = await server.NewKeyAsync(ApiServer.North, Roles.Operator);
        using Lines content = new(1_200)
        {
            Before = async i =>
            {
                if (i == 1_100)
                {
                    // The first 1,024, which are decided together, are stored: the stream is under way.
                    while ((long)(await server.GetAsync("/metrics/NORTH")).ShouldBe(200)["exceptionCount"]! == 0)
                    {
                        TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                    }

                    await server.RevokeAsync(key);
                }
            },
        };

        Answer answer = await SendAsync(server, content, text);

        JsonNode problem = answer.ShouldRefuse(401, "AUTH-001");
        ((long)problem["items"]!).ShouldBeInRange(1_024, 1_100);
        answer.Headers.WwwAuthenticate.ShouldNotBeEmpty();
        ((long)(await server.GetAsync("/metrics/NORTH")).ShouldBe(200)["exceptionCount"]!).ShouldBe((long)problem["accepted"]!);
    }

    internal static async Task<Answer> SendAsync(ApiServer server, Lines content, string key, string? idempotencyKey = null, CancellationTokenSource? leave = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = content };
        request.Headers.Add("X-API-KEY", key);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await server.SendAsync(request, leave);
    }

    private static async Task<string> ImportAsync(ApiServer server, string? idempotencyKey)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Path) { Content = new StringContent(RunFolder.Good, Encoding.UTF8, "application/jsonl") };
        request.Headers.Add("X-API-KEY", await server.KeyAsync(ApiServer.North, Roles.Operator));
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return (string)(await server.SendAsync(request)).ShouldBe(202)["importId"]!;
    }

    // Written as they are sent: nobody holds them all.
    internal sealed class Lines(int count) : HttpContent
    {
        private static readonly string Filler = new('x', 2_000);

        public long Bytes { get; private set; }

        /// <summary>Done before each line, by its number from 0; all lines before are on their way.</summary>
        public required Func<int, Task> Before { get; init; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < count; i++)
            {
                await stream.FlushAsync();
                await Before(i);
                byte[] line = Encoding.UTF8.GetBytes($"{{\"exceptionType\":\"DELAYED\",\"rawPayload\":{{\"parcel\":\"S-{i}\",\"hoursLate\":5,\"notes\":\"{Filler}\",\"tags\":[]}}}}\n");
                Bytes += line.Length;
                await stream.WriteAsync(line);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
