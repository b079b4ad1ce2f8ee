using System.Buffers;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Redaction;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Engine.Tools.Kinds.McpTools;

/// <summary>A tool of an MCP server, as its pack defines it. Immutable.</summary>
internal sealed class McpDefinition
{
    private static readonly SearchValues<char> Bare = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:=@%+,-~");

    private readonly List<ReeveError> problems = [];

    private McpDefinition(ToolDefinition tool, McpOptions options, OutboundGuard guard)
    {
        MapValue? mcp = tool.Binding["mcp"].MapOrNull();
        Command = [.. (mcp?["command"].ListOrNull()?.Items.ToArray() ?? []).Select(word => word.StringOrNull() ?? "")];
        Tool = mcp?["tool"].StringOrNull() ?? tool.Name.Value;
        Pinned = mcp?["definitionHash"].StringOrNull();
        AllowHosts = [.. (tool.Binding["allowHosts"].ListOrNull()?.Items.ToArray() ?? []).Select(host => host.StringOrNull() ?? "")];
        ReadAuth(tool.Binding["auth"].MapOrNull(), tool.Binding["authType"].StringOrNull());

        // A tenant's policy may say where the server is for it (toolEndpoints).
        string? url = tool.Endpoint ?? mcp?["url"].StringOrNull();
        if (Command.Count > 0)
        {
            ReadCommand(url is not null, options);
        }
        else if (url is null)
        {
            Problem(ErrorCatalogue.Tools.NoEndpoint, "It names no MCP server.", "/mcp", "Give mcp.command or mcp.url.");
        }
        else
        {
            ReadUrl(url, guard);
        }
    }

    /// <summary>What keeps it from being called.</summary>
    internal IReadOnlyList<ReeveError> Problems => problems;

    /// <summary>The program and its arguments; empty for a server that has an address.</summary>
    internal IReadOnlyList<string> Command { get; }

    /// <summary>The server's address; null for one that is a program.</summary>
    internal Uri? Url { get; private set; }

    /// <summary>What of it may be private or plain HTTP.</summary>
    internal IReadOnlyList<string> AllowHosts { get; }

    /// <summary>The header that proves who calls; null when nothing does.</summary>
    internal string? AuthHeader { get; private set; }

    /// <summary>The reference to what stands in it.</summary>
    internal string? AuthSecret { get; private set; }

    /// <summary>The tool's name at the server.</summary>
    internal string Tool { get; }

    /// <summary>The hash of the definition that people approved; null when nobody did.</summary>
    internal string? Pinned { get; }

    /// <summary>The server as people read it: its command line, its address.</summary>
    internal string Server => Url?.AbsoluteUri ?? Line(Command);

    /// <summary>What a call goes to.</summary>
    internal string Target => $"mcp:{Server}#{Word(Tool)}";

    internal static McpDefinition Read(ToolDefinition tool, McpOptions options, OutboundGuard guard) => new(tool, options, guard);

    /// <summary>A command line: words apart by a space, a word of other than plain characters as a JSON string. Two command lines never look alike.</summary>
    internal static string Line(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    private static string Word(string word) => word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Bare) ? word : JsonText.ToText(Value.Of(word));

    private void ReadCommand(bool hasUrl, McpOptions options)
    {
        string line = Line(Command);
        if (hasUrl)
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "The server is a program or has an address, not both.", "/mcp");
        }
        else if (!Path.IsPathFullyQualified(Command[0]))
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "The program of an MCP server is a full path: no folder is searched.", "/mcp/command/0");
        }
        else if (!options.Commands.Contains(line, StringComparer.Ordinal))
        {
            Problem(ErrorCatalogue.Tools.TargetRefused, "The configuration does not allow this MCP server.", "/mcp/command", "Whoever runs the node adds the whole command line to tools.mcpCommands, as the tool's target shows it.");
        }

        if (AuthHeader is not null)
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "A server that is a program is not authenticated to.", "/auth");
        }
    }

    private void ReadUrl(string text, OutboundGuard guard)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url))
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "The server's address is not absolute.", "/mcp/url");
        }
        else if (url.Fragment.Length > 0)
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "The server's address has no fragment.", "/mcp/url");
        }
        else if (Redactor.Redact(url.AbsoluteUri) != url.AbsoluteUri)
        {
            Problem(ErrorCatalogue.Tools.BadDefinition, "The server's address seems to hold a secret.", "/mcp/url", "Put it into auth.secret, as secret://name.");
        }
        else if (guard.Problem(url, AllowHosts) is { } refused)
        {
            problems.Add(refused);
        }

        Url = url;
    }

    private void ReadAuth(MapValue? auth, string? authType)
    {
        switch (auth?["type"].StringOrNull() ?? authType ?? "none")
        {
            case "none":
                break;
            case "api_key" when auth is not null && auth["secret"].StringOrNull() is { } secret:
                AuthHeader = auth["header"].StringOrNull() ?? "X-API-Key";
                AuthSecret = secret;
                if (!McpRequests.MaySet(AuthHeader))
                {
                    Problem(ErrorCatalogue.Tools.BadDefinition, $"{Shown.Name(AuthHeader)} is not a header that proves who calls.", "/auth/header");
                }

                break;
            case "api_key":
                Problem(ErrorCatalogue.Tools.BadDefinition, "There is no secret to prove who calls.", "/auth/secret");
                break;
            default:
                Problem(ErrorCatalogue.Tools.BadDefinition, "An MCP server is proven to by api_key alone.", "/auth/type", "Use api_key with header Authorization and a secret that begins with Bearer.");
                break;
        }
    }

    private void Problem(ErrorCode kind, string message, string subject, string? nextStep = null) => problems.Add(new ReeveError(kind, message, subject, nextStep: nextStep));
}
