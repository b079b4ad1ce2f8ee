using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>
/// The HTTP requests of the library that speaks MCP, sent where tools may be reached and nowhere else. Whoever the caller is proven by is put into each request from the attempt it belongs to, so a
/// connection keeps no secret; and the request that is the call, told by its own body, is the one before whose first byte the gate is asked.
/// </summary>
internal sealed class McpRequests(OutboundClient client, TenantId tenant, IReadOnlyList<string> allowHosts, int messageBytes, TimeProvider clock) : HttpMessageHandler
{
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] Taken =
    [
        "Accept", "Accept-Encoding", "Connection", "Cookie", "Expect", "Host", "Keep-Alive", "Last-Event-ID", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "traceparent", "tracestate",
    ];

    /// <summary>The attempt in whose flow a request is sent; null for what a connection sends by itself.</summary>
    internal static AsyncLocal<McpExchange?> Exchange { get; } = new();

    /// <summary>Whether a header may prove who calls: a header's name, and none that the transport or the protocol sets.</summary>
    internal static bool MaySet(string header) =>
        header.Length > 0 && !header.AsSpan().ContainsAnyExcept(Token)
        && !Taken.Contains(header, StringComparer.OrdinalIgnoreCase) && !header.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase) && !header.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a header can carry a secret: visible characters and spaces between them.</summary>
    internal static bool CanCarry(string value) => value.Length > 0 && value[0] != ' ' && value[^1] != ' ' && !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Loops of a connection run in the flow of the attempt that began it, which may be over.
        McpExchange? exchange = Exchange.Value is { IsOver: false } known ? known : null;
        bool isCall = exchange is not null && await IsCallAsync(request, cancellationToken);
        if (exchange?.Auth is { } auth)
        {
            request.Headers.Remove(auth.Name);
            request.Headers.TryAddWithoutValidation(auth.Name, auth.Value);
        }

        OutboundCall call = new() { TenantId = tenant, AllowHosts = allowHosts, BeforeSending = isCall ? exchange!.BeginAsync : static _ => default }; // not null: a call has one
        HttpResponseMessage response = await client.SendAsync(request, call, cancellationToken);
        if (isCall)
        {
            exchange!.Status = response.StatusCode; // not null: a call has one
            exchange.RetryAfter = Pause(response.Headers.RetryAfter);
        }

        await LimitAsync(response, isCall ? exchange : null, cancellationToken);
        return response;
    }

    // Read before it is sent: the library writes it while it is sent, and then it is too late to know.
    private static async Task<bool> IsCallAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is not { } written)
        {
            return false;
        }

        byte[] body = await written.ReadAsByteArrayAsync(cancellationToken);
        ByteArrayContent content = new(body);
        foreach ((string name, IEnumerable<string> values) in written.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        request.Content = content;
        written.Dispose();
        using JsonDocument message = JsonDocument.Parse(body);
        return message.RootElement.ValueKind == JsonValueKind.Object && message.RootElement.TryGetProperty("method", out JsonElement method) && method.ValueEquals("tools/call");
    }

    private TimeSpan? Pause(RetryConditionHeaderValue? given) =>
        given?.Delta ?? (given?.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - clock.GetUtcNow()).Ticks)) : null);

    // An answer is one message, a stream of events one per line.
    private async Task LimitAsync(HttpResponseMessage response, McpExchange? exchange, CancellationToken cancellationToken)
    {
        HttpContent answer = response.Content;
        bool isStream = answer.Headers.ContentType?.MediaType == "text/event-stream";
        LimitedMessages limited = new(await answer.ReadAsStreamAsync(cancellationToken), messageBytes, isStream)
        {
            WhenOver = () =>
            {
                if (exchange is not null)
                {
                    exchange.IsTooLong = true;
                }
            },
        };
        response.Content = new StreamContent(limited);
        foreach ((string name, IEnumerable<string> values) in answer.Headers)
        {
            response.Content.Headers.TryAddWithoutValidation(name, values);
        }
    }
}
