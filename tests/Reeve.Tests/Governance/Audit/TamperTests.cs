using System.Text.RegularExpressions;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Testing;
using Reeve.Testing.Proof;

namespace Reeve.Tests.Governance.Audit;

/// <summary>Every named way to harm a log is found and named. tests/Reeve.IntegrationTests has the same for the independent script.</summary>
public sealed class TamperTests
{
    public static TheoryData<string> Names => [.. Tampering.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Tampering_is_found_and_named(string name)
    {
        Tampering tampering = Tampering.All.Single(one => one.Name == name);
        TestLog log = TestLog.Example();
        IReadOnlyList<ChainHead>? heads = tampering.UsesHeads ? await TestExport.HeadsAsync(log) : null;

        tampering.Harm(log);

        AuditReport report = await Verify(log, heads);
        report.IsClean.ShouldBeFalse();
        if (tampering.Finding is { } expected)
        {
            AuditFinding finding = report.Findings.ShouldHaveSingleItem();
            (finding.Kind, finding.Tenant?.Value, finding.Position).ShouldBe(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_found_with_heads_alone_is_not_found_without(string name)
    {
        Tampering tampering = Tampering.All.Single(one => one.Name == name);
        TestLog log = TestLog.Example();

        tampering.Harm(log);

        (await Verify(log)).IsClean.ShouldBe(tampering.UsesHeads);
    }

    [Fact]
    public async Task An_unharmed_log_is_clean()
    {
        TestLog log = TestLog.Example();
        IReadOnlyList<ChainHead> heads = await TestExport.HeadsAsync(log);

        AuditReport report = await Verify(log, heads);

        report.Findings.ShouldBeEmpty();
        (report.Events, report.Chains, report.BodiesChecked, report.Erased).ShouldBe((19, 4, 17, 2));
    }

    [Theory]
    [InlineData("NORTH")]
    [InlineData("SOUTH")]
    [InlineData("NOBODY")]
    public async Task One_tenant_alone_is_clean(string tenant)
    {
        TestLog log = TestLog.Example();
        IReadOnlyList<ChainHead> heads = await TestExport.HeadsAsync(log);

        AuditReport report = await new AuditVerifier(log, new FakeTime()).VerifyAsync(new TenantId(tenant), heads, null, CancellationToken.None);

        report.Findings.ShouldBeEmpty();
    }

    [Fact]
    public void The_columns_that_are_altered_are_those_of_the_table()
    {
        string migration = File.ReadAllText(Path.Combine(Repository.Root, "src/Reeve.Storage/Migrations/0001_record.sqlite.sql"));
        string table = Regex.Match(migration, @"create table events \((.*?)\n\);", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups[1].Value;
        IEnumerable<string> columns = Regex.Matches(table, @"^    ([a-z_]+) +(?:text|integer|blob)", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Select(match => match.Groups[1].Value);

        Tampering.Columns.Select(column => column.Column).ShouldBe(columns);
    }

    [Fact]
    public async Task The_check_goes_on_behind_what_it_finds()
    {
        TestLog log = TestLog.Example();
        log.Alter("NORTH", "1.2.0", e => e with { ActorId = "agent:Other" });
        log.Alter("NORTH", "1.4.0", e => e with { Body = new byte[] { 1 } });
        log.Remove("NORTH", "2.2.1");
        log.Alter("SOUTH", "1.3.1", e => e with { Version = 9 });

        AuditReport report = await Verify(log);

        report.Findings.Select(finding => (finding.Kind, finding.Tenant?.Value + " " + finding.Position)).ShouldBe(
        [
            (FindingKind.AlteredEvent, "NORTH 1.2.0"),
            (FindingKind.AlteredBody, "NORTH 1.4.0"),
            (FindingKind.MissingEvents, "NORTH 2.2.1"),
            (FindingKind.AlteredEvent, "SOUTH 1.3.1"),
        ]);
    }

    internal static Task<AuditReport> Verify(IAuditSource log, IReadOnlyList<ChainHead>? heads = null) =>
        new AuditVerifier(log, new FakeTime(TestLog.Begin.AddHours(1))).VerifyAsync(null, heads ?? [], null, CancellationToken.None);
}
