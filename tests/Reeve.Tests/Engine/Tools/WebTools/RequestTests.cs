using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>What is sent: arguments, headers, keys, proofs.</summary>
public sealed class RequestTests : IAsyncLifetime
{
    private WebBench bench = null!; // made before each test

    public async ValueTask InitializeAsync() => bench = await WebBench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task A_write_carries_its_arguments_as_a_body_and_its_key()
    {
        ServedCall call = await Sent(bench.Tool("/t"), """{"id": "A/1", "amount": 1.10, "tags": ["a"]}""");

        (call.Method, call.Query, call.Body).ShouldBe(("POST", "", """{"id":"A/1","amount":1.10,"tags":["a"]}"""));
        (call.Header("Content-Type"), call.Header("Idempotency-Key")).ShouldBe(("application/json", "0197-key"));
    }

    [Fact]
    public async Task The_key_travels_in_the_header_that_the_tool_names_and_a_read_has_none()
    {
        (await Sent(bench.Tool("/t", """ "idempotencyHeader": "X-Request-Id" """))).Header("X-Request-Id").ShouldBe("0197-key");
        (await Sent(bench.Tool("/t", """ "effect": "read" """))).Header("Idempotency-Key").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    public async Task A_method_without_body_carries_them_in_the_query(string method)
    {
        ServedCall call = await Sent(bench.Tool(method, "/t?v=2", """ "effect": "read" """), """{"id": "a b&c=ü", "amount": 2, "tags": ["x", "y"], "note": {"k": null}}""");

        (call.Method, call.Body).ShouldBe((method, ""));
        call.Query.ShouldBe("?v=2&id=a%20b%26c%3D%C3%BC&amount=2&tags=x&tags=y&note=%7B%22k%22%3Anull%7D");
    }

    [Fact]
    public async Task An_argument_that_stands_in_the_address_is_not_sent_again()
    {
        ServedCall call = await Sent(bench.Tool("/items/{args.id}/close?by={args.amount}"), """{"id": "A 1", "amount": 3, "tags": []}""");

        (call.Path, call.Query, call.Body).ShouldBe(("/items/A 1/close", "?by=3", """{"tags":[]}"""));
        bench.Kind.Target(bench.Tool("/items/{args.id}/close?by={args.amount}"), ObjectMap.Of(("id", Value.Of("A 1")), ("amount", Value.Of(3))))
            .ShouldBe("POST " + bench.Server.Url("/items/A%201/close?by=3"));
    }

    [Fact]
    public async Task Headers_of_the_pack_are_sent_with_their_secrets_and_the_content_type_may_be_another()
    {
        bench.Secret("key", "Zx9-secret\n");
        ToolDefinition tool = WebBench.Define($$$"""
            {"description": "It.", "allowHosts": ["{{{bench.Server.HostAndPort}}}"], "endpointConfig": {"url": "{{{bench.Server.Url("/t")}}}", "method": "PUT",
             "headers": {"Authorization": "Token secret://key", "X-Plain": "as is", "Content-Type": "application/vnd.x+json"} } }
            """);

        ServedCall call = await Sent(tool);

        (call.Method, call.Header("Authorization"), call.Header("X-Plain"), call.Header("Content-Type")).ShouldBe(("PUT", "Token Zx9-secret", "as is", "application/vnd.x+json"));
    }

    [Fact]
    public async Task A_key_is_resolved_and_sent_in_its_header()
    {
        bench.Secret("books", "Zx9-secret");

        (await Sent(bench.Tool("/t", """ "auth": {"type": "api_key", "secret": "secret://books"} """))).Header("X-API-Key").ShouldBe("Zx9-secret");
    }

    [Fact]
    public async Task A_call_that_is_kept_back_was_not_sent_and_says_by_what()
    {
        ReeveError hold = new(ErrorCatalogue.Tools.OnHold, "People look at it.", nextStep: "Wait.");

        AttemptResult result = await bench.TryAsync(WebBench.Attempt(bench.Tool("/t"), before: () => hold));

        ReeveError error = result.ShouldBeOfType<AttemptResult.NotRun>().Error;
        (error.Code, error.Message, error.NextStep).ShouldBe(("TOOL-014", "People look at it.", "Wait."));
        bench.Server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_calls_at_once_each_is_asked_about_once_and_sent_once()
    {
        const int Calls = 300;
        ToolDefinition tool = bench.Tool("/t");
        int[] asked = new int[Calls];
        bench.Server.Tool("/t").Answer(call => ToolReply.Json(call.Body));

        AttemptResult[] results = await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => bench.TryAsync(WebBench.Attempt(tool, $$"""{"amount": {{i}}}""", $"k{i}", before: () =>
        {
            asked[i]++;
            return i % 3 == 0 ? new ReeveError(ErrorCatalogue.Tools.OnHold, "It is on hold.") : null;
        }))));

        asked.ShouldAllBe(count => count == 1);
        for (int i = 0; i < Calls; i++)
        {
            bench.Server.Tool("/t").EffectsOf($"k{i}").ShouldBe(i % 3 == 0 ? 0 : 1);
            (results[i] is AttemptResult.Answered answered && answered.Output.AsMap()["amount"] == Value.Of(i)).ShouldBe(i % 3 != 0, $"call {i}: {results[i]}");
        }
    }

