using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reeve.Benchmarks;

namespace Reeve.Crash;

/// <summary>
/// Clients as there are: each sends a request until it is acknowledged, to whichever node answers, with the same body and the same key, gives up waiting
/// after some seconds, and now and then sends again what was acknowledged already. What was acknowledged is noted here, and this process does not die.
/// </summary>
internal sealed class Senders : IDisposable
{
    private const int RepeatedOnceIn = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(150);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue Lines = new("application/jsonl");

    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromSeconds(20) }) { Timeout = Patience };
    private readonly IReadOnlyList<Node> nodes;
    private readonly CrashStore store;
    private readonly int seed;
    private readonly ConcurrentDictionary<(string Tenant, string Id), string> acknowledged = new();
    private readonly ConcurrentQueue<string> findings = new();
    private int turn;
    private long requests;
    private long retries;
    private volatile bool isOver;

    internal Senders(CrashStore store, IReadOnlyList<Node> nodes, int seed)
    {
        this.store = store;
        this.nodes = nodes;
        this.seed = seed;
    }

    /// <summary>The ids that were acknowledged, with the request that each came of.</summary>
    internal IReadOnlyDictionary<(string Tenant, string Id), string> Acknowledged => acknowledged;

    internal IReadOnlyCollection<string> Findings => findings;

    internal long Requests => Interlocked.Read(ref requests);

    internal long Retries => Interlocked.Read(ref retries);

    /// <summary>Has every sender end with the request it is at: that one is sent until it is acknowledged.</summary>
    internal void End() => isOver = true;

    /// <summary>Sends as one of them, until it is to end.</summary>
    internal async Task RunAsync(int sender, CancellationToken cancellationToken)
    {
        Random dice = new(HashCode(seed, sender));
        for (int i = 0; !isOver; i++)
        {
            (string tenant, string key) = store.Keys[dice.Next(store.Keys.Count)];
            Parcel parcel = Parcel.Make(dice, tenant, key, $"R{seed}-{sender}-{i}");
            IReadOnlyList<string> ids = await DeliverAsync(parcel, cancellationToken);
            Note(parcel, ids);
            if (dice.Next(RepeatedOnceIn) == 0 && parcel.IsKnownAgain)
            {
                IReadOnlyList<string> again = await DeliverAsync(parcel, cancellationToken);
                if (!again.SequenceEqual(ids, StringComparer.Ordinal))
                {
                    findings.Enqueue($"{parcel.Name} ({parcel.What}) was acknowledged with other ids when it was sent again: {ids[0]}, then {again[0]}");
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(80)), cancellationToken);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>Asks any node until one answers.</summary>
    internal async Task<JsonDocument> GetAsync(string path, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Next() is { } url)
            {
                try
                {
                    using HttpRequestMessage request = new(HttpMethod.Get, new Uri(url, path));
                    request.Headers.Add("X-API-KEY", key);
                    using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
                    if (answer.IsSuccessStatusCode)
                    {
                        return JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
                    }
                }
                catch (Exception failure) when (IsLost(failure, cancellationToken))
                {
                    // Asked again.
                }
            }

            await Task.Delay(AfterFailure, cancellationToken);
        }
    }

    private static int HashCode(int seed, int sender) => unchecked((seed * 7919) + (sender * 104_729));

    private static bool IsLost(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException or JsonException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private void Note(Parcel parcel, IReadOnlyList<string> ids)
    {
        Interlocked.Increment(ref requests);
        if (ids.Count != parcel.Count)
        {
            findings.Enqueue($"{parcel.Name} ({parcel.What}): {parcel.Count} were sent and {ids.Count} acknowledged");
        }

        foreach (string id in ids)
        {
            if (!acknowledged.TryAdd((parcel.Tenant, id), parcel.Name))
            {
                findings.Enqueue($"{parcel.Name} ({parcel.What}) was acknowledged with {id}, which {acknowledged[(parcel.Tenant, id)]} has");
            }
        }
    }

    private async Task<IReadOnlyList<string>> DeliverAsync(Parcel parcel, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            if (attempt > 0)
            {
                Interlocked.Increment(ref retries);
                await Task.Delay(AfterFailure, cancellationToken);
            }

            if (Next() is not { } url)
            {
                continue;
            }

            try
            {
                if (await TryAsync(url, parcel, cancellationToken) is { } ids)
                {
                    return ids;
                }
            }
            catch (Exception failure) when (IsLost(failure, cancellationToken))
            {
                // No answer, or half of one: whether it was taken is not known. The same again.
            }
        }
    }

    // Null: to be sent again.
    private async Task<IReadOnlyList<string>?> TryAsync(Uri url, Parcel parcel, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(url, "api/v1/exceptions/" + parcel.Tenant));
        request.Headers.Add("X-API-KEY", parcel.Key);
        if (parcel.IdempotencyKey is { } given)
        {
            request.Headers.Add("Idempotency-Key", given);
        }

        request.Content = new ByteArrayContent(parcel.Body) { Headers = { ContentType = parcel.IsStream ? Lines : Json } };
        using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests or HttpStatusCode.Conflict))
            {
                findings.Enqueue($"{parcel.Name} ({parcel.What}) was answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(body)}");
            }

            return null;
        }

        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement root = document.RootElement;
        if (root.GetProperty("refused").GetInt64() > 0)
        {
            string[] codes = [.. root.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("code").GetString()!).Distinct(StringComparer.Ordinal)]; // not null: every error has one
            if (codes is not ["REC-008"])
            {
                findings.Enqueue($"{parcel.Name} ({parcel.What}): items were refused with {string.Join(", ", codes)}");
            }

            return null;
        }

        return root.GetProperty("exceptionIds") is { ValueKind: JsonValueKind.Array } ids
            ? [.. ids.EnumerateArray().Select(id => id.GetString()!)] // not null: nothing was refused
            : await ImportedAsync(parcel, root.GetProperty("importId").GetString()!, cancellationToken); // not null: a stream is an import
    }

    // A stream is answered with counts; what became of each item is asked for. Its items are durable; that it ended may be written a moment later, when the
    // database was away just then, and is looked at when the store has come to rest.
    private async Task<IReadOnlyList<string>> ImportedAsync(Parcel parcel, string import, CancellationToken cancellationToken)
    {
        using JsonDocument detail = await GetAsync($"api/v1/exceptions/{parcel.Tenant}/imports/{import}?limit=10000", parcel.Key, cancellationToken);
        return [.. detail.RootElement.GetProperty("results").EnumerateArray().Select(item => item.GetProperty("exceptionId").GetString() ?? "refused")];
    }

    private Uri? Next()
    {
        int first = Interlocked.Increment(ref turn);
        for (int i = 0; i < nodes.Count; i++)
        {
            if (nodes[(int)((uint)(first + i) % (uint)nodes.Count)].Url is { } url)
            {
                return url;
            }
        }

        return null;
    }
}

