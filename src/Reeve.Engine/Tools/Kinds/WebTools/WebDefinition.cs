using System.Buffers;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.WebTools;

/// <summary>How a tool is called over HTTP, read from what its pack says. Reading notes every problem; only a definition without any is called.</summary>
internal sealed class WebDefinition
{
    internal const string SecretScheme = "secret://";

    // Ours to set, or of the connection and not of the call.
    private static readonly string[] FixedHeaders =
    [
        "host", "connection", "keep-alive", "upgrade", "te", "trailer", "transfer-encoding", "expect", "cookie", "traceparent", "tracestate",
        "webhook-id", "webhook-timestamp", "webhook-signature", "accept-encoding",
    ];

    private static readonly SearchValues<char> TokenChars = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly DefinitionProblems problems;
    private readonly ToolDefinition tool;

    internal WebDefinition(ToolDefinition tool, OutboundGuard guard)
    {
        this.tool = tool;
        problems = new DefinitionProblems(tool);
        MapValue? configured = tool.Binding["endpointConfig"].MapOrNull();
        Method = new HttpMethod((configured?["method"].StringOrNull() ?? "POST").ToUpperInvariant());
        AllowHosts = DefinitionProblems.Texts(tool.Binding["allowHosts"]);
        Headers = ReadHeaders(configured?["headers"].MapOrNull());
        Auth = ReadAuth();
        Endpoint = ReadEndpoint(guard);
        if (!HasOwnHeaderName(tool.IdempotencyHeader))
        {
            Problem("/idempotencyHeader", $"{Shown.Name(tool.IdempotencyHeader)} is not a header that a tool sets.");
        }

        if (tool.Type == ToolType.Webhook && !HasBody)
        {
            Problem("/endpointConfig/method", "A webhook is sent with a body: POST, PUT or PATCH.");
        }
    }

    /// <summary>What keeps it from being called.</summary>
    internal IReadOnlyList<ReeveError> Problems => problems.All;

    internal HttpMethod Method { get; }

    /// <summary>Whether arguments travel in a body; else in the query.</summary>
    internal bool HasBody => Method != HttpMethod.Get && Method != HttpMethod.Head && Method != HttpMethod.Delete;

    internal EndpointTemplate? Endpoint { get; }

    /// <summary>Headers as written; a value may end in a reference to a secret.</summary>
    internal IReadOnlyList<(string Name, string Value)> Headers { get; }

    internal WebAuth Auth { get; }

    internal IReadOnlyList<string> AllowHosts { get; }

    /// <summary>Whether an answer must be JSON.</summary>
    internal bool WantsJson => tool.OutputSchema is not null || tool.Returns.Length > 0;

    private EndpointTemplate? ReadEndpoint(OutboundGuard guard)
    {
        if (tool.Endpoint is not { Length: > 0 } text)
        {
            problems.Missing($"The tool {Shown.Name(tool.Name.Value)} has no endpoint.", "/endpoint");
            return null;
        }

        if (EndpointTemplate.Read(text, problems) is not { } endpoint)
        {
            return null;
        }

        if (guard.Problem(endpoint.Place, AllowHosts) is { } refused)
        {
            problems.Add(refused, "/endpoint");
        }

        if (Auth is WebAuth.OAuth { TokenUrl: var url } && guard.Problem(new Uri(url), AllowHosts) is { } elsewhere)
        {
            problems.Add(elsewhere, "/auth/tokenUrl");
        }

        return endpoint;
    }

    private List<(string Name, string Value)> ReadHeaders(MapValue? headers)
    {
        List<(string, string)> read = [];
        for (int i = 0; i < (headers?.Count ?? 0); i++)
        {
            string name = PlainJson.KeyAt(headers!, i);
            string pointer = JsonPointer.Of("/endpointConfig/headers", [name]);
            string value = headers!.ValueAt(i).StringOrNull() ?? "";
            if (!HasOwnHeaderName(name))
            {
                Problem(pointer, $"{Shown.Name(name)} is not a header that a tool sets.");
            }
            else if (!IsHeaderValue(value))
            {
                Problem(pointer, "A header is one line of ASCII.");
            }
            else if (Redactor.IsSecretName(name) && !value.Contains(SecretScheme, StringComparison.Ordinal))
            {
                Problem(pointer, "This must hold a reference to a secret, not the secret.");
            }
            else
            {
                read.Add((name, value));
            }
        }

        return read;
    }

    private WebAuth ReadAuth()
    {
        MapValue? auth = tool.Binding["auth"].MapOrNull();
        string type = tool.Binding["authType"].StringOrNull() ?? auth?["type"].StringOrNull() ?? "none";
        string Text(string member) => auth?[member].StringOrNull() ?? "";
        switch (type)
        {
            case "api_key" when tool.Type == ToolType.Webhook:
                Need("/auth/secret", Text("secret"));
                if (Text("header").Length > 0)
                {
                    Problem("/auth/header", "The secret of a webhook signs; a key of its own stands in endpointConfig.headers.");
                }

                return new WebAuth.Signature(Text("secret"));
            case "api_key":
                Need("/auth/secret", Text("secret"));
                string header = Text("header") is { Length: > 0 } given ? given : "X-API-Key";
                if (!HasOwnHeaderName(header))
                {
                    Problem("/auth/header", $"{Shown.Name(header)} is not a header that a tool sets.");
                }

                return new WebAuth.ApiKey(header, Text("secret"));
            case "oauth":
                Need("/auth/clientId", Text("clientId"));
                Need("/auth/clientSecret", Text("clientSecret"));
                if (Uri.TryCreate(Text("tokenUrl"), UriKind.Absolute, out _))
                {
                    return new WebAuth.OAuth(Text("tokenUrl"), Text("clientId"), Text("clientSecret"), Text("scope"));
                }

                Need("/auth/tokenUrl", "");
                return new WebAuth.Nothing();
            default: return new WebAuth.Nothing();
        }
    }

    private void Need(string pointer, string value)
    {
        if (value.Length == 0)
        {
            Problem(pointer, "The tool's auth needs this.");
        }
    }

    private void Problem(string pointer, string message) => problems.Bad(message, pointer);

    private static bool HasOwnHeaderName(string name) =>
        name.Length > 0 && !name.AsSpan().ContainsAnyExcept(TokenChars)
        && !FixedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)
        && !name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase)
        && (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) || string.Equals(name, "Content-Type", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a text can stand in a header.</summary>
    internal static bool IsHeaderValue(string value) => value.All(c => c is >= ' ' and <= '~' or '\t');
}
