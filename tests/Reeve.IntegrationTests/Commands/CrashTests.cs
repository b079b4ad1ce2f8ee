using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reeve.IntegrationTests.Commands;

/// <summary>A server that is killed between what it received and what it decides: what it answered is decided once, by its successor.</summary>
public sealed partial class CrashTests : IDisposable
{
    private const int Sent = 256;

    private static readonly string Sample = File.ReadLines(Path.Combine(Repository.Root, "packs", "finance", "exceptions.jsonl")).First();

    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_answered_before_each_kill_is_decided_once_by_the_next_start(bool onPostgres)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kills as Linux does.");
        await using StoreUnderTest store = await StoreUnderTest.CreateAsync(here, onPostgres);
        string key = here.Write("master.key", new string('a', 64));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        int before = 0;
        int openBefore = 0;
        for (int life = 0; life < 4; life++)
        {
            using ReeveProgram.Started server = Start(store, key);
            string said = await server.OutputWithAsync("Stop with Ctrl+C");
            (HttpClient client, string route) = Client(said);
            using (client)
            {
                if (life == 0)
                {
                    (before, openBefore) = (await CountAsync(client, route, open: null), await CountAsync(client, route, "OPEN"));
                }

                // After an unclean stop a server receives first: killed at once, it dies with most of it undecided.
                if (life < 3)
                {
                    for (int part = 0; part < 2; part++)
                    {
                        (await SendAsync(client, route, life, part)).ShouldBe(HttpStatusCode.Accepted);
                    }

                    await server.KillAsync();
                    continue;
                }

                // What its predecessors answered, again: nothing is made twice.
                (await SendAsync(client, route, 1, 0)).ShouldBe(HttpStatusCode.Accepted);
                await DecidedAsync(client, route, openBefore);
                (await CountAsync(client, route, open: null)).ShouldBe(before + (3 * 2 * Sent));
            }

            await server.TerminateAsync();
            (await server.WaitAsync()).ShouldEndWith(0);
        }

        await store.DoneAsync("audit", "verify");
    }

    private static ReeveProgram.Started Start(StoreUnderTest store, string key) => ReeveProgram.Start(
        ["serve", "--demo", "--urls", "http://127.0.0.1:0", "--store", store.Address], ("REEVE__STORAGE__SLOTLEASESECONDS", "3"), ("REEVE_MASTER_KEY_FILE", key));

    private static (HttpClient Client, string Route) Client(string said)
    {
        Match tenant = DemoLine().Matches(said).First(line => line.Groups["id"].Value.Equals("calder-point", StringComparison.Ordinal));
        HttpClient client = new() { Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Add("X-API-Key", tenant.Groups["key"].Value);
        return (client, $"{Address().Match(said).Value}/exceptions/{tenant.Groups["id"].Value}");
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient client, string route, int life, int part)
    {
        string[] items = [.. Enumerable.Range(0, Sent).Select(i => Sample
            .Replace("CA-20261119-000118", $"CA-{life}-{part}-{i}", StringComparison.Ordinal)
            .Replace("SI-88213047", $"SI-{life}-{part}-{i}", StringComparison.Ordinal)
            .Replace("T-5510982", $"T-{life}-{part}-{i}", StringComparison.Ordinal))];
        using StringContent body = new($"[{string.Join(',', items)}]", Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.PostAsync(new Uri(route), body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    // What is decided here does not stay open, as some samples do.
    private static async Task DecidedAsync(HttpClient client, string route, int openBefore)
    {
        while (await CountAsync(client, route, "OPEN") > openBefore)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
        }
    }

    private static async Task<int> CountAsync(HttpClient client, string route, string? open)
    {
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"{route}?limit=1{(open is null ? "" : "&status=" + open)}"), TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using JsonDocument page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return page.RootElement.GetProperty("total").GetInt32();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Address();

    [GeneratedRegex(@"tenant +(?<id>\S+) +key (?<key>rv_\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex DemoLine();
}
