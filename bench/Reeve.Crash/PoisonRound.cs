using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Reeve.Crash;

/// <summary>
/// One batch of 256 with one exception whose decision kills the process, sent as a client does until it is acknowledged, to a server that is started again
/// whenever it died: the other 255 must be decided, and it alone escalated undecided, within three restarts.
/// </summary>
internal sealed class PoisonRound(CrashOptions options, TextWriter progress)
{
    private const int Batch = 256;
    private const int MostRestarts = 3;

    private static readonly TimeSpan Within = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };

    internal async Task<CrashReport> RunAsync(CancellationToken cancellationToken)
    {
        CrashReport report = new() { Campaign = options.Name + " poison", Seed = options.Seed, Rounds = 1 };
        await using OwnServer? own = options.Store == "postgres" ? await OwnServer.StartAsync(cancellationToken) : null;
        await using CrashStore store = await CrashStore.CreateAsync(
            options, options.IsFile ? null : own?.Superuser ?? options.Store["postgres:".Length..], options.Seed, cancellationToken);
        await using Node node = new(store, [Node.Program("Reeve.Crash"), PoisonedHost.Word]);
        (string tenant, string key) = store.Keys[0];
        Random dice = new(options.Seed);
        string poison = $"P-{dice.Next(Batch)}";
        string[] items = [.. Enumerable.Range(0, Batch).Select(i => Parcel.Item(dice, "P", i, hasId: true))];
        int at = Array.FindIndex(items, item => item.Contains($"\"{poison}\"", StringComparison.Ordinal));
        items[at] = items[at].Replace("left with neighbour", PoisonedHost.Mark, StringComparison.Ordinal);
        byte[] body = Encoding.UTF8.GetBytes($"[{string.Join(',', items)}]");

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Within);
        bool isAcknowledged = false;
        JsonElement[] decided = [];
        for (int starts = 1; ; starts++)
        {
            if (!await node.StartAsync(limit.Token))
            {
                report.Findings.Add($"the server did not start: {node.LastWords}");
                break;
            }

            try
            {
                isAcknowledged = isAcknowledged || await SendAsync(node.Url!, tenant, key, body, limit.Token); // not null: it answers
                decided = await RestAsync(node.Url!, tenant, key, limit.Token); // not null: as above
                report.Faults["restart"] = starts - 1;
                break;
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
            {
                int died = await node.EndAsync(Within, limit.Token);
                report.Count("death", kills: 1);
                progress.WriteLine($"  start {starts}: died with {died}{(isAcknowledged ? "" : ", before it acknowledged anything")}");
            }
        }

        Judge(report, decided, poison);
        if (await node.DrainAsync() is not 0 and var code)
        {
            report.Findings.Add($"the server ended with {code}: {node.LastWords}");
        }

        using Senders none = new(store, [], options.Seed);
        await new StoreCheck(store, none, report).AfterStopAsync(limit.Token);
        store.IsKept = report.Findings.Count > 0;
        return report;
    }

    private static void Judge(CrashReport report, JsonElement[] decided, string poison)
    {
        report.Acknowledged = Batch;
        report.Checked = decided.Length;
        foreach (IGrouping<string, JsonElement> status in decided.GroupBy(item => item.GetProperty("resolutionStatus").GetString()!, StringComparer.Ordinal)) // not null: a status
        {
            report.ByStatus[status.Key] = status.Count();
        }

        string[] undecided = [.. decided.Where(item => item.GetProperty("actionability").ValueKind == JsonValueKind.Null).Select(item => $"{item.GetProperty("exceptionId")} {item.GetProperty("resolutionStatus")}")];
        report.EscalatedUndecided = undecided.Length;
        int restarts = report.Faults.GetValueOrDefault("restart", int.MaxValue);
        if (decided.Length != Batch)
        {
            report.Findings.Add($"{decided.Length} exceptions are there, not {Batch}");
        }

        if (undecided is not [var only] || only != poison + " ESCALATED")
        {
            report.Findings.Add($"undecided are {string.Join(", ", undecided)}, not {poison} alone and ESCALATED");
        }

        if (restarts > MostRestarts)
        {
            report.Findings.Add($"it took {restarts} restarts, more than {MostRestarts}");
        }
    }

    private async Task<bool> SendAsync(Uri url, string tenant, string key, byte[] body, CancellationToken cancellationToken)
    {
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(url, "api/v1/exceptions/" + tenant));
            request.Headers.Add("X-API-KEY", key);
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
            string said = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                return true;
            }

            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
            {
                throw new InvalidDataException($"The batch was answered {(int)answer.StatusCode}: {said}");
            }

            await Task.Delay(Between, cancellationToken);
        }
    }

    // Until none is only received.
    private async Task<JsonElement[]> RestAsync(Uri url, string tenant, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(url, $"api/v1/exceptions/{tenant}?limit=1000"));
            request.Headers.Add("X-API-KEY", key);
            using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
            using JsonDocument page = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            if (answer.IsSuccessStatusCode)
            {
                JsonElement[] items = [.. page.RootElement.GetProperty("items").EnumerateArray().Select(item => item.Clone())];
                if (!Array.Exists(items, item => item.GetProperty("resolutionStatus").GetString() == "OPEN" && item.GetProperty("actionability").ValueKind == JsonValueKind.Null))
                {
                    return items;
                }
            }

            await Task.Delay(Between, cancellationToken);
        }
    }
}
