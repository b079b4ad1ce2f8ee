using Reeve.Commands;

namespace Reeve.Tests.Commands;

/// <summary>What holds of every verb.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("table, json, jsonl", "packs", "validate", "x")]
    [InlineData("table, json, jsonl", "packs", "lint", "x")]
    [InlineData("table, json, jsonl", "packs", "test", "x")]
    [InlineData("table, json, jsonl", "packs", "mutate", "x")]
    [InlineData("table, json", "packs", "show", "x")]
    [InlineData("table, json", "exceptions", "show", "x")]
    [InlineData("table, json, jsonl", "exceptions", "list")]
    [InlineData("table, json", "db", "status")]
    [InlineData("table, json", "db", "verify-plans")]
    [InlineData("table, json, jsonl", "logs", "--file", "/nothing")]
    public async Task A_shape_that_there_is_not_is_told_in_one_way_and_letters_may_be_of_either_case(string shapes, params string[] words)
    {
        var (exit, output, talk) = await Contexts.Invoke([.. words, "-o", "xml\u202e"]);
        var (known, _, said) = await Contexts.Invoke([.. words, "-o", "JSON"]);

        (exit, output).ShouldBe((2, ""));
        talk.Split('\n')[0].ShouldBe($"-o: 'xml\uFFFD' is none of {shapes}.");
        known.ShouldNotBe(2, said);
    }

    [Theory]
    [InlineData("2026-11-19")]
    [InlineData("2026-11-19T15:00")]
    [InlineData("2026-11-19T15:00:00")]
    [InlineData("2026-11-19 15:00:00")]
    [InlineData("soon")]
    [InlineData("")]
    public async Task A_time_to_judge_by_has_an_offset(string time)
    {
        foreach (string[] verb in (string[][])[["packs", "test", "x"], ["packs", "mutate", "x"], ["packs", "results", "x"], ["run", "--domain-pack", "x", "--tenant-policy", "x", "--input", "x"]])
        {
            var (exit, _, talk) = await Contexts.Invoke([.. verb, "--as-of", time]);

            exit.ShouldBe(2, talk);
            talk.ShouldContain("2026-01-31T09:30:00Z");
        }
    }

    [Theory]
    [InlineData("2026-11-19T15:00:00Z")]
    [InlineData("2026-11-19T15:00+01:00")]
    [InlineData("2026-11-19T15:00:00.5-05:00")]
    public async Task A_time_with_one_is_taken(string time) => (await Contexts.Invoke("packs", "test", "x", "--as-of", time)).Exit.ShouldBe(1);

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Standard_output_that_cannot_be_written_is_an_error_like_any_other(Exception failure)
    {
        StringWriter talk = new();

        int exit = await CommandLine.InvokeAsync(Contexts.Of(new Broken(failure), talk, "packs", "--help"), TestContext.Current.CancellationToken);

        exit.ShouldBe(1);
        talk.ToString().Trim().ShouldStartWith("INPUT-010: Standard output: Bad file descriptor Next: ");
    }

    public static TheoryData<Exception> Failures => [new IOException("Bad file descriptor"), new UnauthorizedAccessException("Access to the path is denied.", new IOException("Bad file descriptor"))];

    // What a console that was closed does.
    private sealed class Broken(Exception failure) : StringWriter
    {
        public override void Write(char value) => throw failure;

        public override void Write(string? value) => throw failure;

        public override void Write(char[] buffer, int index, int count) => throw failure;
    }
}
