using System.IO.Compression;
using System.Text;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Testing.ServedTools;

namespace Reeve.Tests.Tools.WebTools;

/// <summary>What each answer of a server, and each way to give none, means for the call.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private const string Reads = """ "effect": "read" """;
    private const string Declares = """ "outputSchema": {"type": "object"} """;
    private WebBench bench = null!; // made before each test

    public async ValueTask InitializeAsync() => bench = await WebBench.StartAsync(options => options with { AnswerBytes = 4096 });

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task Json_is_the_output()
    {
        bench.Server.Tool("/t").Answer(ToolReply.Json("""{"ref": "A-1", "amount": 1.10}"""));

        AttemptResult result = await bench.TryAsync(bench.Tool("/t", Declares));

        JsonText.ToText(result.ShouldBeOfType<AttemptResult.Answered>().Output).ShouldBe("""{"ref":"A-1","amount":1.10}""");
    }

    [Fact]
    public async Task An_empty_answer_is_null()
    {
        bench.Server.Tool("/none").Answer(new ToolReply { Status = 204 });
        bench.Server.Tool("/empty").Answer(ToolReply.Json(""));

        (await bench.TryAsync(bench.Tool("/none"))).ShouldBe(new AttemptResult.Answered(Value.Null));
        (await bench.TryAsync(bench.Tool("/empty"))).ShouldBe(new AttemptResult.Answered(Value.Null));
    }

    [Fact]
    public async Task Text_is_a_string_where_no_shape_is_declared()
    {
        bench.Server.Tool("/t").Answer(ToolReply.Text("grüezi"));

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBe(new AttemptResult.Answered(Value.Of("grüezi")));
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("""{"ok": tru""")]
    [InlineData("""{"a": 1} {"b": 2}""")]
    public async Task What_is_no_json_is_useless_where_a_shape_is_declared(string body)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Text(body));

        (await bench.TryAsync(bench.Tool("/t", Declares))).ShouldBeOfType<AttemptResult.Useless>().Error.Code.ShouldBe("TOOL-023");
    }

    [Fact]
    public async Task What_is_neither_json_nor_text_is_useless()
    {
        bench.Server.Tool("/t").Answer((ToolReply.Text("") with { Body = [0xFF, 0xFE, 0x00] }).With("Content-Type", "application/octet-stream"));

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Useless>();
    }

    [Fact]
    public async Task An_answer_at_the_limit_is_read_and_one_byte_more_is_useless()
    {
        bench.Server.Tool("/fits").Answer(ToolReply.OfBytes(4094));
        bench.Server.Tool("/large").Answer(ToolReply.OfBytes(4095));
        bench.Server.Tool("/chunked").Answer(ToolReply.OfBytes(1_000_000) with { Fault = ToolFault.TruncateChunked });

        (await bench.TryAsync(bench.Tool("/fits"))).ShouldBeOfType<AttemptResult.Answered>().Output.AsString().Length.ShouldBe(4094);
        (await bench.TryAsync(bench.Tool("/large"))).ShouldBeOfType<AttemptResult.Useless>().Error.Code.ShouldBe("TOOL-023");
        (await bench.TryAsync(bench.Tool("/chunked"))).ShouldBeOfType<AttemptResult.Useless>();
    }

    [Fact]
    public async Task A_small_answer_that_grows_beyond_the_limit_when_it_is_decompressed_is_useless()
    {
        bench.Server.Tool("/bomb").Answer((ToolReply.OfBytes(1) with { Body = Zipped('"' + new string('x', 10_000_000) + '"') }).With("Content-Encoding", "gzip"));
        bench.Server.Tool("/small").Answer((ToolReply.OfBytes(1) with { Body = Zipped("""{"ok":true}""") }).With("Content-Encoding", "gzip"));
        bench.Server.Tool("/false").Answer(ToolReply.Json("""{"ok":true}""").With("Content-Encoding", "gzip"));
        bench.Server.Tool("/other").Answer(ToolReply.Json("""{"ok":true}""").With("Content-Encoding", "zstd"));

        (await bench.TryAsync(bench.Tool("/bomb"))).ShouldBeOfType<AttemptResult.Useless>();
        (await bench.TryAsync(bench.Tool("/small"))).ShouldBeOfType<AttemptResult.Answered>();
        (await bench.TryAsync(bench.Tool("/false"))).ShouldBeOfType<AttemptResult.Useless>();
        (await bench.TryAsync(bench.Tool("/other"))).ShouldBeOfType<AttemptResult.Useless>();
    }

    [Fact]
    public async Task Too_many_calls_did_not_run_and_say_when_to_come_back()
    {
        bench.Server.Tool("/t").Next(ToolReply.Busy(429, 7), ToolReply.Failed(429), ToolReply.Busy(503, 9), ToolReply.Busy(429, 1_000_000));

        AttemptResult.NotRun first = (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>();
        AttemptResult.NotRun second = (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>();
        AttemptResult.NotRun third = (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>();
        AttemptResult.NotRun fourth = (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>();

        (first.RetryAfter, second.RetryAfter, third.RetryAfter, fourth.RetryAfter).ShouldBe((TimeSpan.FromSeconds(7), null, TimeSpan.FromSeconds(9), TimeSpan.FromHours(1)));
        (first.Error.Code, first.Error.IsTransient).ShouldBe(("TOOL-022", true));
    }

    [Fact]
    public async Task A_date_of_retry_after_counts_from_now_and_a_past_one_is_now()
    {
        bench.Server.Tool("/t").Next(
            ToolReply.Failed(503).With("Retry-After", Make.Now.AddSeconds(40).ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
            ToolReply.Failed(503).With("Retry-After", Make.Now.AddSeconds(-40).ToString("R", System.Globalization.CultureInfo.InvariantCulture)));

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>().RetryAfter.ShouldBe(TimeSpan.FromSeconds(40));
        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.NotRun>().RetryAfter.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_server_that_is_down_without_saying_for_how_long_leaves_it_unclear()
    {
        bench.Server.Tool("/t").Next(ToolReply.Failed(503), ToolReply.Failed(503).With("Retry-After", "soon"), ToolReply.Failed(500), ToolReply.Failed(504));

        for (int i = 0; i < 4; i++)
        {
            (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-021");
        }
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(422)]
    public async Task What_a_tool_says_no_to_is_refused_with_what_it_said(int status)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Failed(status));

        AttemptResult.Refused refused = (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Refused>();

        refused.Error.Code.ShouldBe("TOOL-020");
        refused.Answer.AsMap()["error"].ShouldBe(Value.Of(status));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(425)]
    public async Task A_conflict_with_a_key_that_was_sent_before_is_unclear(int status)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Failed(status));

        (await bench.TryAsync(bench.Tool("/t"), number: 2)).ShouldBeOfType<AttemptResult.Unclear>();
        (await bench.TryAsync(bench.Tool("/t", Reads), number: 2)).ShouldBeOfType<AttemptResult.Refused>();
    }

    [Fact]
    public async Task A_refusal_that_breaks_off_is_a_refusal_all_the_same()
    {
        bench.Server.Tool("/t").Answer(ToolReply.Failed(422) with { Fault = ToolFault.Truncate });

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Refused>().Answer.IsNull.ShouldBeTrue();
    }

    [Fact]
    public async Task What_ends_before_it_is_whole_is_unclear()
    {
        bench.Server.Tool("/t").Next(ToolReply.Truncated(), ToolReply.Truncated(chunked: true), ToolReply.Reset(), ToolReply.Close());

        for (int i = 0; i < 4; i++)
        {
            (await bench.TryAsync(bench.Tool("/t"), key: $"k{i}")).ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-019");
        }

        bench.Server.Tool("/t").Effects.Count.ShouldBe(4);
    }

    // The framework sends a request without body again when a used connection ends in order without an answer.
    [Theory]
    [InlineData("DELETE", ToolFault.Close)]
    [InlineData("GET", ToolFault.Close)]
    [InlineData("POST", ToolFault.Close)]
    [InlineData("DELETE", ToolFault.Reset)]
    public async Task A_request_on_a_used_connection_that_breaks_is_not_sent_again_by_anyone(string method, ToolFault fault)
    {
        ServedTool served = bench.Server.Tool("/t");
        (await bench.TryAsync(bench.Tool(method, "/t", Declares))).ShouldBeOfType<AttemptResult.Answered>();
        served.Next(new ToolReply { Fault = fault });

        AttemptResult result = await bench.TryAsync(bench.Tool(method, "/t", Declares));

        result.ShouldBeOfType<AttemptResult.Unclear>();
        served.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Time_that_ends_while_the_tool_works_leaves_it_unclear()
    {
        using CancellationTokenSource over = new();
        bench.Server.Tool("/t").Answer(_ =>
        {
            over.Cancel();
            return ToolReply.Hang();
        });

        AttemptResult result = await bench.TryAsync(WebBench.Attempt(bench.Tool("/t")), over.Token);

        result.ShouldBeOfType<AttemptResult.Unclear>().Error.Code.ShouldBe("TOOL-018");
    }

    [Fact]
    public async Task Time_that_ends_before_anything_was_sent_is_a_cancellation()
    {
        using CancellationTokenSource over = new();
        ServedTool served = bench.Server.Tool("/t");

        await Should.ThrowAsync<OperationCanceledException>(() => bench.TryAsync(WebBench.Attempt(bench.Tool("/t"), before: () =>
        {
            over.Cancel();
            return null;
        }), over.Token));

        served.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_write_that_is_sent_elsewhere_was_refused(int status)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Redirect("/other", status));

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Refused>().Error.Code.ShouldBe("TOOL-016");
        bench.Server.Tool("/other").Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(303)]
    public async Task A_write_whose_result_may_be_elsewhere_is_unclear(int status)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Redirect("/other", status));

        (await bench.TryAsync(bench.Tool("/t"))).ShouldBeOfType<AttemptResult.Unclear>();
        bench.Server.Tool("/other").Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_read_follows_where_it_was_sent_already_and_three_times_at_most()
    {
        bench.Server.Tool("/a").Answer(ToolReply.Redirect("/b?x=1", 301));
        bench.Server.Tool("/b").Answer(ToolReply.Json("""{"at":"b"}"""));
        bench.Server.Tool("/round").Answer(ToolReply.Redirect("/round"));

        (await bench.TryAsync(bench.Tool("GET", "/a", Reads))).ShouldBeOfType<AttemptResult.Answered>().Output.AsMap()["at"].ShouldBe(Value.Of("b"));
        (await bench.TryAsync(bench.Tool("GET", "/round", Reads))).ShouldBeOfType<AttemptResult.Refused>();
        bench.Server.Tool("/round").Requests.ShouldBe(4);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("//example.com/")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_away_is_never_followed_and_what_stands_in_it_is_not_repeated(string location)
    {
        bench.Server.Tool("/t").Answer(ToolReply.Redirect(location));

        AttemptResult.Refused refused = (await bench.TryAsync(bench.Tool("GET", "/t", Reads))).ShouldBeOfType<AttemptResult.Refused>();

        refused.Error.Code.ShouldBe("TOOL-016");
        refused.Error.Message.ShouldNotContain("meta-data");
        bench.Network.Connected.ShouldAllBe(target => target.Port == bench.Server.Port);
    }

    private static byte[] Zipped(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Optimal))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return bytes.ToArray();
    }
}
