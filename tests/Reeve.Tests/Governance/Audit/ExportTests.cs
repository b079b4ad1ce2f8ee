using System.Text;
using System.Text.Json;
using Reeve.Core.Errors;
using Reeve.Core.Events;
using Reeve.Governance.Audit;
using Reeve.Testing;
using Reeve.Testing.Proof;

namespace Reeve.Tests.Governance.Audit;

/// <summary>An export holds the log to the byte and says what it is; heads are read back from it.</summary>
public sealed class ExportTests
{
    [Fact]
    public async Task An_export_has_the_members_of_the_document_in_their_order()
    {
        string[] lines = (await TestExport.TextAsync(TestLog.Example())).Split('\n');

        lines[0].ShouldBe("""{"kind":"export","format":"reeve.audit.1","exportedAt":"2026-11-20T10:00:00.000000Z","product":"Reeve test","tenantId":null}""");
        Members(lines[1]).ShouldBe(
            ["kind", "tenantId", "slot", "n", "ordinal", "eventId", "recordedAt", "type", "version", "occurredAt", "exceptionKey", "rowVersion", "runId", "passId", "stage",
                "actorKind", "actorId", "commitment", "hash", "salt", "body"]);
        Members(lines.First(line => line.Contains("\"commit\"", StringComparison.Ordinal))).ShouldBe(["kind", "tenantId", "slot", "n", "at", "events"]);
        Members(lines[^2]).ShouldBe(["kind", "tenantId", "slot", "n", "ordinal", "hash", "events", "notedAt"]);
        lines[^1].ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_survives_to_the_byte()
    {
        TestLog log = TestLog.Example();
        byte[] body = Encoding.UTF8.GetBytes("{\"a\": \"\\u00e9 é \\\"\\\\ / <>&'+\u2028 \ud83d\ude9a\u007f\",\r\n\t\"b\":1.0}");
        log.Commit(1, [("NORTH", EventType.ExceptionReceived, null, body)]);

        string text = await TestExport.TextAsync(log);

        text.Split('\n').Where(line => line.Contains("\"event\"", StringComparison.Ordinal)).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetString())
            .ShouldContain(Encoding.UTF8.GetString(body));
    }

    [Fact]
    public async Task An_export_without_bodies_has_none()
    {
        TestLog log = TestLog.Example();

        string text = await TestExport.TextAsync(log, new TestExport(WithBodies: false));

        text.ShouldNotContain("\"body\"");
        text.ShouldNotContain("\"salt\"");
        text.ShouldNotContain("送");
    }

    [Fact]
    public async Task What_is_written_meanwhile_is_no_finding()
    {
        TestLog log = TestLog.Example();
        log.WriteMeanwhile(erases: true);

        AuditReport report = await TamperTests.Verify(log);

        report.Findings.ShouldBeEmpty();
        log.Rows.Count.ShouldBeGreaterThan(19);
    }

    [Fact]
    public async Task Heads_are_noted_early_enough_for_what_is_under_way()
    {
        TestLog log = new() { LongestCommit = TimeSpan.FromSeconds(10) };
        log.Commit(1, ("NORTH", EventType.TenantCreated, null));

        IReadOnlyList<ChainHead> heads = await TestExport.HeadsAsync(log);

        heads.ShouldHaveSingleItem().NotedAt.ShouldBe(TestLog.Begin.AddHours(1).AddSeconds(-10));
        (await TamperTests.Verify(log)).Heads.ShouldHaveSingleItem().NotedAt.ShouldBe(heads[0].NotedAt);
    }

    [Fact]
    public async Task Heads_are_read_from_head_lines_and_from_whole_exports()
    {
        TestLog log = TestLog.Example();
        IReadOnlyList<ChainHead> fromExport = await TestExport.HeadsAsync(log);

        IReadOnlyList<ChainHead> fromLines = await ReadHeads(TestExport.HeadLines(fromExport));

        fromLines.Select(Shown).ShouldBe(fromExport.Select(Shown));
        fromExport.Select(Shown).ShouldBe((await TamperTests.Verify(log)).Heads.Select(Shown));
        fromExport.Select(head => $"{head.Tenant} {head.Position} {head.Events}").ShouldBe(["NORTH 1.7.1 10", "NORTH 2.5.0 4", "SOUTH 1.6.0 4", "SOUTH 2.3.0 1"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"kind\":\"export\"}\n")]
    [InlineData("not json\n")]
    [InlineData("[1]\n")]
    [InlineData("{\"kind\":\"head\",\"tenantId\":\"NORTH\"}\n")]
    [InlineData("{\"kind\":\"head\",\"tenantId\":\"NORTH\",\"slot\":1,\"n\":1,\"ordinal\":0,\"hash\":\"00\",\"events\":1,\"notedAt\":\"2026-11-20T10:00:00.000000Z\"}\n")]
    [InlineData("{\"kind\":\"head\",\"tenantId\":\"NORTH\",\"slot\":1.5,\"n\":1,\"ordinal\":0,\"hash\":\"00\",\"events\":1,\"notedAt\":\"yesterday\"}\n")]
    public async Task A_file_without_heads_is_refused(string text) =>
        (await Should.ThrowAsync<ReeveException>(() => ReadHeads(text))).Error.Code.ShouldBe("AUDIT-001");

    private static Task<IReadOnlyList<ChainHead>> ReadHeads(string text) =>
        HeadsFile.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), "heads.jsonl", CancellationToken.None);

    private static string Shown(ChainHead head) => $"{head.Tenant} {head.Position} {Convert.ToHexString(head.Hash.Span)} {head.Events} {head.NotedAt:O}";

    private static IEnumerable<string> Members(string line) => JsonDocument.Parse(line).RootElement.EnumerateObject().Select(member => member.Name);
}
