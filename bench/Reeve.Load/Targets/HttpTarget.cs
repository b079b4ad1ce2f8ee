using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Reeve.Load.Targets;

/// <summary>Servers, asked in turn over connections that stay open.</summary>
internal sealed class HttpTarget : ITarget, IAsyncDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient client;
    private readonly IReadOnlyList<Uri> nodes;
    private readonly string[] keys;
    private readonly Payloads payloads;
    private long sent;

    internal HttpTarget(IReadOnlyList<Uri> nodes, string[] keys, int connections, Payloads payloads)
    {
        this.nodes = nodes;
        this.keys = keys;
        this.payloads = payloads;
        client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = connections, PooledConnectionLifetime = Timeout.InfiniteTimeSpan });
    }

    public async Task<Submitted> SubmitAsync(int tenant, int count, CancellationToken cancellationToken)
    {
        Uri node = nodes[(int)(Interlocked.Increment(ref sent) % nodes.Count)];
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(node, "api/v1/exceptions/" + LoadTenants.Id(tenant)));
        request.Headers.Add("X-API-KEY", keys[tenant]);
        request.Content = new ByteArrayContent(payloads.NextArray(count)) { Headers = { ContentType = Json } };
        using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Accepted)
        {
            return new Submitted(0, answer.StatusCode == HttpStatusCode.TooManyRequests, $"{(int)answer.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
        }

        using JsonDocument document = JsonDocument.Parse(body);
        JsonElement root = document.RootElement;
        return new Submitted(root.GetProperty("accepted").GetInt32() - root.GetProperty("repeated").GetInt32());
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }
}
