using System.CommandLine;
using System.Text;
using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Commands;

namespace Reeve.Tests.Commands;

/// <summary>The command as a user meets it: arguments in; output, errors and exit code out.</summary>
[Collection("console")]
public sealed class ExprCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("reeve-expr").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Eval_prints_the_value_as_json()
    {
        string vars = Write("vars.json", """{ "a": { "b": [1, 2.5] }, "s": "é" }""");

        (int exit, string output, string errors) = Run("expr", "eval", "{'sum': a.b[0] + 1, 's': s, 'all': a.b}", "--vars", vars);

        errors.ShouldBeEmpty();
        output.ShouldBe("""{"sum":2,"s":"é","all":[1,2.5]}""" + Environment.NewLine);
        exit.ShouldBe(0);
    }

    [Fact]
    public void Eval_takes_the_time_it_is_given() =>
        Run("expr", "eval", "now + duration('1h')", "--now", "2026-01-02T03:04:05Z").Output.Trim().ShouldBe("\"2026-01-02T04:04:05Z\"");

    [Theory]
    [InlineData("amount > 1000000", "unknown", "amount")]
    [InlineData("amount == '1,250,000'", "true", "")]
    [InlineData("missing.path == 1", "false", "")]
    [InlineData("exception.rawPayload.amount == amount && rawPayload.amount == amount", "true", "")]
    [InlineData("owner == null && severity == null", "true", "")]
    public void A_condition_answers_true_false_or_unknown_and_names_the_field(string text, string answer, string named)
    {
        string vars = Write("record.json", """{ "rawPayload": { "amount": "1,250,000", "severity": "HIGH" } }""");

        (int exit, string output, string errors) = Run("expr", "eval", text, "--vars", vars, "--mode", "condition");

        output.Trim().ShouldBe(answer);
        errors.ShouldContain(named);
        exit.ShouldBe(0);
    }

    [Fact]
    public void What_only_expressions_know_is_printed_as_data() =>
        Run("expr", "eval", "[optional.of(1), optional.none(), ip('::1'), cidr('10.0.0.0/8')]").Output.Trim().ShouldBe("""[1,null,"::1","10.0.0.0/8"]""");

    [Fact]
    public void A_mapping_reads_a_missing_path_as_null() =>
        Run("expr", "eval", "{'x': rawPayload.nothing}", "--mode", "mapping").Output.Trim().ShouldBe("""{"x":null}""");

    [Theory]
    [InlineData("1 +", "EXPR-001", "line 1, column 4")]
    [InlineData("nothing", "EXPR-010", "line 1, column 1")]
    [InlineData("1 / 0", "EXPR-012", "divide by zero (line 1, column 3)")]
    public void A_refused_expression_ends_with_its_code_and_place(string text, string code, string place)
    {
        (int exit, string output, string errors) = Run("expr", "eval", text);

        exit.ShouldBe(1);
        output.ShouldBeEmpty();
        errors.ShouldContain(code);
        errors.ShouldContain(place);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        (int exit, _, string errors) = Run("expr", "eval", "1", "--vars", Path.Combine(folder, "none.json"));

        exit.ShouldBe(1);
        errors.ShouldContain("INPUT-001");
    }

    [Fact]
    public void Cases_are_counted_and_reported_in_order()
    {
        string input = Write("cases.jsonl", """
            {"id":"sum","expr":"1 + x","types":{"x":"int"},"bindings":{"x":{"int":"2"}},"expect":{"value":{"int":"3"}}}
            {"id":"kind","expr":"1 + 2","expect":{"value":{"uint":"3"}}}
            not json

            {"id":"error","expr":"1 / 0","expect":{"error":["divide by zero"]}}
            {"id":"unchecked","expr":"f() || true","disable_check":true,"expect":{"value":{"bool":true}}}
            {"id":"checked","expr":"1 + 'a'","expect":{"error":["no overload"]}}
            {"id":"free","expr":"[1.5, b'a', timestamp(1), {1u: null}, int, double('nan')]"}
            {"expr":"1"}
            """);
        string report = Path.Combine(folder, "report.jsonl");

        (int exit, string output, _) = Run("expr", "test", "--input", input, "--report", report);

        exit.ShouldBe(3);
        output.TrimEnd().ShouldEndWith("4 passed, 2 failed");
        string[] lines = File.ReadAllLines(report);
        lines.Length.ShouldBe(8);
        lines[0].ShouldBe("""{"id":"sum","value":{"int":"3"}}""");
        lines[1].ShouldBe("""{"id":"kind","value":{"int":"3"}}""");
        lines[2].ShouldStartWith("""{"id":"line 3","error":"INPUT-003""");
        lines[3].ShouldStartWith("""{"id":"error","error":"divide by zero""");
        lines[6].ShouldBe(
            """{"id":"free","value":{"list":[{"double":"1.5"},{"bytes":"YQ=="},{"timestamp":{"seconds":"1","nanos":0}},{"map":[[{"uint":"1"},{"null":null}]]},{"type":"int"},{"double":"NaN"}]}}""");
        lines[7].ShouldBe("""{"id":"line 9","value":{"int":"1"}}""");
    }

    [Theory]
    [InlineData("""{"timestamp":{"seconds":"253402300800","nanos":0}}""")]
    [InlineData("""{"timestamp":{"seconds":"0","nanos":-1}}""")]
    [InlineData("""{"timestamp":{"seconds":"0","nanos":1000000000}}""")]
    [InlineData("""{"duration":{"seconds":"315576000001","nanos":0}}""")]
    [InlineData("""{"duration":{"seconds":"1","nanos":-1}}""")]
    [InlineData("""{"map":[[{"double":"1"},{"int":"1"}]]}""")]
    [InlineData("""{"int":"9223372036854775808"}""")]
    public void A_binding_that_no_value_matches_is_an_error_of_its_case(string binding)
    {
        string input = Write("cases.jsonl", $$$"""{"id":7,"expr":"x","bindings":{"x":{{{binding}}}}}""");
        string report = Path.Combine(folder, "report.jsonl");

        Run("expr", "test", "--input", input, "--report", report).Exit.ShouldBe(3);

        File.ReadAllText(report).ShouldStartWith("""{"id":"7","error":"EXPR-013""");
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public void An_error_does_not_repeat_a_name_of_any_length(string isUnchecked)
    {
        string input = Write("cases.jsonl", $$"""{"id":"long","expr":"{{new string('a', 60_000)}}","disable_check":{{isUnchecked}}}""");
        string report = Path.Combine(folder, "report.jsonl");

        Run("expr", "test", "--input", input, "--report", report);

        File.ReadAllText(report).Length.ShouldBeLessThan(500);
    }

    [Fact]
    public void A_file_of_passing_cases_exits_with_zero()
    {
        string input = Write("cases.jsonl", """{"id":"a","expr":"x == [-0.0]","bindings":{"x":{"list":[{"double":"-0.0"}]}},"expect":{"value":{"bool":true}}}""");

        (int exit, string output, _) = Run("expr", "test", "--input", input);

        exit.ShouldBe(0);
        output.ShouldBe("1 passed, 0 failed" + Environment.NewLine);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    private static (int Exit, string Output, string Errors) Run(params string[] args)
    {
        TextWriter output = Console.Out;
        TextWriter errors = Console.Error;
        using StringWriter writtenOutput = new();
        using StringWriter writtenErrors = new();
        try
        {
            Console.SetOut(writtenOutput);
            Console.SetError(writtenErrors);
            int exit = new RootCommand { ExprCommand.Build() }.Parse(args).Invoke();
            return (exit, writtenOutput.ToString(), writtenErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}
