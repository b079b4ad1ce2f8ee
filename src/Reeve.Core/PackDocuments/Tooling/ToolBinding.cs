using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Tooling;

/// <summary>How a tool is reached and proven: checked here, kept as written (by canonical names) for the call.</summary>
internal sealed class ToolBinding
{
    private readonly List<string> keys = [];
    private readonly List<Value> values = [];

    /// <summary>Where it is called; null when it has no endpoint.</summary>
    internal string? Endpoint { get; private set; }

    /// <summary>The time-out that stands beside the endpoint; null when none does.</summary>
    internal double? TimeoutSeconds { get; private set; }

    /// <summary>The kind that a member such as <c>command</c> implies; null when none does.</summary>
    internal ToolType? Implied { get; private set; }

    internal ObjectMap Map => new([.. keys], [.. values]);

    internal static ToolBinding Read(ObjectFields tool)
    {
        ToolBinding binding = new();
        binding.ReadEndpoint(tool.Find("endpoint"), tool.Find("endpointConfig"));
        binding.ReadAuth(tool.Find("auth"), tool.Find("authType"));
        binding.Keep("allowHosts", tool.Find("allowHosts"), HostsAndPorts);
        binding.Imply(ToolType.Command, binding.Keep("command", tool.Find("command"), Command));
        binding.Imply(ToolType.Mcp, binding.Keep("mcp", tool.Find("mcp"), Mcp));
        binding.Imply(ToolType.Email, binding.Keep("email", tool.Find("email"), Email));
        return binding;
    }

    /// <summary>Reads an endpoint and its auth where a policy gives them; the endpoint must be there.</summary>
    internal static ToolBinding ReadEndpoint(ObjectFields fields)
    {
        ToolBinding binding = new();
        if (ObjectFields.OnlyOne(fields.Find("endpoint"), fields.Find("endpointConfig")) is null)
        {
            fields.Require("endpoint");
        }

        binding.ReadEndpoint(fields.Find("endpoint"), fields.Find("endpointConfig"));
        binding.ReadAuth(fields.Find("auth"), fields.Find("authType"));
        fields.Close();
        return binding;
    }

    /// <summary>Refuses a secret that stands in the text itself.</summary>
    internal static void Secret(Field? field)
    {
        if (field?.Text() is { } text && !text.StartsWith("secret://", StringComparison.Ordinal))
        {
            field.Value.Error(ErrorCatalogue.Packs.SecretInText, "This must be a reference to a secret, not the secret.");
        }
    }

    /// <summary>Refuses what is no absolute http or https address.</summary>
    internal static string? Url(Field? field)
    {
        if (field?.Text() is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp))
        {
            return text;
        }

        field.Value.Error(ErrorCatalogue.Packs.BadFormat, "This is not an absolute address.", "Write it as https://host/path.");
        return null;
    }

    private void ReadEndpoint(Field? endpoint, Field? configured)
    {
        Field? url = endpoint;
        if (configured?.Object() is { } fields)
        {
            url = ObjectFields.OnlyOne(endpoint, fields.Find("url"));
            _ = fields.Find("method")?.OneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD");
            foreach ((string _, Field header) in fields.Find("headers")?.Entries() ?? [])
            {
                _ = header.Prose();
            }

            TimeoutSeconds = fields.Find("timeoutSeconds")?.Number(0.001, 86_400);
            fields.Close();
            Keep("endpointConfig", Value.Of(fields.Canonical()));
        }

        Endpoint = url is { } given ? EndpointText(given) : null;
    }

    // A gRPC endpoint may be host:port; every other is a URL.
    private static string? EndpointText(Field field)
    {
        string? text = field.Value.StringOrNull();
        bool isHostAndPort = text is not null && !text.Contains('/') && IsHostAndPort(text);
        return isHostAndPort ? text : Url(field);
    }

    private void ReadAuth(Field? auth, Field? authType)
    {
        string? type = authType?.OneOf("none", "api_key", "oauth");
        if (auth?.Object() is { } fields)
        {
            Field? inner = ObjectFields.OnlyOne(authType, fields.Find("type"));
            type = inner?.OneOf("none", "api_key", "oauth");
            if (inner is null)
            {
                fields.Require("type");
            }

            if (type is null or "api_key")
            {
                _ = fields.Find("header")?.Text();
                Secret(fields.Find("secret"));
            }

            if (type is null or "oauth")
            {
                Url(fields.Find("tokenUrl"));
                _ = fields.Find("clientId")?.Text();
                Secret(fields.Find("clientSecret"));
                _ = fields.Find("scope")?.Text();
            }

            fields.Close();
            Keep("auth", Value.Of(fields.Canonical()));
        }

        if (type is not null)
        {
            Keep("authType", Value.Of(type));
        }
    }

    private bool Keep(string name, Field? field, Func<Field, Value> read)
    {
        if (field is { } given)
        {
            Keep(name, read(given));
        }

        return field is not null;
    }

    private void Keep(string name, Value value)
    {
        keys.Add(name);
        values.Add(value);
    }

    private void Imply(ToolType type, bool given)
    {
        if (given)
        {
            Implied ??= type;
        }
    }

    private static Value HostsAndPorts(Field field)
    {
        foreach (Field item in field.Items())
        {
            if (item.Text() is { } text && !IsHostAndPort(text))
            {
                item.Error(ErrorCatalogue.Packs.BadFormat, $"{Shown.Name(text)} is not host:port.", "Write it as db.internal:5432.");
            }
        }

        return field.Value;
    }

    private static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            && Uri.CheckHostName(text[..colon].Trim('[', ']')) != UriHostNameType.Unknown;
    }

    private static Value Command(Field field)
    {
        if (field.Object() is not { } fields)
        {
            return field.Value;
        }

        if (fields.Require("argv") is { } argv && argv.Texts().Count == 0 && argv.IsList)
        {
            argv.Error(ErrorCatalogue.Packs.EmptyText, "There is no program to run.");
        }

        _ = fields.Find("workdir")?.Text();
        if (fields.Find("limits")?.Object() is { } limits)
        {
            _ = limits.Find("seconds")?.Number(0.001, 86_400);
            _ = limits.Find("memoryMb")?.Whole(1);
            _ = limits.Find("outputKb")?.Whole(1);
            limits.Close();
        }

        _ = fields.Find("dashAllowed")?.Texts();
        foreach (Field code in fields.Find("refusedExitCodes")?.Items() ?? [])
        {
            _ = code.Whole(1, 255);
        }

        fields.Close();
        return Value.Of(fields.Canonical());
    }

    private static Value Mcp(Field field)
    {
        if (field.Object() is not { } fields)
        {
            return field.Value;
        }

        Field? command = fields.Find("command");
        _ = command?.Texts();
        Field? url = fields.Find("url");
        Url(url);
        if (ObjectFields.OnlyOne(command, url) is null)
        {
            fields.Require("command", "url");
        }

        _ = fields.Find("tool")?.Text();
        _ = fields.Find("definitionHash")?.Text();
        fields.Close();
        return Value.Of(fields.Canonical());
    }

    private static Value Email(Field field)
    {
        if (field.Object() is not { } fields)
        {
            return field.Value;
        }

        if (fields.Require("to") is { } to)
        {
            _ = to.IsList ? to.Texts().Count : to.Text()?.Length;
        }

        _ = fields.Find("subject")?.Text();
        _ = fields.Find("body")?.Prose();
        _ = fields.Find("allowDomains")?.Texts();
        fields.Close();
        return Value.Of(fields.Canonical());
    }
}
