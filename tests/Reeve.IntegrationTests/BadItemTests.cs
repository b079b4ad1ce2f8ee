using System.Text;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>Items that cannot be accepted among some that can: each says why, and the batch goes on.</summary>
public sealed class BadItemTests : IDisposable
{
    private const string Accepted = "IN_PROGRESS";

    private readonly RunFolder here = new();

    public void Dispose() => here.Dispose();

    [Fact]
    public async Task Each_bad_line_has_its_code_and_the_good_ones_are_decided()
    {
        (byte[] Line, string Outcome)[] lines =
        [
            (Utf8(RunFolder.Good), Accepted),
            (Utf8("""{"exceptionType": """), "INPUT-003"),
            (Utf8("""{"rawPayload":{},}"""), "INPUT-003"),
            (Utf8("not json at all"), "INPUT-003"),
            (Utf8("""{"a":{"b":1,"b":2}}"""), "INPUT-006"),
            ([.. "{\"a\":\""u8, 0xFF, 0xFE, .. "\"}"u8], "INPUT-005"),
            (Utf8("""{"a":"x\u0000y"}"""), "INPUT-009"),
            (Utf8("{\"a\":\"x\0y\"}"), "INPUT-003"),
            (Utf8("""{"a":"\ud800"}"""), "INPUT-009"),
            (Utf8("""{"a\udc00":1}"""), "INPUT-009"),
            (Utf8($"{{\"rawPayload\":{{\"x\":{new string('[', 200)}{new string(']', 200)}}}}}"), "INPUT-007"),
            (Utf8($"{{\"rawPayload\":{{\"x\":\"{new string('a', 1_100_000)}\"}}}}"), "INTAKE-"),
            (Utf8($"{{\"rawPayload\":{{\"x\":\"{new string('a', 10_000_000)}\"}}}}"), "INPUT-008"),
            (Utf8("""{"tenantId":"SOUTH","rawPayload":{}}"""), "INTAKE-"),
            (Utf8("""{"rawPayload":{},"colour":"red"}"""), "INTAKE-"),
            (Utf8("""{"rawPayload":[1]}"""), "INTAKE-"),
            (Utf8("""{"rawPayload":{},"timestamp":"last week"}"""), "INTAKE-"),
            (Utf8("""{"rawPayload":{},"severity":{}}"""), "INTAKE-"),
            (Utf8("\"text\""), "INTAKE-"),
            (Utf8("[]"), "INTAKE-"),
            (Utf8(RunFolder.Good), Accepted),
        ];
        string input = here.Write("bad.jsonl", [.. lines.SelectMany(line => line.Line.Append((byte)'\n'))]);

        IReadOnlyList<MapValue> results = await RunFolder.DecideAsync(input);

        results.Count.ShouldBe(lines.Length);
        foreach ((MapValue result, (byte[] _, string expected)) in results.Zip(lines))
        {
            RunResults.Outcome(result).ShouldStartWith(expected);
        }
    }

    [Fact]
    public async Task Bad_items_of_an_array_leave_the_others_alone()
    {
        string[] items =
        [
            RunFolder.Good, """{"a":1,"a":2}""", """{"a":"\u0000"}""", """{"a":"\ud800"}""", "7", """{"tenantId":"SOUTH","rawPayload":{}}""",
            $"{{\"x\":{new string('[', 200)}{new string(']', 200)}}}", $"{{\"rawPayload\":{{\"x\":\"{new string('a', 10_000_000)}\"}}}}", RunFolder.Good,
        ];
        string input = here.Write("bad.json", $"[{string.Join(",\n", items)}]");

        string[] outcomes = [.. (await RunFolder.DecideAsync(input)).Select(RunResults.Outcome)];

        outcomes.Length.ShouldBe(items.Length);
        outcomes[0].ShouldBe(Accepted);
        outcomes[^1].ShouldBe(Accepted);
        outcomes[1..^1].ShouldNotContain(Accepted);
    }

    [Fact]
    public async Task An_array_that_breaks_off_is_read_up_to_there_and_the_break_has_a_place()
    {
        string input = here.Write("broken.json", $"[{RunFolder.Good},\n{RunFolder.Good},\n{{\"rawPayload\": ]");

        IReadOnlyList<MapValue> results = await RunFolder.DecideAsync(input);

        // The third item is broken, and then the array has no end.
        results.Select(RunResults.Outcome).ShouldBe([Accepted, Accepted, "INPUT-003", "INPUT-003"]);
        results.Skip(2).Select(result => result["errors"].AsList()[0].AsMap()).ShouldAllBe(error => error["line"].AsInt() == 3 && error["nextStep"].AsString().Length > 0);
    }

    [Fact]
    public async Task An_array_goes_on_behind_an_item_that_is_no_json()
    {
        string input = here.Write("broken.json", $"[{RunFolder.Good},\n{{\"rawPayload\": nope}},\n{RunFolder.Good}]");

        IReadOnlyList<MapValue> results = await RunFolder.DecideAsync(input);

        results.Select(RunResults.Outcome).ShouldBe([Accepted, "INPUT-003", Accepted]);
        results[1]["errors"].AsList()[0].AsMap()["line"].AsInt().ShouldBe(2);
    }

    [Fact]
    public async Task An_error_in_a_line_names_that_line_of_the_file()
    {
        string input = here.Write("lines.jsonl", $"{RunFolder.Good}\n\n{RunFolder.Good}\n{{\"a\": 1, \"a\": 2}}\n");

        MapValue error = (await RunFolder.DecideAsync(input))[2]["errors"].AsList()[0].AsMap();

        error["line"].AsInt().ShouldBe(4);
        error["column"].AsInt().ShouldBe(10);
    }

    [Fact]
    public async Task Every_reason_names_its_field_and_what_to_do()
    {
        string input = here.Write("reasons.jsonl", """{"rawPayload":[],"colour":"red","tenantId":5}""");

        MapValue[] errors = [.. (await RunFolder.DecideAsync(input)).ShouldHaveSingleItem()["errors"].AsList().Items.ToArray().Select(error => error.AsMap())];

        errors.Select(error => error["pointer"].AsString()).ShouldBe(["/rawPayload", "/colour", "/tenantId"], ignoreOrder: true);
        errors.ShouldAllBe(error => error["nextStep"].AsString().Length > 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF \r\n\t\n")]
    [InlineData("[]")]
    public async Task An_input_without_exceptions_is_refused_and_the_output_file_is_whole(string text)
    {
        string output = here.File("out.json");

        Ended ended = await ReeveProgram.RunAsync(RunFolder.Run(here.Write("empty.json", text), "--output", output));

        ended.ShouldRefuseWith("INPUT-002");
        RunResults.Read(await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_hundred_thousand_open_brackets_are_refused_and_not_recursed_into()
    {
        string input = here.Write("deep.json", new string('[', 100_000));

        (await RunFolder.DecideAsync(input)).Select(RunResults.Outcome).ShouldBe(["INPUT-007", "INPUT-003"]);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