/// <summary>One request: what is sent again is the same to the byte.</summary>
internal sealed record Parcel
{
    private const int MostOfBatch = 100;
    private const int MostOfStream = 300;

    internal required string Name { get; init; }

    internal required string Tenant { get; init; }

    internal required string Key { get; init; }

    internal required string? IdempotencyKey { get; init; }

    internal required bool IsStream { get; init; }

    /// <summary>Whether its items have ids of their own.</summary>
    internal required bool HasIds { get; init; }

    internal required int Count { get; init; }

    internal required byte[] Body { get; init; }

    /// <summary>Whether it makes nothing when it is sent again.</summary>
    internal bool IsKnownAgain => HasIds || IdempotencyKey is not null;

    internal string What => $"{(IsStream ? "stream" : Count == 1 ? "single" : "batch")} of {Count}, {(HasIds ? "own ids" : "no ids")}, {(IdempotencyKey is null ? "no key" : "key")}";

    internal static Parcel Make(Random dice, string tenant, string key, string name)
    {
        int kind = dice.Next(10);
        bool isStream = kind >= 8;
        int count = kind < 5 ? 1 : isStream ? dice.Next(1, MostOfStream + 1) : dice.Next(2, MostOfBatch + 1);
        bool hasIds = dice.Next(2) == 0;
        bool hasKey = !hasIds || dice.Next(3) == 0;
        string[] items = [.. Enumerable.Range(0, count).Select(i => Item(dice, name, i, hasIds))];
        return new Parcel
        {
            Name = name,
            Tenant = tenant,
            Key = key,
            IdempotencyKey = hasKey ? "key-" + name : null,
            IsStream = isStream,
            HasIds = hasIds,
            Count = count,
            Body = Encoding.UTF8.GetBytes(isStream ? string.Join('\n', items) : count == 1 ? items[0] : $"[{string.Join(',', items)}]"),
        };
    }

    /// <summary>An exception of today, of one of several kinds, so that they end in several ways.</summary>
    internal static string Item(Random dice, string name, int i, bool hasId)
    {
        string text = Encoding.UTF8.GetString(BenchPack.Raw).ReplaceLineEndings("")
            .Replace("\"exceptionId\":\"EX-000123\",", hasId ? $"\"exceptionId\":\"{name}-{i}\"," : "", StringComparison.Ordinal)
            .Replace("P-889123", $"P-{name}-{i}", StringComparison.Ordinal)
            .Replace("2026-11-20T08:55:12.123456Z", TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return dice.Next(12) switch
        {
            0 => text.Replace("1250.75", "2000000", StringComparison.Ordinal),
            1 => text.Replace("EUR", "XXX", StringComparison.Ordinal),
            2 => text.Replace("DELAYED", "TYPE_3", StringComparison.Ordinal),
            _ => text,
        };
    }
}
