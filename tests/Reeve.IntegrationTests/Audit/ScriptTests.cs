using System.Text.RegularExpressions;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Testing;
using Reeve.Testing.Proof;

namespace Reeve.IntegrationTests.Audit;

/// <summary>The independent verifier, run as an auditor runs it, comes to the verdicts of Reeve's own.</summary>
public sealed class ScriptTests
{
    [Fact]
    public async Task The_vectors_of_the_document_are_clean()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/audit-format.md"), CancellationToken.None);
        string export = Regex.Match(page.ReplaceLineEndings("\n"), "```jsonl\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Groups[1].Value;

        ScriptVerdict verdict = await AuditScript.CheckAsync(export);

        verdict.ShouldBe(new ScriptVerdict(0, "5 events in 2 chains; 4 bodies, 1 erased, 0 withheld; 0 findings\n", ""));
    }

    [Fact]
    public async Task An_unharmed_log_is_clean()
    {
        TestLog log = TestLog.Example();
        IReadOnlyList<ChainHead> heads = await TestExport.HeadsAsync(log);

        (await AuditScript.CheckAsync(log, heads)).ShouldBe(new ScriptVerdict(0, "19 events in 4 chains; 17 bodies, 2 erased, 0 withheld; 0 findings\n", ""));
        (await AuditScript.CheckAsync(log, heads, new TestExport(WithBodies: false))).ShouldBe(new ScriptVerdict(0, "19 events in 4 chains; 0 bodies, 0 erased, 19 withheld; 0 findings\n", ""));
        foreach (string tenant in new[] { "NORTH", "SOUTH", "NOBODY" })
        {
            TestExport one = new(new TenantId(tenant));
            (await AuditScript.CheckAsync(log, heads, one)).ExitCode.ShouldBe(0);
            (await TestExport.TextAsync(log, one)).ShouldNotContain(tenant == "NORTH" ? "SOUTH" : "NORTH");
        }
    }

    [Fact]
    public async Task Every_tampering_is_found_and_named()
    {
        List<(string Export, string? Heads)> exports = [];
        foreach (Tampering tampering in Tampering.All)
        {
            TestLog log = TestLog.Example();
            string? heads = tampering.UsesHeads ? TestExport.HeadLines(await TestExport.HeadsAsync(log)) : null;
            tampering.Harm(log);
            exports.Add((await TestExport.TextAsync(log), heads));
        }

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(exports);

        foreach ((Tampering tampering, ScriptVerdict verdict) in Tampering.All.Zip(verdicts))
        {
            verdict.ExitCode.ShouldBe(3, tampering.Name);
            if (tampering.Finding is { } finding)
            {
                // The commit at least: the script does not say what was removed, but which event shows it.
                string commit = string.Join('.', finding.Position.Split('.')[..2]);
                verdict.Findings.ShouldContain(
                    line => finding.Tenant == null ? line.StartsWith("slot " + finding.Position.Split('.')[0], StringComparison.Ordinal) : line.StartsWith($"{finding.Tenant} {commit}", StringComparison.Ordinal),
                    tampering.Name + "\n" + verdict.Output);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Both_verifiers_come_to_one_verdict_about_any_change(int seed)
    {
        List<(string What, bool IsClean, string Export)> cases = [];
        for (int i = 0; i < 150; i++)
        {
            Random chance = new((seed * 1000) + i);
            TestLog log = TestLog.Example();
            string what = $"seed {seed}, change {i}: " + string.Join("; ", Enumerable.Range(0, chance.Next(4)).Select(_ => RandomChange.Apply(log, chance)).ToArray());
            AuditReport report = await new AuditVerifier(log, TimeProvider.System).VerifyAsync(null, [], null, CancellationToken.None);
            cases.Add((what, report.IsClean, await TestExport.TextAsync(log)));
        }

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(cases.Select(one => (one.Export, (string?)null)));

        cases.Zip(verdicts).Where(pair => pair.First.IsClean != (pair.Second.ExitCode == 0)).Select(pair => pair.First.What + "\n" + pair.Second.Output).ShouldBeEmpty();
        verdicts.Count(verdict => verdict.ExitCode == 0).ShouldBeInRange(1, 149);
    }

    [Fact]
    public async Task Any_line_left_out_of_an_export_is_found()
    {
        string[] lines = (await TestExport.TextAsync(TestLog.Example())).TrimEnd('\n').Split('\n');

        IReadOnlyList<ScriptVerdict> verdicts = await AuditScript.CheckManyAsync(lines.Select((_, i) => (string.Join('\n', lines[..i].Concat(lines[(i + 1)..])), (string?)null)));

        // The list of commits may begin later: what is older than a week is no longer listed.
        lines.Zip(verdicts).Where(pair => pair.Second.ExitCode != 3).Select(pair => pair.First).ShouldAllBe(
            line => line.Contains("\"commit\"", StringComparison.Ordinal) && line.Contains("\"n\":1,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_written_while_a_log_is_exported_is_no_finding()
    {
        TestLog log = TestLog.Example();
        log.WriteMeanwhile(erases: false);

        ScriptVerdict verdict = await AuditScript.CheckAsync(log);

        verdict.ExitCode.ShouldBe(0, verdict.Output);
        log.Rows.Count.ShouldBeGreaterThan(19);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"kind\":\"export\"}\n")]
    [InlineData("not json\n")]
    [InlineData("{\"kind\":\"head\",\"tenantId\":\"NORTH\"}\n")]
    [InlineData("{\"kind\":\"head\",\"tenantId\":[],\"slot\":1,\"n\":1,\"ordinal\":0,\"hash\":\"00\",\"events\":1,\"notedAt\":\"2026-11-20T10:00:00.000000Z\"}\n")]
    public async Task Heads_that_are_none_are_a_finding(string heads) =>
        (await AuditScript.CheckAsync(await TestExport.TextAsync(TestLog.Example()), heads)).ExitCode.ShouldBe(3);
}
