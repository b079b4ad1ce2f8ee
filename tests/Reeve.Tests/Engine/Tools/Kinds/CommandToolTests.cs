using Microsoft.Extensions.Logging.Abstractions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools.Kinds;
using Reeve.Engine.Tools.Kinds.CommandTools;
using Reeve.Testing.Tooling;

namespace Reeve.Tests.Tools;

/// <summary>Programs: what a definition and a configuration let run, and what arguments cannot make of it. What happens to those that run is tested with processes, in Reeve.IntegrationTests.</summary>
public sealed class CommandToolTests : IDisposable
{
    private const string Pay = """ "command": {"argv": ["pay", "--to", "{args.to}", "{args.amount}"]} """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_a_configured_folder_no_program_is_run() =>
        Problem(Pay, new CommandOptions()).ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe("TOOL-015"),
            error => error.NextStep.ShouldContain("tools.commandFolder"));

    [Fact]
    public void Without_what_ends_a_program_of_a_dead_node_none_is_run()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has nothing of the kind.");

        Problem(Pay, Options with { Timeout = "/nowhere/timeout" }).ShouldSatisfyAllConditions(
            error => error.Code.ShouldBe("TOOL-015"),
            error => error.Message.ShouldContain("/nowhere/timeout"));
    }

    [Fact]
    public void A_limit_that_nobody_can_hold_is_no_limit_so_the_tool_is_not_called()
    {
        const string Limited = """ "command": {"argv": ["pay"], "limits": {"memoryMb": 64}} """;

        Problem(Limited, Options with { Prlimit = "/nowhere/prlimit" }).Subject.ShouldBe("/command/limits/memoryMb");
        Of(Options with { Prlimit = "/nowhere/prlimit" }).Problems(ToolAttempts.Tool(Pay)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("pay", true)]
    [InlineData("./pay", true)]
    [InlineData("sub/pay", true)]
    [InlineData("../pay", false)]
    [InlineData("sub/../../pay", false)]
    [InlineData("/bin/sh", false)]
    [InlineData(".", false)]
    [InlineData("{args.to}", false)]
    public void A_program_is_one_of_the_configured_folder(string program, bool isOne)
    {
        IReadOnlyList<ReeveError> problems = Of(Options).Problems(ToolAttempts.Tool($$""" "command": {"argv": ["{{program}}"]} """));

        problems.Select(problem => (problem.Code, problem.Subject)).ShouldBe(isOne ? [] : [("TOOL-034", "/command/argv/0")]);
    }

    [Fact]
    public void A_folder_whose_name_only_begins_alike_is_another()
    {
        ToolDefinition tool = ToolAttempts.Tool($$""" "command": {"argv": ["{{folder.Path}}-2/pay"]} """);

        Of(Options).Problems(tool).ShouldHaveSingleItem().Code.ShouldBe("TOOL-034");
    }

    [Fact]
    public void What_people_approve_names_the_program_by_its_full_path() =>
        Of(Options).Target(ToolAttempts.Tool(Pay), ObjectMap.Empty).ShouldBe(folder.File("pay"));

    [Theory]
    [InlineData(""" "type": "command" """, "/command", "TOOL-015")]
    [InlineData(""" "command": {"argv": ["pay", "--to={args.to}"]} """, "/command/argv/1", "TOOL-034")]
    [InlineData(""" "command": {"argv": ["pay", "{args.to}{args.amount}"]} """, "/command/argv/1", "TOOL-034")]
    [InlineData(""" "command": {"argv": ["pay", "{exception.id}"]} """, "/command/argv/1", "TOOL-034")]
    [InlineData(""" "parameters": {"a": {"type": "string"}}, "command": {"argv": ["pay", "{args.b}"]} """, "/command/argv/1", "TOOL-034")]
    [InlineData(""" "command": {"argv": ["pay"], "workdir": "/etc"} """, "/command/workdir", "TOOL-034")]
    [InlineData(""" "command": {"argv": ["pay"], "workdir": "a/../.."} """, "/command/workdir", "TOOL-034")]
    [InlineData(""" "command": {"argv": ["pay"], "workdir": "a\\..\\.."} """, "/command/workdir", "TOOL-034")]
    public void A_definition_that_cannot_be_used_says_which_member(string members, string subject, string code)
    {
        ReeveError error = Problem(members, Options);

        (error.Code, error.Subject).ShouldBe((code, subject));
    }

    [Theory]
    [InlineData("-rf", "begins with '-'")]
    [InlineData("--to", "begins with '-'")]
    [InlineData("-", "begins with '-'")]
    [InlineData("a\0b", "NUL")]
    [InlineData(null, "needs the argument")]
    public async Task An_argument_that_the_program_could_mistake_is_refused_before_it_starts(string? to, string reason)
    {
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Pay), ObjectMap.Of(("to", Value.Of(to)), ("amount", Value.Of(5))));

        ReeveError error = (await Of(Options).TryAsync(attempt, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error;

        (error.Code, error.IsTransient).ShouldBe(("TOOL-013", false));
        error.Message.ShouldContain(reason);
    }

    [Fact]
    public async Task Half_a_character_is_refused_since_the_program_would_get_another()
    {
        foreach (string half in new[] { "a\ud800", "\ud800b", "\udc00\ud800", "\uFFFD\ud800" })
        {
            Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Pay), ObjectMap.Of(("to", Value.Of(half)), ("amount", Value.Of(5))));
            (await Of(Options).TryAsync(attempt, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error.Message.ShouldContain("Unicode");
        }
    }

    [Fact]
    public async Task A_negative_amount_needs_leave_like_every_other_dash()
    {
        Attempt attempt = ToolAttempts.At(ToolAttempts.Tool(Pay), """{"to": "a", "amount": -5}""");

        (await Of(Options).TryAsync(attempt, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error.Message.ShouldContain("\"amount\"");
    }

    [Fact]
    public async Task Arguments_that_no_system_takes_are_refused_before_the_program_starts()
    {
        Attempt one = ToolAttempts.At(ToolAttempts.Tool(Pay), $$"""{"to": "{{new string('x', 9_000)}}", "amount": 1}""");
        Attempt all = ToolAttempts.At(
            ToolAttempts.Tool($$""" "command": {"argv": ["pay", {{string.Join(", ", Enumerable.Repeat("\"{args.to}\"", 4))}}]} """), $$"""{"to": "{{new string('x', 8_000)}}"}""");

        (await Of(Options).TryAsync(one, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-013");
        (await Of(Options).TryAsync(all, TestContext.Current.CancellationToken)).ShouldBeOfType<AttemptResult.NotRun>().Error.Code.ShouldBe("TOOL-013");
    }

    private CommandOptions Options => new() { Folder = folder.Path };

    private static CommandTool Of(CommandOptions options) => new(options, new FakeTime(), NullLogger.Instance);

    private static ReeveError Problem(string members, CommandOptions options) => Of(options).Problems(ToolAttempts.Tool(members)).ShouldHaveSingleItem();
}
