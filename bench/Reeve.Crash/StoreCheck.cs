using System.Diagnostics;
using System.Text.Json;

namespace Reeve.Crash;

/// <summary>What must hold of a store when nothing breaks any more, by the API and the command line; what may be stuck is counted in the tables.</summary>
internal sealed class StoreCheck(CrashStore store, Senders senders, CrashReport report)
{
    // Of each tenant, so many of those that were escalated undecided are looked at.
    private const int Looked = 20;

    /// <summary>How long it may take until nothing is left: what a dead node had is taken a lease and some seconds after, and decided one by one.</summary>
    internal TimeSpan RestsWithin { get; init; } = TimeSpan.FromMinutes(3);

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        await RestAsync(cancellationToken);
        Dictionary<(string Tenant, string Id), int> there = [];
        foreach ((string tenant, string key) in store.Keys)
        {
            List<string> undecided = [];
            Dictionary<string, long> statuses = new(StringComparer.Ordinal);
            await foreach (JsonElement item in ListAsync(tenant, key, cancellationToken))
            {
                string id = item.GetProperty("exceptionId").GetString()!; // not null: the key of the row
                string status = item.GetProperty("resolutionStatus").GetString()!; // not null: a status
                bool isUnjudged = item.GetProperty("actionability").ValueKind == JsonValueKind.Null;
                there[(tenant, id)] = there.GetValueOrDefault((tenant, id)) + 1;
                statuses[status] = statuses.GetValueOrDefault(status) + 1;

                // OPEN is final for what needs nothing done: then Policy has said so. OPEN without that was received and never decided.
                if (status == "OPEN" && isUnjudged)
                {
                    report.Findings.Add($"{tenant} {id} is not decided");
                }
                else if (status == "ESCALATED" && isUnjudged)
                {
                    undecided.Add(id);
                }
            }

            report.EscalatedUndecided += undecided.Count;
            foreach (string id in undecided.Take(Looked))
            {
                using JsonDocument detail = await senders.GetAsync($"api/v1/exceptions/{tenant}/{id}", key, cancellationToken);
                if (!detail.RootElement.GetRawText().Contains("PIPE-007", StringComparison.Ordinal))
                {
                    report.Findings.Add($"{tenant} {id} is escalated undecided, and not because it was there when nodes died (PIPE-007)");
                }
            }

            await CompareCountersAsync(tenant, key, statuses, cancellationToken);
        }

        report.Checked += there.Count;
        CompareIds(there);
        await VerifyAsync(cancellationToken);
    }

    /// <summary>After every node stopped in order: nothing is owned by anybody.</summary>
    internal async Task AfterStopAsync(CancellationToken cancellationToken)
    {
        Add(await store.NumberAsync("select count(*) from inbox", cancellationToken), "rows are in the inbox of a store that nobody uses");
        Add(await store.NumberAsync("select count(*) from imports where state = 'RUNNING'", cancellationToken), "imports run in a store that nobody uses");
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        long inbox;
        long imports;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
            inbox = await store.NumberAsync("select count(*) from inbox", cancellationToken);
            imports = await store.NumberAsync("select count(*) from imports where state = 'RUNNING'", cancellationToken);
        }
        while (inbox + imports > 0 && Stopwatch.GetElapsedTime(began) < RestsWithin);

        Add(inbox, $"rows are still in the inbox {RestsWithin.TotalSeconds:N0} s after the last fault");
        Add(imports, $"imports still run {RestsWithin.TotalSeconds:N0} s after the last fault");
        report.LongestRest = Math.Max(report.LongestRest, Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 1));
    }

    private async IAsyncEnumerable<JsonElement> ListAsync(string tenant, string key, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            using JsonDocument page = await senders.GetAsync($"api/v1/exceptions/{tenant}?limit=2000{(cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor))}", key, cancellationToken);
            foreach (JsonElement item in page.RootElement.GetProperty("items").EnumerateArray())
            {
                yield return item;
            }

            cursor = page.RootElement.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
    }

    private void CompareIds(Dictionary<(string Tenant, string Id), int> there)
    {
        const int Shown = 10;
        string[] lost = [.. senders.Acknowledged.Where(ack => !there.ContainsKey(ack.Key)).Select(ack => $"{ack.Key.Tenant} {ack.Key.Id} of {ack.Value}")];
        string[] twice = [.. there.Where(item => item.Value > 1).Select(item => $"{item.Key.Tenant} {item.Key.Id}")];

        // Every request was acknowledged in the end, so what nobody was told of was made by a request that made another one, too.
        string[] untold = [.. there.Keys.Where(item => !senders.Acknowledged.ContainsKey(item)).Select(item => $"{item.Tenant} {item.Id}")];
        Tell(lost, "acknowledged, and not there");
        Tell(twice, "listed twice");
        Tell(untold, "there, and never acknowledged: made twice of one request");

        void Tell(string[] ids, string what)
        {
            if (ids.Length > 0)
            {
                report.Findings.Add($"{ids.Length} {what}: {string.Join(", ", ids.Take(Shown))}");
            }
        }
    }

    private async Task CompareCountersAsync(string tenant, string key, Dictionary<string, long> statuses, CancellationToken cancellationToken)
    {
        using JsonDocument figures = await senders.GetAsync($"api/v1/metrics/{tenant}", key, cancellationToken);
        long counted = figures.RootElement.GetProperty("exceptionCount").GetInt64();
        if (counted != statuses.Values.Sum())
        {
            report.Findings.Add($"{tenant} has {statuses.Values.Sum()} exceptions and counts {counted}");
        }

        foreach (JsonProperty status in figures.RootElement.GetProperty("byStatus").EnumerateObject())
        {
            long listed = statuses.GetValueOrDefault(status.Name);
            if (status.Value.GetInt64() != listed)
            {
                report.Findings.Add($"{tenant} has {listed} exceptions that are {status.Name} and counts {status.Value.GetInt64()}");
            }

            report.ByStatus[status.Name] = report.ByStatus.GetValueOrDefault(status.Name) + listed;
        }
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        (int code, string output, string talk) = await Node.RunAsync(store, ["audit", "verify", "-o", "json"], cancellationToken);
        if (code != 0)
        {
            report.Findings.Add($"audit verify ended with {code}: {(output.Length > 2_000 ? output[..2_000] : output)} {talk}");
            return;
        }

        using JsonDocument verified = JsonDocument.Parse(output);
        report.Events += verified.RootElement.GetProperty("events").GetInt64();
    }

    private void Add(long count, string what)
    {
        if (count > 0)
        {
            report.Findings.Add($"{count} {what}");
        }
    }
}
