using System.Text;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>What <c>reeve run</c> reads, writes and repeats.</summary>
public sealed class RunTests : IDisposable
{
    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task Json_on_standard_output_is_the_document_of_the_output_file()
    {
        string file = here.File("out.json");

        Ended ended = (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "-o", "json", "--output", file, "--as-of", RunFolder.AsOf))).ShouldEndWith(0);

        IReadOnlyList<MapValue> results = RunResults.Read(ended.Output);
        results.Count.ShouldBe(11);
        ended.Json["tenantId"].AsString().ShouldBe("NORTH");
        Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).TrimEnd().ShouldBe(ended.Text.TrimEnd());
        ended.Talk.ShouldContain("11 items: 11 decided");
    }

    [Fact]
    public async Task The_output_file_is_json_whatever_the_shape_of_standard_output()
    {
        string file = here.File("out.json");

        Ended table = (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "--output", file))).ShouldEndWith(0);

        table.Text.ShouldContain("LABEL_UNREADABLE  MEDIUM  ALLOW  relabel");
        RunResults.Read(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).Count.ShouldBe(11);
    }

    [Fact]
    public async Task Lines_hold_one_result_each_in_the_order_of_the_input()
    {
        Ended ended = (await ReeveProgram.RunAsync(RunFolder.Run(RunFolder.Items, "-o", "jsonl"))).ShouldEndWith(0);

        ended.Lines.Select(RunResults.ReadLine).Select(result => result["exception"].AsMap()["rawPayload"].AsMap()["parcel"].AsString())
            .ShouldBe(Enumerable.Range(1, 11).Select(n => $"P-{n}"));
    }

    [Fact]
    public async Task The_same_exceptions_give_the_same_decisions_in_every_shape_and_by_standard_input()
    {
        string[] items = [RunFolder.Good, """{"exceptionType":"LABEL_UNREADABLE","rawPayload":{"parcel":"Ä-5 🙂","notes":"","tags":[]}}"""];
        string lines = string.Join('\n', items);
        string expected = await Decisions(here.Write("a.jsonl", lines));

        expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        (await Decisions(here.Write("b.json", $"[{items[0]},\n{items[1]}]"))).ShouldBe(expected);
        (await Decisions(here.Write("c.json", lines))).ShouldBe(expected);
        (await Decisions(here.Write("d.jsonl", "\uFEFF" + lines))).ShouldBe(expected);
        (await Decisions(here.Write("e.json", "\uFEFF[" + string.Join(",", items) + "]"))).ShouldBe(expected);
        (await Decisions(here.Write("f.jsonl", lines.ReplaceLineEndings("\r\n") + "\r\n\r\n"))).ShouldBe(expected);
        (await Decisions("-", Encoding.UTF8.GetBytes(lines))).ShouldBe(expected);
        (await Decisions("-", Encoding.UTF8.GetBytes($"[{items[0]},{items[1]}]"))).ShouldBe(expected);
    }

    [Fact]
    public async Task One_object_over_many_lines_is_one_exception()
    {
        string input = here.Write("one.json", RunFolder.Good.Replace(",", ",\r\n  ", StringComparison.Ordinal));

        (await RunFolder.DecideAsync(input)).ShouldHaveSingleItem()["status"].AsString().ShouldBe("IN_PROGRESS");
    }

    [Fact]
    public async Task The_same_time_gives_the_same_bytes_in_two_processes_and_with_any_number_of_workers()
    {
        // More than one chunk of the pipeline, with repeats and refused items among them.
        string input = here.Write("many.jsonl", string.Join('\n', Enumerable.Range(0, 2_500).Select(n => (n % 50) switch
        {
            7 => """{"rawPayload": "not an object"}""",
            8 => $$$"""{"exceptionId":"same-{{{n % 500}}}","exceptionType":"DELAYED","rawPayload":{"parcel":"P","hoursLate":{{{n % 500}}},"notes":"","tags":[]}}""",
            _ => $$$"""{"exceptionType":"DELAYED","rawPayload":{"parcel":"P-{{{n}}}","hoursLate":{{{n % 100}}},"notes":"","tags":[]}}""",
        })));

        (byte[] Output, byte[] Decisions) first = await Run("1");
        (byte[] Output, byte[] Decisions) second = await Run("1");
        (byte[] Output, byte[] Decisions) parallel = await Run("8");

        first.Decisions.AsSpan().Count((byte)'\n').ShouldBe(2_410, "50 were refused and 40 repeat another");
        second.Output.AsSpan().SequenceEqual(first.Output).ShouldBeTrue();
        second.Decisions.AsSpan().SequenceEqual(first.Decisions).ShouldBeTrue();
        parallel.Output.AsSpan().SequenceEqual(first.Output).ShouldBeTrue();
        parallel.Decisions.AsSpan().SequenceEqual(first.Decisions).ShouldBeTrue();

        async Task<(byte[] Output, byte[] Decisions)> Run(string workers)
        {
            string output = here.File("output.json");
            string decisions = here.File("decisions.jsonl");
            (await ReeveProgram.RunAsync(RunFolder.Run(input, "--as-of", RunFolder.AsOf, "--workers", workers, "--output", output, "--decisions", decisions, "-o", "jsonl"))).ShouldEndWith(0);
            return (await File.ReadAllBytesAsync(output), await File.ReadAllBytesAsync(decisions));
        }
    }

    [Fact]
    public async Task Nothing_from_outside_moves_the_terminal_and_redirected_output_has_no_colours()
    {
        string input = here.Write("hostile.jsonl", """
            {"exceptionType":"\u001b[2J\u001b]0;owned\u0007","rawPayload":{"parcel":"\u001b[31mred\nFAKE  line\u0085\u009b1m"}}
            {"exceptionType":"MISROUTED","rawPayload":{"parcel":"\u001b[31mred\r\nFAKE  line","home":"D","hops":1,"notes":"","tags":[]}}
            {"\u001b[31m\nFAKE  key":1,"rawPayload":{}}
            {"a\nFAKE  key":1,"a\nFAKE  key":2}
            """);

        Ended plain = (await ReeveProgram.RunAsync(RunFolder.Run(input))).ShouldEndWith(0);
        Ended noColor = (await ReeveProgram.RunAsync(RunFolder.Run(input), [], ("NO_COLOR", "1"), ("TERM", "xterm-256color"))).ShouldEndWith(0);

        foreach (Ended ended in new[] { plain, noColor })
        {
            (ended.Text + ended.Talk).ShouldNotContain("\u001b");
            (ended.Text + ended.Talk).Any(c => char.IsControl(c) && c != '\n').ShouldBeFalse();
            ended.Lines.ShouldNotContain(line => line.StartsWith("FAKE", StringComparison.Ordinal));
        }
    }

    private static async Task<string> Decisions(string input, byte[]? sent = null)
    {
        using RunFolder there = new();
        string decisions = there.File("decisions.jsonl");
        (await ReeveProgram.RunAsync(RunFolder.Run(input, "--as-of", RunFolder.AsOf, "--decisions", decisions), sent ?? [])).ShouldEndWith(0);
        return await File.ReadAllTextAsync(decisions);
    }
}
