using System.Net;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.McpTools;
using Reeve.Engine.Tools.Outbound;

namespace Reeve.Tests.Engine.Tools.Kinds.McpTools;

/// <summary>Tools of scripted MCP servers, and attempts at them.</summary>
internal sealed class McpBench : IAsyncDisposable
{
    internal const string Program = "/opt/mcp/pay";

    /// <summary>Of the definition that a scripted server has unless told otherwise.</summary>
    internal const string Pinned = "sha256:d5e8756e496acf156434f4c572120b370efe45651d90bc94641a80bf22c4a7cb";

    private readonly OutboundClient outbound;

    internal McpBench(Func<McpOptions, McpOptions>? change = null)
    {
        McpOptions options = new() { Commands = [Program, Program + " other"], AnswerBytes = 10_000, MessageBytes = 40_000 };
        outbound = new OutboundClient(new OutboundOptions(), new NoNetwork(), Clock);
        Tool = new McpTool(change?.Invoke(options) ?? options, Server, outbound, new NoSecrets(), Clock);
    }

    internal FakeTime Clock { get; } = new();

    internal ScriptedServer Server { get; } = new();

    internal McpTool Tool { get; }

    /// <summary>How often the gate was asked.</summary>
    internal int Gates { get; private set; }

    /// <summary>What the gate says.</summary>
    internal Func<ReeveError?> Gate { get; set; } = static () => null;

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static ToolDefinition Define(string mcp = $$"""{"command":["{{Program}}"],"definitionHash":"{{Pinned}}"}""", string outputSchema = "", string more = "{}") => new()
    {
        Name = new ToolName("pay"),
        Description = "Pays.",
        Type = ToolType.Mcp,
        InputSchema = JsonSchema.Compile(JsonText.Parse("true")),
        OutputSchema = outputSchema.Length == 0 ? null : JsonSchema.Compile(JsonText.Parse(outputSchema)),
        Binding = ((ObjectMap)JsonText.Parse(more).AsMap()).With("mcp", JsonText.Parse(mcp)),
    };

    internal async Task<AttemptResult> TryAsync(ToolDefinition? tool = null, string arguments = """{"amount":1.50}""", string tenant = "NORTH", CancellationToken? cancelled = null) =>
        await Tool.TryAsync(
            new Attempt
            {
                TenantId = new TenantId(tenant),
                Tool = tool ?? Define(),
                Arguments = (ObjectMap)JsonText.Parse(arguments).AsMap(),
                IdempotencyKey = "key-1",
                Number = 1,
                BeforeSending = _ =>
                {
                    Gates++;
                    return ValueTask.FromResult(Gate());
                },
            },
            cancelled ?? Token);

    public async ValueTask DisposeAsync()
    {
        await Tool.DisposeAsync();
        outbound.Dispose();
    }

    private sealed class NoNetwork : IOutboundNetwork
    {
        public ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing goes out.");

        public ValueTask<Stream> ConnectAsync(IPEndPoint target, CancellationToken cancellationToken) => throw new InvalidOperationException("Nothing goes out.");
    }

    private sealed class NoSecrets : ISecrets
    {
        public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) =>
            throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoSecret, "There is none.", reference));
    }
}
