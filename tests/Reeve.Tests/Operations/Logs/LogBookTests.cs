using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Operations.Logs;

namespace Reeve.Tests.Logs;

/// <summary>What a record holds, and that logging never harms the caller.</summary>
public sealed class LogBookTests
{
    private readonly MemoryStream written = new();
    private readonly FakeTime clock = new();

    [Fact]
    public void A_record_says_when_where_and_about_what()
    {
        using LogBook book = Open();
        ILogger logger = book.Factory.CreateLogger("Reeve.Engine.Pipeline.StageRunner");

        using (logger.BeginScope(new LogScope { Tenant = "acme", Agent = "triage", CorrelationId = "c-1" }))
        using (logger.BeginScope(new LogScope { WorkItem = "ex-7", Phase = "triage" }))
        {
            logger.Log(LogLevel.Warning, new EventId(203), "Took {WaitedMs} ms of {LimitMs}", 12.5, 10);
        }

        Lines().Single().ShouldBe(
            """{"time":"2026-01-15T12:00:00Z","level":"WARNING","component":"Engine.Pipeline","eventId":203,"agent":"triage","tenant":"acme","workItem":"ex-7","phase":"triage","correlationId":"c-1","message":"Took 12.5 ms of 10","properties":{"WaitedMs":12.5,"LimitMs":10}}""");
    }

    [Fact]
    public void Times_are_cut_to_microseconds()
    {
        using LogBook book = Open();
        clock.Advance(TimeSpan.FromTicks(1234567));

        book.Factory.CreateLogger("Reeve.A").LogInformation("now");

        Lines().Single().ShouldStartWith("""{"time":"2026-01-15T12:00:00.123456Z",""");
    }

    [Fact]
    public void A_record_reads_back_as_it_was()
    {
        LogRecord record = new()
        {
            Time = clock.GetUtcNow().AddTicks(10), Level = LogSeverity.Critical, Component = "Storage", EventId = 5, Agent = "a", Tenant = "t", WorkItem = "w",
            Phase = "p", CorrelationId = "c", Message = "line 1\nline 2 \u0001 \"quoted\" é", Properties = JsonText.Parse("""{"n":[1,{"x":null}]}"""), Exception = JsonText.Parse("""{"type":"X"}"""),
        };

        LogRecord.Parse(Encoding.UTF8.GetString(record.ToLine())).ShouldBe(record);
    }

    [Fact]
    public void A_stack_trace_comes_from_error_on()
    {
        using LogBook book = Open();
        ILogger logger = book.Factory.CreateLogger("Reeve.Core.X");
        ReeveException fault = Thrown(new ReeveException(new ReeveError(ErrorCatalogue.Logs.NoFile, "gone")));

        logger.LogWarning(fault, "tried");
        logger.LogError(fault, "failed");

        LogRecord[] records = Records();
        records[0].Exception.AsMap()["code"].ShouldBe(Value.Of("LOG-003"));
        records[0].Exception.AsMap()["stack"].IsNull.ShouldBeTrue();
        records[1].Exception.AsMap()["stack"].AsString().ShouldContain(nameof(Thrown));
    }

    [Theory]
    [InlineData("Reeve.Engine.Pipeline.Stages.Runner", "Engine.Pipeline")]
    [InlineData("Reeve.Engine.Pipeline.Runner", "Engine.Pipeline")]
    [InlineData("Reeve.Commands.RunCommand", "Commands")]
    [InlineData("Reeve.Commands", "Commands")]
    [InlineData("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Hosting")]
    public void The_component_is_project_and_capability(string category, string component)
    {
        using LogBook book = Open("DEBUG,Microsoft=DEBUG");

        book.Factory.CreateLogger(category).LogInformation("here");

        Records().Single().Component.ShouldBe(component);
    }

    [Fact]
    public void Without_an_id_of_its_own_a_record_takes_that_of_the_trace()
    {
        using LogBook book = Open();
        using Activity activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();

        book.Factory.CreateLogger("Reeve.A").LogInformation("traced");

        Records().Single().CorrelationId.ShouldBe(activity.TraceId.ToHexString());
    }

