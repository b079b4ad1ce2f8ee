using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.WebTools;
using Reeve.Engine.Tools.Outbound;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>A server of tools, and what calls it: its address is allowed by the configuration and by the tools made here.</summary>
internal sealed class WebBench : IAsyncDisposable
{
    internal static readonly TenantId North = new("NORTH");

    private readonly Dictionary<string, string> secrets = new(StringComparer.Ordinal);

    private WebBench(ToolServer server, OutboundOptions options)
    {
        Server = server;
        Client = new OutboundClient(options, Network, Clock);
        Kind = new WebToolKind(Client, new Secrets(secrets), Clock);
    }

    internal ToolServer Server { get; }

    internal FakeTime Clock { get; } = new(Make.Now);

    internal ScriptedNetwork Network { get; } = new();

    internal OutboundClient Client { get; }

    internal WebToolKind Kind { get; }

    internal static async Task<WebBench> StartAsync(Func<OutboundOptions, OutboundOptions>? vary = null)
    {
        ToolServer server = await ToolServer.StartAsync();
        OutboundOptions options = new() { AllowedPrivateHosts = [server.HostAndPort] };
        return new WebBench(server, vary?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }

    internal WebBench Secret(string name, string value)
    {
        secrets["secret://" + name] = value;
        return this;
    }

    /// <summary>A tool at a path of the server, with further members of its definition.</summary>
    internal ToolDefinition Tool(string path, string more = "") =>
        Define($$"""{"description": "It is tried.", "endpoint": "{{Server.Url(path)}}", "allowHosts": ["{{Server.HostAndPort}}"]{{(more.Length > 0 ? ", " + more : "")}}}""");

    /// <summary>A tool called by another method than POST.</summary>
    internal ToolDefinition Tool(string method, string path, string more) =>
        Define($$"""{"description": "It is tried.", "endpointConfig": {"url": "{{Server.Url(path)}}", "method": "{{method}}"}, "allowHosts": ["{{Server.HostAndPort}}"], {{more}}}""");

    /// <summary>A tool as a pack defines it; <c>amount</c>, <c>id</c> and <c>tags</c> are its parameters unless it says others.</summary>
    internal static ToolDefinition Define(string json)
    {
        string tool = json.Contains("\"parameters\"", StringComparison.Ordinal) ? json
            : Make.With(json, "parameters", """{"id": {"type": "string"}, "amount": {"type": "number"}, "tags": {"type": "array"}, "note": {"type": "object"}}""");
        return Make.ReadDomain(Make.With("""{"domainName": "Parcels", "exceptionTypes": {"LOST": {"description": "It is gone."}}}""", "tools", $$"""{"tried": {{tool}}}""")).Tools.Find("tried").ShouldNotBeNull();
    }

    internal static Attempt Attempt(ToolDefinition tool, string arguments = "{}", string key = "0197-key", Func<ReeveError?>? before = null, int number = 1, string tenant = "NORTH") => new()
    {
        TenantId = new TenantId(tenant),
        Tool = tool,
        Arguments = (ObjectMap)JsonText.Parse(arguments).AsMap(),
        IdempotencyKey = key,
        Number = number,
        BeforeSending = _ => new ValueTask<ReeveError?>(before?.Invoke()),
    };

    internal Task<AttemptResult> TryAsync(ToolDefinition tool, string arguments = "{}", string key = "0197-key", int number = 1) => TryAsync(Attempt(tool, arguments, key, number: number));

    internal async Task<AttemptResult> TryAsync(Attempt attempt, CancellationToken? cancellationToken = null) =>
        await Kind.TryAsync(attempt, cancellationToken ?? TestContext.Current.CancellationToken);

    private sealed class Secrets(Dictionary<string, string> known) : ISecrets
    {
        public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) =>
            known.TryGetValue(reference, out string? secret)
                ? new ValueTask<string>(secret)
                : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoSecret, $"Nobody has {reference}.", reference));
    }
}
