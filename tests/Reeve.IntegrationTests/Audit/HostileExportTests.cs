using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reeve.Testing;
using Reeve.Testing.Proof;

namespace Reeve.IntegrationTests.Audit;

/// <summary>Whatever an export holds, the script answers with findings, never with a failure of its own.</summary>
public sealed class HostileExportTests
{
    // The line that is harmed: an event in the middle of a chain.
    private const int Harmed = 3;

    public static TheoryData<string> Members =>
        ["kind", "tenantId", "slot", "n", "ordinal", "eventId", "recordedAt", "type", "version", "occurredAt", "exceptionKey", "rowVersion", "runId", "passId", "stage",
            "actorKind", "actorId", "commitment", "hash", "salt", "body"];

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_that_is_missing_or_of_another_type_is_a_finding(string member)
    {
        JsonNode?[] values = [true, 0.5, 1e300, -1, new JsonArray(), new JsonObject(), "", "\u0000", "zz", "-0", JsonValue.Create(long.MaxValue), new JsonArray(new JsonObject())];
        string[] lines = Lines(await TestExport.TextAsync(TestLog.Example()));
        List<string> harmed = [];
        foreach (JsonNode? value in values)
        {
            // A text of another content is a tampering, and has its own tests.
            if (value is not null && !(member is "body" or "actorKind" or "actorId" or "type" or "stage" && value.GetValueKind() == JsonValueKind.String))
            {
                JsonObject line = (JsonObject)JsonNode.Parse(lines[Harmed])!;
                line[member] = value.DeepClone();
                harmed.Add(line.ToJsonString());
            }
        }

        JsonObject without = (JsonObject)JsonNode.Parse(lines[Harmed])!;
        without.Remove(member);
        harmed.Add(without.ToJsonString());

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(
            harmed.Select(line => (string.Join('\n', [.. lines[..Harmed], line, .. lines[(Harmed + 1)..]]), (string?)null)));

        harmed.Zip(verdicts).Where(pair => pair.Second.ExitCode != 3).Select(pair => pair.First).ShouldBeEmpty();
    }

    private static readonly string[] BadLines =
    [
        "", "\0", "{", "[]", "null", "1", "\"kind\"", "{\"kind\":null}", "{\"kind\":[]}", "{\"kind\":\"event\"}", "{\"kind\":\"head\"}", "{\"kind\":\"commit\"}", "{\"kind\":\"start\"}", "{\"kind\":\"unreadable\"}",
        "{\"kind\":\"export\",\"format\":\"reeve.audit.1\",\"tenantId\":null}",
        "{\"kind\":\"commit\",\"tenantId\":[],\"slot\":1,\"n\":1,\"at\":\"2026-11-20T10:00:00.000000Z\",\"events\":1}",
        "{\"kind\":\"commit\",\"tenantId\":\"NORTH\",\"slot\":{},\"n\":1,\"at\":\"x\",\"events\":1}",
        "{\"kind\":\"head\",\"tenantId\":{},\"slot\":1,\"n\":1,\"ordinal\":0,\"hash\":\"\",\"events\":0,\"notedAt\":0}",
        "{\"kind\":\"unreadable\",\"tenantId\":[],\"slot\":1,\"n\":1,\"ordinal\":0,\"column\":{}}",
        "{\"kind\":\"start\",\"tenantId\":\"NORTH\",\"slot\":1,\"n\":1,\"ordinal\":0,\"hash\":\"zz\"}",
        "{\"kind\":\"event\",\"kind\":\"event\"}",
        "{\"kind\":\"event\",\"n\":NaN}",
        "{\"kind\":\"event\",\"n\":" + new string('9', 5000) + "}",
        "{\"kind\":\"event\",\"x\":\"\\ud800\",\"tenantId\":\"\\ud800\"}",
    ];

    [Fact]
    public async Task A_line_that_makes_no_sense_is_a_finding()
    {
        string[] lines = Lines(await TestExport.TextAsync(TestLog.Example()));

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(
            BadLines.Select(line => (string.Join('\n', [.. lines[..Harmed], line, .. lines[Harmed..]]), (string?)null)));

        BadLines.Zip(verdicts).Where(pair => pair.Second.ExitCode != 3).Select(pair => pair.First).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deep_nesting_bytes_that_are_no_text_and_control_characters_are_findings()
    {
        using TemporaryFolder folder = new();
        string export = await TestExport.TextAsync(TestLog.Example());
        foreach (byte[] line in new[] { Encoding.UTF8.GetBytes(new string('[', 200_000)), [0xff, 0xfe, 0x00], Encoding.UTF8.GetBytes("{\"kind\":\"event\",\"tenantId\":\"\\u001b[2J\",\"slot\":1,\"n\":1,\"ordinal\":0}") })
        {
            string file = folder.File("export.jsonl");
            await File.WriteAllBytesAsync(file, [.. Encoding.UTF8.GetBytes(export), .. line, (byte)'\n'], CancellationToken.None);

            ScriptVerdict verdict = await AuditScript.RunAsync(file);

            verdict.ExitCode.ShouldBe(3);
            verdict.Output.ShouldNotContain('\u001b');
        }
    }

    [Fact]
    public async Task Lines_of_another_kind_are_counted()
    {
        ScriptVerdict verdict = await AuditScript.CheckAsync(await TestExport.TextAsync(TestLog.Example()) + "{\"kind\":\"checkpoint\"}\n{\"kind\":\"checkpoint\"}\n");

        verdict.Output.ShouldBe("19 events in 4 chains; 17 bodies, 2 erased, 0 withheld, 2 lines of another kind; 0 findings\n");
        verdict.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task An_empty_file_is_no_clean_log() => (await AuditScript.CheckAsync("")).ExitCode.ShouldBe(3);

    [Fact]
    public async Task Wrong_usage_ends_with_two()
    {
        (await AuditScript.RunAsync()).ExitCode.ShouldBe(2);
        (await AuditScript.RunAsync("--heads", "a", "b")).ExitCode.ShouldBe(2);
        (await AuditScript.RunAsync("a", "--header", "b")).ExitCode.ShouldBe(2);
        (await AuditScript.RunAsync("/nowhere/export.jsonl")).ExitCode.ShouldBe(2);
        (await AuditScript.RunAsync("--help")).Errors.ShouldContain("EXPORT.jsonl [--heads FILE]");
    }

    private static string[] Lines(string export) => export.TrimEnd('\n').Split('\n');
}
