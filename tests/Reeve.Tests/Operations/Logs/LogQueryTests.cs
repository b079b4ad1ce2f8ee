using System.CommandLine;
using System.Text;
using Reeve.Commands;
using Reeve.Core.Errors;
using Reeve.Operations.Logs;

namespace Reeve.Tests.Logs;

/// <summary>Filters, and the command that uses them.</summary>
public sealed class LogQueryTests : IDisposable
{
    private static readonly LogRecord Record = new()
    {
        Time = new FakeTime().GetUtcNow(), Level = LogSeverity.Warning, Component = "Engine.Pipeline", Agent = "triage", Tenant = "acme", WorkItem = "ex-1", Message = "slow",
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<LogQuery, bool> Filters => new()
    {
        { new LogQuery(), true },
        { new LogQuery { Level = LogSeverity.Warning }, true },
        { new LogQuery { Level = LogSeverity.Error }, false },
        { new LogQuery { Component = "Engine" }, true },
        { new LogQuery { Component = "engine.pipeline" }, true },
        { new LogQuery { Component = "Engine.Pipe" }, false },
        { new LogQuery { Agent = "triage", Tenant = "acme", Item = "ex-1" }, true },
        { new LogQuery { Agent = "policy" }, false },
        { new LogQuery { Tenant = "acm" }, false },
        { new LogQuery { Item = "ex-2" }, false },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Filters), DisableDiscoveryEnumeration = true)]
    public void A_record_passes_when_every_filter_lets_it(LogQuery query, bool passes) => query.Matches(Record).ShouldBe(passes);

    [Fact]
    public void Lines_that_are_no_records_are_passed_over()
    {
        string line = Encoding.UTF8.GetString(Record.ToLine());

        new LogQuery().Select(["", "plain text", "{\"level\":\"INFO\"}", "[1]", line, line[..^10], "{\"time\":\"x\",\"level\":\"INFO\",\"component\":\"a\",\"message\":\"m\"}"])
            .ShouldBe([Record]);
    }

    [Fact]
    public void The_last_ones_are_taken_after_filtering()
    {
        IEnumerable<string> lines = Enumerable.Range(1, 10).Select(n => Encoding.UTF8.GetString((Record with { Message = $"{n}", Tenant = n % 2 == 0 ? "even" : "odd" }).ToLine()));

        new LogQuery { Tenant = "odd", Last = 2 }.Select(lines).Select(record => record.Message).ShouldBe(["7", "9"]);
    }

    [Theory]
    [InlineData("--level WARNING", "slow,failed")]
    [InlineData("--level error", "failed")]
    [InlineData("--component Engine", "started,slow")]
    [InlineData("--tenant acme --agent triage", "slow")]
    [InlineData("--item ex-2", "failed")]
    [InlineData("-n 1", "failed")]
    [InlineData("-n 0", "started,slow,failed")]
    public void The_command_filters(string options, string messages)
    {
        (int exitCode, string output) = Run($"{options} -o jsonl --file {Written()}");

        exitCode.ShouldBe(0);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => LogRecord.Parse(line)!.Message).ShouldBe(messages.Split(','));
    }

    [Fact]
    public void The_command_prints_lines_for_people_by_default() =>
        Run($"-n 1 --level WARNING --component Engine --file {Written()}").Output
            .ShouldBe("2026-01-15T12:00:00Z WARNING  Engine.Pipeline tenant=acme agent=triage item=ex-1: slow\n");

    [Fact]
    public void The_command_prints_one_json_array()
    {
        string output = Run($"-o json --file {Written()}").Output;

        Reeve.Core.Values.JsonText.Parse(output).AsList().Count.ShouldBe(3);
        Run($"-o json --tenant nobody --file {Written()}").Output.ShouldBe("[]\n");
    }

    [Theory]
    [InlineData("--file /no/such/file.log", "INPUT-001")]
    [InlineData("--level LOUD --file x.log", "LOG-001")]
    public void The_command_names_what_is_wrong(string options, string code) =>
        Should.Throw<ReeveException>(() => Run(options)).Error.Code.ShouldBe(code);

    [Fact]
    public void A_negative_count_is_a_usage_error() => LogsCommand.Build().Parse("-n -1").Errors.ShouldNotBeEmpty();

    private static (int ExitCode, string Output) Run(string options)
    {
        using StringWriter output = new() { NewLine = "\n" };
        int exitCode = LogsCommand.Build().Parse(options).Invoke(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false });
        return (exitCode, output.ToString());
    }

    private string Written()
    {
        string path = folder.File("reeve.log");
        using FileStream file = File.Create(path);
        file.Write((Record with { Level = LogSeverity.Info, Tenant = null, Agent = null, Message = "started" }).ToLine());
        file.Write(Record.ToLine());
        file.Write((Record with { Level = LogSeverity.Error, Component = "Storage", WorkItem = "ex-2", Agent = null, Message = "failed" }).ToLine());
        return path;
    }
}