    [Fact]
    public void Planted_secrets_reach_no_record()
    {
        const string Secret = "Zq9-planted_secret-77";
        using LogBook book = Open();
        ILogger logger = book.Factory.CreateLogger("Reeve.A.B");
        InvalidOperationException fault = Thrown(new InvalidOperationException($"call with api_key={Secret} failed", new IOException($"Authorization: Bearer {Secret}")));

        using (logger.BeginScope(new Dictionary<string, object?> { ["client_secret"] = Secret, ["header"] = $"Bearer {Secret}" }))
        using (logger.BeginScope(new LogScope { Agent = $"token={Secret}", Tenant = $"https://u:{Secret}@host", CorrelationId = $"password: {Secret}" }))
        {
            logger.LogError(fault, "using {ApiKey} for {Url} with {Password}", Secret, $"https://user:{Secret}@host/", Secret);
            logger.LogInformation("sent {Headers}", JsonText.Parse($$"""{"Authorization":"{{Secret}}","n":1}"""));
            logger.LogInformation("raw token=" + Secret);
        }

        Text().ShouldNotContain(Secret);
        Records().Length.ShouldBe(3);
        Records()[0].Message.ShouldBe("using [REDACTED] for https://[REDACTED]@host/ with [REDACTED]");
    }

    [Fact]
    public void Hostile_text_stays_one_line_that_can_be_read()
    {
        using LogBook book = Open();

        book.Factory.CreateLogger("Reeve.A").LogInformation("{Text} {Value}", "a\nb\0c\ud800d\u001b[31m", Value.Of("x\ud800y\0"));
        book.Factory.CreateLogger("Reeve.A").LogInformation("{Long}", new string('x', 100_000));

        LogRecord[] records = Records();
        records.Length.ShouldBe(2);
        records[0].Message.ShouldStartWith("a\nb\uFFFDc\uFFFDd\u001b[31m");
        records[0].ToText().ShouldContain("a\\u000ab");
        records[0].ToText().ShouldContain("\\u001b[31m");
        records[1].Message.Length.ShouldBe(8193);
    }

    [Fact]
    public void An_argument_that_throws_does_not_harm_the_caller()
    {
        using LogBook book = Open();

        book.Factory.CreateLogger("Reeve.A").LogInformation("{It}", new Explosive());

        Records().Single().Message.ShouldBe("A record could not be formatted: InvalidOperationException.");
    }

    [Fact]
    public void A_record_that_can_go_nowhere_is_counted()
    {
        using LogBook book = LogBook.Open(new LogOptions(), clock, new BrokenStream());

        book.Factory.CreateLogger("Reeve.A").LogInformation("lost");

        book.Lost.ShouldBe(1);
    }

    [Fact]
    public void Levels_change_while_everything_runs()
    {
        using LogBook book = Open("WARNING");
        ILogger logger = book.Factory.CreateLogger("Reeve.Engine.Pipeline.Runner");

        logger.LogInformation("1");
        book.Levels.Set("Engine.Pipeline", LogSeverity.Debug);
        logger.LogDebug("2");
        book.Levels.Set("ERROR");
        logger.LogWarning("3");

        Records().Select(record => record.Message).ShouldBe(["2"]);
    }

    private static T Thrown<T>(T exception)
        where T : Exception
    {
        try
        {
            throw exception;
        }
        catch (T caught)
        {
            return caught;
        }
    }

    private LogBook Open(string level = "INFO") => LogBook.Open(new LogOptions { Level = level }, clock, written);

    private string Text() => Encoding.UTF8.GetString(written.ToArray());

    private string[] Lines() => Text().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private LogRecord[] Records() => [.. Lines().Select(line => LogRecord.Parse(line).ShouldNotBeNull())];

    private sealed class Explosive
    {
        public override string ToString() => throw new InvalidOperationException("boom");
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("closed");
    }
}
