using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Reeve.IntegrationTests.Commands;

/// <summary>A server that is killed in the middle of a stream, and the stream sent again under its key to the next.</summary>
public sealed partial class KilledImportTests : IDisposable
{
    private const int Count = 50_000;
    private const string Tenant = "calder-point";

    private readonly RunFolder here = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_item_is_there_exactly_once(bool postgres)
    {
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, postgres);
        string masterKey = here.Write("master.key", new string('a', 64));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(masterKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        ReeveProgram.Started Serve() => ReeveProgram.Start(
            ["serve", "--demo", "--urls", "http://127.0.0.1:0", "--store", store.Address], ("REEVE_MASTER_KEY_FILE", masterKey), ("REEVE__STORAGE__SLOTLEASESECONDS", "3"));

        long before;
        string key;
        using (ReeveProgram.Started server = Serve())
        {
            (string url, key) = await ReadyAsync(server);
            before = await CountAsync(url, key);
            using Items cut = new(async i =>
            {
                if (i == 30_000)
                {
                    await server.KillAsync();
                }
            });
            await Should.ThrowAsync<HttpRequestException>(() => SendAsync(url, key, cut));
        }

        // With the credential of before: under another the key names another import.
        using ReeveProgram.Started next = Serve();
        (string again, _) = await ReadyAsync(next);
        long there = await CountAsync(again, key) - before;
        JsonNode answer;
        while (true)
        {
            // Until the lease is over, the node that was killed may live for all the database knows.
            using Items whole = new(_ => ValueTask.CompletedTask);
            using HttpResponseMessage response = await SendAsync(again, key, whole);
            answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
            if (response.StatusCode != HttpStatusCode.Conflict)
            {
                response.StatusCode.ShouldBe(HttpStatusCode.Accepted, answer.ToJsonString());
                break;
            }
        }

        there.ShouldBeInRange(1, Count - 1);
        ((long)answer["accepted"]!, (long)answer["repeated"]!, (long)answer["refused"]!).ShouldBe((Count, 0, 0));
        (await CountAsync(again, key)).ShouldBe(before + Count);
        (await IdsAsync(again, key, (string)answer["importId"]!)).Count.ShouldBe(Count);
        await next.TerminateAsync();
        (await next.WaitAsync()).ShouldEndWith(0);
        await store.DoneAsync("audit", "verify");
    }

    private static async Task<(string Url, string Key)> ReadyAsync(ReeveProgram.Started server)
    {
        string said = await server.OutputWithAsync("Stop with Ctrl+C");
        return (Address().Match(said).Value, DemoLine().Matches(said).Single(tenant => tenant.Groups["id"].Value == Tenant).Groups["key"].Value);
    }

    private static async Task<HttpResponseMessage> SendAsync(string url, string key, Items items)
    {
        using HttpClient client = new() { Timeout = TimeSpan.FromMinutes(5) };
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri($"{url}/exceptions/{Tenant}")) { Content = items };
        request.Headers.Add("X-API-Key", key);
        request.Headers.Add("Idempotency-Key", "nightly");
        items.Headers.ContentType = new MediaTypeHeaderValue("application/jsonl");
        return await client.SendAsync(request, Token);
    }

    private static async Task<JsonNode> GetAsync(string url, string key)
    {
        using HttpClient client = new();
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return JsonNode.Parse(await client.GetStringAsync(new Uri(url), Token))!;
    }

    private static async Task<long> CountAsync(string url, string key) => (long)(await GetAsync($"{url}/metrics/{Tenant}", key))["exceptionCount"]!;

    private static async Task<HashSet<string>> IdsAsync(string url, string key, string import)
    {
        HashSet<string> ids = [];
        string cursor = "";
        while (true)
        {
            JsonNode page = await GetAsync($"{url}/exceptions/{Tenant}/imports/{import}?limit=10000{cursor}", key);
            foreach (JsonNode? item in page["results"]!.AsArray())
            {
                ids.Add((string)item!["exceptionId"]!).ShouldBeTrue();
            }

            if (page["next_cursor"] is not { } next)
            {
                return ids;
            }

            cursor = "&cursor=" + (string)next!;
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"tenant +(?<id>\S+) +key (?<key>rv_\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DemoLine();

    // Items without an id of their own, long enough that no buffer on the way holds them.
    private sealed class Items(Func<int, ValueTask> before) : HttpContent
    {
        private static readonly string Filler = new('x', 800);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (int i = 0; i < Count; i++)
            {
                await before(i);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"exceptionType\":\"SETTLEMENT_FAIL\",\"rawPayload\":{{\"n\":{i},\"filler\":\"{Filler}\"}}}}\n")));
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
