using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>What a token is for: one tenant's calls of one tool by one client.</summary>
internal sealed record TokenUse(TenantId TenantId, ToolName Tool, WebAuth.OAuth Client);

/// <summary>Tokens by client credentials (RFC 6749, 4.4), kept until shortly before they end; one is fetched at a time for each use. Thread-safe.</summary>
internal sealed class OAuthTokens(OutboundClient client, TimeProvider clock)
{
    // More uses than this at once are not expected; beyond it all are fetched anew, which is slow and right.
    private const int MostUses = 10_000;
    private const int LargestAnswer = 64 * 1024;

    // Of a token whose life was not said, and what is left of one when it is no longer used: a request takes time, and clocks differ.
    private static readonly TimeSpan UnknownLife = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestMargin = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TokenUse, Entry> entries = new();

    /// <summary>A token that is good for now.</summary>
    /// <param name="use">What for.</param>
    /// <param name="allowHosts">What the tool allows beyond public addresses.</param>
    /// <param name="refused">A token that was refused and is not given again; null when none was.</param>
    /// <param name="secret">The client's secret, asked for only when a token is fetched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The token, and whether it had been used before.</returns>
    /// <exception cref="ReeveException">TOOL-016, TOOL-017, TOOL-020, TOOL-022 or TOOL-025: there is none to be had, and of the tool itself nothing was asked.</exception>
    internal async ValueTask<(string Token, bool IsKept)> GetAsync(
        TokenUse use, IReadOnlyList<string> allowHosts, string? refused, Func<ValueTask<string>> secret, CancellationToken cancellationToken)
    {
        if (entries.Count > MostUses)
        {
            entries.Clear();
        }

        Entry entry = entries.GetOrAdd(use, static _ => new Entry());
        await entry.Turn.WaitAsync(cancellationToken);
        try
        {
            if (entry.Token is { } kept && kept != refused && clock.GetElapsedTime(entry.FetchedAt) < entry.Life)
            {
                return (kept, true);
            }

            long at = clock.GetTimestamp();
            (string token, TimeSpan life) = await FetchAsync(use, allowHosts, await secret(), cancellationToken);
            entry.Token = token;
            entry.FetchedAt = at;
            entry.Life = life;
            return (token, false);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    private async Task<(string Token, TimeSpan Life)> FetchAsync(TokenUse use, IReadOnlyList<string> allowHosts, string secret, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(use.Client, secret);
        OutboundCall call = new() { TenantId = use.TenantId, AllowHosts = allowHosts };
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, call, cancellationToken);
            return await ReadAsync(response, cancellationToken);
        }
        catch (ReeveException fault) when (fault.Error.Kind == ErrorCatalogue.Tools.Broken)
        {
            throw OutboundGuard.NotReached("The connection to the token endpoint ended without a whole answer.");
        }
    }

    // What was sent went to the token endpoint; of the tool nothing was asked, so it was not reached.
    private static async Task<(string Token, TimeSpan Life)> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        if (!response.IsSuccessStatusCode)
        {
            ErrorCode code = status is 429 ? ErrorCatalogue.Tools.Busy : status >= 500 ? ErrorCatalogue.Tools.NotReached : ErrorCatalogue.Tools.Declined;
            throw new ReeveException(new ReeveError(code, $"The token endpoint answered {status}."));
        }

        AnswerBody body = await AnswerBody.ReadAsync(response, LargestAnswer, cancellationToken);
        return body.State == BodyState.Whole && Read(body.Bytes.Span) is { } token ? token : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.Declined, "The token endpoint's answer holds no bearer token."));
    }

    // Id and secret travel as RFC 6749, 2.3.1 has every server understand them.
    private static HttpRequestMessage Request(WebAuth.OAuth given, string secret)
    {
        List<KeyValuePair<string, string>> form = [new("grant_type", "client_credentials")];
        if (given.Scope.Length > 0)
        {
            form.Add(new("scope", given.Scope));
        }

        HttpRequestMessage request = new(HttpMethod.Post, given.TokenUrl) { Content = new FormUrlEncodedContent(form) };
        string pair = $"{Uri.EscapeDataString(given.ClientId)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Reeve");
        return request;
    }

    private static (string Token, TimeSpan Life)? Read(ReadOnlySpan<byte> body)
    {
        MapValue? answer;
        try
        {
            answer = JsonText.Parse(body, JsonLimits.Payload).MapOrNull();
        }
        catch (ReeveException)
        {
            // What is no JSON is no token; what it was is not shown, since it may hold one.
            return null;
        }

        string token = answer?["access_token"].StringOrNull() ?? "";
        bool isBearer = string.Equals(answer?["token_type"].StringOrNull() ?? "bearer", "bearer", StringComparison.OrdinalIgnoreCase);
        if (token.Length == 0 || !isBearer || !WebDefinition.IsHeaderValue(token))
        {
            return null;
        }

        string said = EndpointTemplate.TextOf(answer!["expires_in"]) ?? "";
        TimeSpan life = double.TryParse(said, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 31_536_000
            ? TimeSpan.FromSeconds(seconds)
            : UnknownLife;
        return (token, life - (life / 4 < LongestMargin ? life / 4 : LongestMargin));
    }

    private sealed class Entry
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public string? Token { get; set; }

        public long FetchedAt { get; set; }

        public TimeSpan Life { get; set; }
    }
}