    [Fact]
    public async Task A_secret_that_is_not_there_or_is_no_line_keeps_the_call_back()
    {
        ToolDefinition tool = bench.Tool("/t", """ "auth": {"type": "api_key", "secret": "secret://books"} """);

        (await bench.TryAsync(tool)).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-025");
        bench.Secret("books", "two\r\nX-Evil: 1");
        ReeveError error = (await bench.TryAsync(tool)).ShouldBeOfType<AttemptResult.NotRun>().Error;

        error.Code.ShouldBe("TOOL-025");
        error.ToString().ShouldNotContain("Evil");
        bench.Server.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_secret_that_a_tool_echoes_does_not_come_back()
    {
        bench.Secret("books", "Zx9-\"secret");
        ToolDefinition tool = bench.Tool("/t", """ "auth": {"type": "api_key", "secret": "secret://books"} """);
        bench.Server.Tool("/t").Next(
            ToolReply.Json("""{"headers": {"key": "is Zx9-\u0022secret, yes"}, "Zx9-\"secret": [1]}"""),
            ToolReply.Failed(401) with { Body = "Bad key Zx9-\"secret"u8.ToArray() });

        (await bench.TryAsync(tool)).ToString().ShouldNotContain("Zx9");
        (await bench.TryAsync(tool)).ShouldBeOfType<AttemptResult.Refused>().Answer.ShouldBe(Value.Of("Bad key [REDACTED]"));
    }

    [Fact]
    public async Task Traceparent_is_sent_while_there_is_an_activity_and_its_baggage_is_not()
    {
        using Activity activity = new("tool");
        activity.SetIdFormat(ActivityIdFormat.W3C).AddBaggage("inside", "only").Start();

        ServedCall with = await Sent(bench.Tool("/t"));
        activity.Stop();
        ServedCall without = await Sent(bench.Tool("/t"));

        with.Header("traceparent").ShouldBe(activity.Id);
        with.Headers.ShouldAllBe(header => !header.Value.Contains("inside"));
        without.Header("traceparent").ShouldBeEmpty();
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        bench.Server.Tool("/t").Next(ToolReply.Json("{}").With("Set-Cookie", "a=b; Path=/"));

        await Sent(bench.Tool("/t"));

        (await Sent(bench.Tool("/t"))).Header("Cookie").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_webhook_is_signed_by_each_secret_while_one_is_replaced()
    {
        byte[] fresh = RandomNumberGenerator.GetBytes(32);
        byte[] old = RandomNumberGenerator.GetBytes(24);
        bench.Secret("hook", $"whsec_{Convert.ToBase64String(fresh)} whsec_{Convert.ToBase64String(old)}");

        ServedCall call = await Sent(bench.Tool("/hook", """ "type": "webhook", "auth": {"type": "api_key", "secret": "secret://hook"} """), """{"id": "ü"}""");

        byte[] signed = Encoding.UTF8.GetBytes($"0197-key.{Make.Now.ToUnixTimeSeconds()}.{call.Body}");
        string Signature(byte[] key) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
        (call.Header("webhook-id"), call.Header("webhook-timestamp")).ShouldBe(("0197-key", $"{Make.Now.ToUnixTimeSeconds()}"));
        call.Header("webhook-signature").ShouldBe($"{Signature(fresh)} {Signature(old)}");
    }

    [Theory]
    [InlineData("Zx9-secret")]
    [InlineData("whsec_dG9vc2hvcnQ=")]
    [InlineData("whsec_not base64")]
    public async Task A_webhook_without_a_secret_of_webhooks_is_kept_back(string secret)
    {
        bench.Secret("hook", secret);
        ToolDefinition tool = bench.Tool("/hook", """ "type": "webhook", "auth": {"type": "api_key", "secret": "secret://hook"} """);

        ReeveError error = (await bench.TryAsync(tool)).ShouldBeOfType<AttemptResult.NotRun>().Error;

        (error.Code, error.Subject).ShouldBe(("TOOL-025", "secret://hook"));
        error.ToString().ShouldNotContain(secret);
    }

    private async Task<ServedCall> Sent(ToolDefinition tool, string arguments = "{}", string key = "0197-key")
    {
        AttemptResult result = await bench.TryAsync(tool, arguments, key);
        result.ShouldBeOfType<AttemptResult.Answered>();
        string path = new Uri(bench.Kind.Target(tool, (ObjectMap)JsonText.Parse(arguments).AsMap()).Split(' ')[1]).AbsolutePath;
        return bench.Server.Tool(Uri.UnescapeDataString(path)).Calls[^1];
    }
}
