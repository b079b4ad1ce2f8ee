using Reeve.Governance.Audit;
using Reeve.Testing.Proof;

namespace Reeve.Tests.Governance.Audit;

/// <summary>A chain whose beginning is gone is checked from where it begins, and its start only believed when it was noted.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task What_is_left_fits_and_the_start_alone_is_reported()
    {
        TestLog log = TestLog.Example();
        log.RemoveBeginning("NORTH", "1.2.1");

        AuditFinding finding = (await VerifyAsync(log)).Findings.ShouldHaveSingleItem();

        (finding.Kind, finding.Tenant!.Value.Value, finding.Position).ShouldBe((FindingKind.UnprovenStart, "NORTH", "1.2.1"));
    }

    [Fact]
    public async Task A_start_that_was_noted_as_head_is_no_finding_and_older_heads_are_left_alone()
    {
        TestLog log = TestLog.Example();
        ChainHead[] noted = [Head(log, "NORTH", "1.1.0"), Head(log, "NORTH", "1.2.1")];
        log.RemoveBeginning("NORTH", "1.2.1");

        (await VerifyAsync(log, noted)).Findings.ShouldBeEmpty();
        (await VerifyAsync(log, noted[0])).Findings.Select(finding => finding.Kind).ShouldBe([FindingKind.UnprovenStart]);
    }

    // Whoever cuts off a beginning writes a start that fits; the note of what stood there does not fit it.
    [Fact]
    public async Task A_start_that_differs_from_the_note_is_found()
    {
        TestLog log = TestLog.Example();
        ChainHead noted = Head(log, "NORTH", "1.2.1") with { Hash = new byte[32] };
        log.RemoveBeginning("NORTH", "1.2.1");

        (await VerifyAsync(log, noted)).Findings.Select(finding => finding.Kind).ShouldBe([FindingKind.HeadMismatch]);
    }

    [Fact]
    public async Task A_beginning_that_was_cut_off_without_a_start_is_found()
    {
        TestLog log = TestLog.Example();
        log.RemoveBeginning("NORTH", "1.2.1");
        log.Starts.Clear();

        (await VerifyAsync(log)).Findings.ShouldAllBe(finding => finding.Kind != FindingKind.UnprovenStart);
        (await VerifyAsync(log)).IsClean.ShouldBeFalse();
    }

    [Fact]
    public async Task More_that_was_cut_off_behind_a_start_is_found()
    {
        TestLog log = TestLog.Example();
        log.RemoveBeginning("NORTH", "1.2.1");
        log.Rows.RemoveAt(log.Find("NORTH", "1.4.0"));

        (await VerifyAsync(log, [.. (await TestExport.HeadsAsync(log)).Where(head => head.Events == 0)])).IsClean.ShouldBeFalse();
        (await AuditScript.CheckAsync(log)).Findings.Count.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_start_of_another_hash_than_the_chain_goes_on_from_is_found()
    {
        TestLog log = TestLog.Example();
        log.RemoveBeginning("NORTH", "1.2.1");
        log.Starts[0] = log.Starts[0] with { Hash = new byte[32] };

        (await VerifyAsync(log)).Findings.Count.ShouldBeGreaterThan(1);
    }

    // The list of commits goes back to the first; what went with age is not missed.
    [Fact]
    public async Task A_chain_of_which_nothing_is_left_has_its_start_alone()
    {
        TestLog log = TestLog.Example();
        foreach (string tenant in (string[])["NORTH", "SOUTH"])
        {
            foreach (int slot in (int[])[1, 2])
            {
                log.RemoveBeginning(tenant, log.Rows.Last(row => row.TenantId.Value == tenant && row.Position.Slot == slot).Position.ToString());
            }
        }

        AuditReport report = await VerifyAsync(log);

        (report.Events, report.Chains).ShouldBe((0, 0));
        report.Findings.Select(finding => finding.Kind).ShouldBe(Enumerable.Repeat(FindingKind.UnprovenStart, 4));
        (await VerifyAsync(log, [.. await TestExport.HeadsAsync(log)])).Findings.ShouldBeEmpty();
    }

    // A month goes between the reading of the starts and of the rows: it is read again.
    [Fact]
    public async Task What_goes_while_the_log_is_read_is_no_hole()
    {
        TestLog log = TestLog.Example();
        ChainHead noted = Head(log, "SOUTH", "1.2.0");
        bool gone = false;
        log.AfterChain = _ =>
        {
            if (!gone)
            {
                gone = true;
                log.RemoveBeginning("SOUTH", "1.2.0");
            }
        };

        (await VerifyAsync(log, noted)).Findings.ShouldBeEmpty();
        gone.ShouldBeTrue();
    }

    [Fact]
    public async Task Both_verifiers_agree_wherever_a_chain_begins()
    {
        foreach (string last in (string[])["1.1.0", "1.2.1", "1.4.2", "1.5.0", "2.2.1", "2.3.0"])
        {
            TestLog log = TestLog.Example();
            if (log.Find("NORTH", last) < 0)
            {
                continue;
            }

            log.RemoveBeginning("NORTH", last);
            IReadOnlyList<ChainHead> noted = await TestExport.HeadsAsync(log);

            (await VerifyAsync(log)).Findings.Count.ShouldBe((await AuditScript.CheckAsync(log)).Findings.Count, last);
            (await VerifyAsync(log, [.. noted])).IsClean.ShouldBe((await AuditScript.CheckAsync(log, noted)).ExitCode == 0, last);
        }
    }

    private static ChainHead Head(TestLog log, string tenant, string position)
    {
        var row = log.Rows[log.Find(tenant, position)];
        return new ChainHead(row.TenantId, row.Position, row.Hash, 1, row.RecordedAt);
    }

    private static Task<AuditReport> VerifyAsync(TestLog log, params ChainHead[] heads) => new AuditVerifier(log, TimeProvider.System).VerifyAsync(null, heads, null, CancellationToken.None);
}
