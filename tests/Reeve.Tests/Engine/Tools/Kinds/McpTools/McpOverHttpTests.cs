using System.Text.Json.Nodes;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.McpTools;
using Reeve.Engine.Tools.Outbound;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Engine.Tools.Kinds.McpTools;

/// <summary>MCP servers over streamable HTTP are reached as all tools are, proven to by a secret that stays where it was, and their words are weighed as HTTP's.</summary>
public sealed class McpOverHttpTests : IAsyncLifetime
{
    private const string Secret = "s3cr3t-0123456789";
    private const string Definition = """{"name":"pay","description":"Pays.","inputSchema":{"type":"object"}}""";

    private readonly Secrets secrets = new();
    private ToolServer server = null!; // set before each test
    private OutboundClient outbound = null!; // as that
    private McpTool kind = null!; // as that
    private int gates;
    private ReeveError? gate;

    private Func<JsonObject, ToolReply> Call { get; set; } = static request => ToolReply.Json(ScriptedServer.Answer(request, """{"content":[{"type":"text","text":"done"}]}"""));

    public async ValueTask InitializeAsync()
    {
        server = await ToolServer.StartAsync();
        server.Tool("/mcp").Answer(Reply);
        outbound = new OutboundClient(new OutboundOptions { AllowedPrivateHosts = [server.HostAndPort] }, new SystemNetwork(), TimeProvider.System);
        kind = new McpTool(new McpOptions { AnswerBytes = 10_000, MessageBytes = 40_000 }, new ScriptedServer(), outbound, secrets, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await kind.DisposeAsync();
        outbound.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_call_is_proven_by_its_secret_and_asked_for_once_right_before_its_first_byte()
    {
        (await TryAsync()).ShouldBe(new AttemptResult.Answered(Value.Of("done")));
        secrets.Value = "another-0123456789";
        (await TryAsync()).ShouldBe(new AttemptResult.Answered(Value.Of("done")));

        ServedCall[] calls = [.. Asked("tools/call")];
        calls.Select(static call => call.Header("X-API-Key")).ShouldBe([Secret, "another-0123456789"]);
        calls.ShouldAllBe(static call => call.Body.Contains("key-1", StringComparison.Ordinal));
        Asked("tools/list").Select(static call => call.Header("X-API-Key")).ShouldBe([Secret, "another-0123456789"]);
        gates.ShouldBe(2);
    }

    [Fact]
    public async Task What_the_gate_keeps_back_is_not_sent()
    {
        gate = new ReeveError(ErrorCatalogue.Tools.OnHold, "held");

        (await TryAsync()).ShouldBe(new AttemptResult.NotRun(gate, null));
        Asked("tools/call").ShouldBeEmpty();
        Asked("tools/list").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_secret_that_comes_back_is_not_handed_on()
    {
        Call = static request => ToolReply.Json(ScriptedServer.Answer(request, $$$"""{"structuredContent":{"echo":["Bearer {{{Secret}}}"]}}"""));

        JsonText.ToText((await TryAsync()).ShouldBeOfType<AttemptResult.Answered>().Output).ShouldNotContain(Secret);
    }

    [Fact]
    public async Task Without_its_secret_nothing_is_sent()
    {
        secrets.Value = null;

        (await TryAsync()).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-025");
        secrets.Value = "two\r\nlines: 1";
        (await TryAsync()).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-025");
        server.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(429, typeof(AttemptResult.NotRun), "TOOL-022")]
    [InlineData(404, typeof(AttemptResult.NotRun), "TOOL-017")]
    [InlineData(400, typeof(AttemptResult.Refused), "TOOL-020")]
    [InlineData(403, typeof(AttemptResult.Refused), "TOOL-020")]
    [InlineData(500, typeof(AttemptResult.Unclear), "TOOL-021")]
    [InlineData(503, typeof(AttemptResult.Unclear), "TOOL-021")]
    public async Task What_http_says_to_a_call_counts(int status, Type expected, string code)
    {
        Call = _ => ToolReply.Failed(status);

        AttemptResult result = await TryAsync();

        result.GetType().ShouldBe(expected);
        Error(result).Code.ShouldBe(code);
        Asked("tools/call").Count().ShouldBe(1);
    }

    [Fact]
    public async Task How_long_a_server_wants_to_be_left_alone_is_told()
    {
        Call = static _ => ToolReply.Busy(503, seconds: 7);

        (await TryAsync()).ShouldBeOfType<AttemptResult.NotRun>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Neither_a_call_nor_what_comes_before_it_follows_a_redirect()
    {
        Call = _ => ToolReply.Redirect("http://169.254.169.254/latest");
        (await TryAsync()).ShouldBeOfType<AttemptResult.Refused>();

        server.Tool("/mcp").Answer(_ => ToolReply.Redirect(server.Url("/other"), 307));
        (await TryAsync()).ShouldBeOfType<AttemptResult.NotRun>();
        server.Tool("/other").Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_breaks_leaves_the_call_unclear()
    {
        Call = static _ => ToolReply.Reset();
        (await TryAsync()).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-019");

        Call = static _ => ToolReply.Truncated();
        (await TryAsync()).ShouldBeOfType<AttemptResult.Unclear>();
        Asked("tools/call").Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(12_000)]
    [InlineData(100_000)]
    public async Task An_answer_that_is_too_long_is_useless(int length)
    {
        Call = request => ToolReply.Json(ScriptedServer.Answer(request, """{"structuredContent":{"a":"WORDS"}}""".Replace("WORDS", new string('a', length), StringComparison.Ordinal)));

        (await TryAsync()).ShouldBeOfType<AttemptResult.Useless>();
    }

    [Fact]
    public async Task An_answer_may_come_as_a_stream_of_events()
    {
        Call = static request => ToolReply.Text($"event: message\ndata: {ScriptedServer.Answer(request, """{"structuredContent":{"a":1}}""")}\n\n").With("Content-Type", "text/event-stream");

        JsonText.ToText((await TryAsync()).ShouldBeOfType<AttemptResult.Answered>().Output).ShouldBe("""{"a":1}""");
    }

    [Fact]
    public async Task A_server_that_asks_to_be_called_again_is_not()
    {
        Call = static request => ToolReply.Json(ScriptedServer.Answer(request, """{"resultType":"input_required","requestState":"again"}"""));

        (await TryAsync()).ShouldBeOfType<AttemptResult.Refused>();
        Asked("tools/call").Count().ShouldBe(1);
        gates.ShouldBe(1);
    }

    private static ReeveError Error(AttemptResult result) => result switch
    {
        AttemptResult.NotRun notRun => notRun.Error,
        AttemptResult.Refused refused => refused.Error,
        AttemptResult.Unclear unclear => unclear.Error,
        _ => throw new InvalidOperationException(result.ToString()),
    };

    private async Task<AttemptResult> TryAsync() => await kind.TryAsync(
        new Attempt
        {
            TenantId = new TenantId("NORTH"),
            Tool = new ToolDefinition
            {
                Name = new ToolName("pay"),
                Description = "Pays.",
                Type = ToolType.Mcp,
                InputSchema = JsonSchema.Compile(Value.True),
                Binding = (ObjectMap)JsonText.Parse(
                    $$"""
                    {"mcp":{"url":"{{server.Url("/mcp")}}","definitionHash":"{{McpBench.Pinned}}"},"allowHosts":["{{server.HostAndPort}}"],
                     "auth":{"type":"api_key","secret":"secret://mcp"} }
                    """).AsMap(),
            },
            Arguments = ObjectMap.Empty,
            IdempotencyKey = "key-1",
            Number = 1,
            BeforeSending = _ =>
            {
                gates++;
                return ValueTask.FromResult(gate);
            },
        },
        TestContext.Current.CancellationToken);

    private IEnumerable<ServedCall> Asked(string method) => server.Tool("/mcp").Calls.Where(call => call.Body.Contains($"\"{method}\"", StringComparison.Ordinal));

    private ToolReply Reply(ServedCall call)
    {
        if (call.Method != "POST")
        {
            return ToolReply.Failed(405);
        }

        JsonObject request = JsonNode.Parse(call.Body)!.AsObject();
        return (string?)request["method"] switch
        {
            "initialize" => ToolReply.Json(ScriptedServer.Answer(request, """{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"served","version":"1"}}""")),
            "tools/list" => ToolReply.Json(ScriptedServer.Answer(request, $$"""{"tools":[{{Definition}}]}""")),
            "tools/call" => Call(request),
            _ when request["id"] is not null => ToolReply.Json(ScriptedServer.Refusal(request, -32601)),
            _ => ToolReply.Json("") with { Status = 202 },
        };
    }

    private sealed class Secrets : ISecrets
    {
        internal string? Value { get; set; } = Secret;

        public ValueTask<string> ResolveAsync(TenantId tenant, string reference, CancellationToken cancellationToken) =>
            Value is { } value ? ValueTask.FromResult(value) : throw new ReeveException(new ReeveError(ErrorCatalogue.Tools.NoSecret, "There is none.", reference));
    }
}
