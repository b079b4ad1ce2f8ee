using System.Text;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>Tokens by client credentials: fetched once, kept, renewed, and never shown.</summary>
public sealed class OAuthTests : IAsyncLifetime
{
    private WebBench bench = null!; // made before each test
    private int fetched;

    public async ValueTask InitializeAsync()
    {
        bench = await WebBench.StartAsync();
        bench.Secret("client", "Zx9:secret");
        bench.Server.Tool("/token").IsIdempotent = false;
        bench.Server.Tool("/token").Answer(_ => ToolReply.Json($$"""{"access_token": "token-{{Interlocked.Increment(ref fetched)}}", "token_type": "Bearer", "expires_in": 300}"""));
        bench.Server.Tool("/t").IsIdempotent = false;
    }

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task A_token_is_fetched_by_the_clients_credentials_and_sent()
    {
        (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.Answered>();

        ServedCall asked = bench.Server.Tool("/token").Calls.ShouldHaveSingleItem();
        (asked.Method, asked.Body).ShouldBe(("POST", "grant_type=client_credentials&scope=books+all"));
        asked.Header("Authorization").ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("reeve:Zx9%3Asecret")));
        bench.Server.Tool("/t").Calls[0].Header("Authorization").ShouldBe("Bearer token-1");
    }

    [Fact]
    public async Task It_is_kept_until_shortly_before_it_ends()
    {
        await bench.TryAsync(Tool());
        bench.Clock.Advance(TimeSpan.FromSeconds(269));
        await bench.TryAsync(Tool());
        fetched.ShouldBe(1);

        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        await bench.TryAsync(Tool());

        fetched.ShouldBe(2);
    }

    [Fact]
    public async Task Many_calls_at_once_fetch_one()
    {
        AttemptResult[] results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bench.TryAsync(Tool(), key: $"k{i}")));

        results.ShouldAllBe(result => result is AttemptResult.Answered);
        fetched.ShouldBe(1);
    }

    [Fact]
    public async Task Tenants_have_tokens_of_their_own()
    {
        await bench.TryAsync(WebBench.Attempt(Tool(), tenant: "NORTH"));
        await bench.TryAsync(WebBench.Attempt(Tool(), tenant: "SOUTH"));

        fetched.ShouldBe(2);
    }

    [Fact]
    public async Task A_kept_token_that_is_refused_is_fetched_anew_once()
    {
        await bench.TryAsync(Tool());
        bench.Server.Tool("/t").Next(ToolReply.Failed(401));

        (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.Answered>();
        bench.Server.Tool("/t").Calls[^1].Header("Authorization").ShouldBe("Bearer token-2");

        bench.Server.Tool("/t").Next(ToolReply.Failed(401), ToolReply.Failed(401));
        (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.Refused>();
        (fetched, bench.Server.Tool("/t").Requests).ShouldBe((3, 5));
    }

    [Fact]
    public async Task A_fresh_token_that_is_refused_is_a_refusal()
    {
        bench.Server.Tool("/t").Answer(ToolReply.Failed(401));

        (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.Refused>();

        (fetched, bench.Server.Tool("/t").Requests).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Without_a_token_the_tool_is_not_called_and_nothing_of_the_answer_is_shown()
    {
        ServedTool token = bench.Server.Tool("/token");
        token.Next(
            ToolReply.Failed(400), ToolReply.Failed(500), ToolReply.Busy(429, 5), ToolReply.Reset(), ToolReply.Text("Zx9:secret"),
            ToolReply.Json("""{"access_token": "a\r\nb"}"""), ToolReply.Json("""{"access_token": "abc", "token_type": "mac"}"""), ToolReply.Redirect("https://169.254.169.254/"));

        string[] codes = ["TOOL-020", "TOOL-017", "TOOL-022", "TOOL-017", "TOOL-020", "TOOL-020", "TOOL-020", "TOOL-020"];
        foreach (string code in codes)
        {
            AttemptResult.NotRun result = (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.NotRun>();
            result.Error.Code.ShouldBe(code);
            result.Error.ToString().ShouldNotContain("Zx9");
        }

        bench.Server.Tool("/t").Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_token_that_the_tool_echoes_does_not_come_back()
    {
        bench.Server.Tool("/t").Answer(call => ToolReply.Json($$"""{"got": "{{call.Header("Authorization")}}"}"""));

        (await bench.TryAsync(Tool())).ShouldBeOfType<AttemptResult.Answered>().Output.AsMap()["got"].ShouldBe(Value.Of("Bearer [REDACTED]"));
    }

    private ToolDefinition Tool() => bench.Tool("/t", $$"""
        "auth": {"type": "oauth", "tokenUrl": "{{bench.Server.Url("/token")}}", "clientId": "reeve", "clientSecret": "secret://client", "scope": "books all"}
        """);
}
