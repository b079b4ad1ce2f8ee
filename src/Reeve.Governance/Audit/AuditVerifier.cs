using System.Runtime.CompilerServices;
using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Governance.Audit.Verification;

namespace Reeve.Governance.Audit;

/// <summary>
/// The door to checking a log as docs/audit-format.md says. It reads the log once, in order, and holds none of it: only what
/// does not fit, the list of commits of the last week, and the names of erased events. What is harmed ends no check: it goes
/// on behind it. Thread-safe; the log may be written to meanwhile.
/// </summary>
public sealed class AuditVerifier(IAuditSource source, TimeProvider clock)
{
    // How many events there are between two reports of progress.
    private const int Step = 1000;

    // Of a log whose beginning goes slice by slice all the while no reading would be the last.
    private const int MostReadings = 5;

    /// <summary>Checks a log.</summary>
    /// <param name="tenant">Whose; null: everybody's, which finds more (docs/audit-format.md, check 4).</param>
    /// <param name="heads">Heads that were noted earlier; those of other tenants are left alone.</param>
    /// <param name="progress">Is told now and then how many events were read; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: the store cannot be read. What it holds is never a fault, but a finding.</exception>
    public async Task<AuditReport> VerifyAsync(TenantId? tenant, IReadOnlyList<ChainHead> heads, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        // What is removed with age while the log is read looks like a hole, so it is read again from where it begins now.
        ChainStarts starts = await ChainStarts.ReadAsync(source, tenant, cancellationToken);
        for (int reading = 1; ; reading++)
        {
            AuditReport report = await VerifyAsync(tenant, heads, starts, progress, cancellationToken);
            ChainStarts now = await ChainStarts.ReadAsync(source, tenant, cancellationToken);
            if (report.IsClean || reading == MostReadings || starts.Equal(now))
            {
                return report;
            }

            starts = now;
        }
    }

    private async Task<AuditReport> VerifyAsync(
        TenantId? tenant, IReadOnlyList<ChainHead> heads, ChainStarts starts, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        DateTimeOffset notedAt = TimeText.ToMicroseconds(clock.GetUtcNow() - source.LongestCommit);
        FindingList findings = new();

        // The list of commits first: whatever it knows is then there to be read, and what comes later is compared afterwards.
        CommitList commits = await CommitList.ReadAsync(source, tenant, cancellationToken);
        commits.Report(findings);
        ILookup<(string, int), ChainHead> noted = heads
            .Where(head => tenant is not { } only || head.Tenant == only)
            .ToLookup(head => (head.Tenant.Value, head.Position.Slot));
        List<ChainWalk> walks = [];
        long erased = 0;
        long read = 0;
        IReadOnlyList<(TenantId Tenant, int Slot)> there = await source.ChainsAsync(tenant, cancellationToken);
        HashSet<(TenantId, int)> readable = [.. there];
        foreach (IGrouping<string, (TenantId Tenant, int Slot)> chains in Chains([.. there, .. starts.Chains], commits, noted))
        {
            TenantId owner = new(chains.Key);
            ErasureLedger ledger = new(owner, findings);
            foreach ((_, int slot) in chains)
            {
                ChainStart? start = starts.Of(owner, slot);
                if (start is not null)
                {
                    Judge(start, noted[(owner.Value, slot)], findings);
                }

                IEnumerable<ChainHead> ahead = noted[(owner.Value, slot)].Where(head => start is null || head.Position.CompareTo(start.Position) > 0);
                ChainWalk walk = new(owner, slot, start, new CommitTally(commits, owner.Value, slot, start?.Position.N ?? 0), new HeadWatch(ahead), findings);
                await foreach (AuditRow row in readable.Contains((owner, slot)) ? ChainRows.ReadAsync(source, owner, slot, cancellationToken) : AsyncEnumerable.Empty<AuditRow>())
                {
                    if (walk.Read(row) is { } body)
                    {
                        ledger.Read(row.Event!, body); // not null: it has a body's state
                    }

                    if (++read % Step == 0)
                    {
                        progress?.Report(read);
                    }
                }

                walk.Tally.End();
                walks.Add(walk);
            }

            await ledger.SettleAsync(() => RowsAsync(owner, chains.Where(readable.Contains).Select(chain => chain.Slot), cancellationToken));
            erased += ledger.Erased;
        }

        await CompareLaterAsync(walks, tenant, cancellationToken);
        Conclusion conclusion = new(findings);
        walks.ForEach(conclusion.Add);
        conclusion.Conclude();
        return new AuditReport
        {
            Events = read,
            Chains = walks.Count(walk => walk.Events > 0),
            BodiesChecked = walks.Sum(walk => walk.BodiesChecked),
            Erased = erased,
            Findings = findings.Sorted(),
            MoreFindings = findings.More,
            Heads = [.. walks.Where(walk => walk.Last is not null)
                .Select(walk => new ChainHead(walk.Tenant, walk.Last!.Value.Position, walk.Last.Value.Hash, walk.Events, notedAt))], // not null: filtered
        };
    }

    // What is kept of a beginning that is gone proves nothing by itself: whoever can remove events can write that. A head that was noted
    // elsewhere can; one that was noted of an event before it cannot be compared any more.
    private static void Judge(ChainStart start, IEnumerable<ChainHead> noted, FindingList findings)
    {
        ChainHead[] same = [.. noted.Where(head => head.Position == start.Position)];
        if (same.Length == 0)
        {
            findings.Add(new AuditFinding(
                FindingKind.UnprovenStart, start.Tenant, start.Position, "The chain begins behind this event, which is gone with all before it; nothing signed or noted says what stood up to here."));
        }
        else if (same.Any(head => !head.Hash.Span.SequenceEqual(start.Hash.Span)))
        {
            findings.Add(new AuditFinding(FindingKind.HeadMismatch, start.Tenant, start.Position, "The chain begins behind this event, and its hash is not the one that was noted: the chain was written anew."));
        }
    }

    // The chains there are, and those that the list of commits or a noted head knows: one that is gone as a whole is a cut, too.
    private static IEnumerable<IGrouping<string, (TenantId Tenant, int Slot)>> Chains(
        IReadOnlyList<(TenantId Tenant, int Slot)> there, CommitList commits, ILookup<(string, int), ChainHead> noted) => there
        .Concat(commits.Chains.Select(chain => (new TenantId(chain.Tenant), chain.Slot)))
        .Concat(noted.Select(heads => (new TenantId(heads.Key.Item1), heads.Key.Item2)))
        .Distinct()
        .OrderBy(chain => chain.Item1.Value, StringComparer.Ordinal)
        .ThenBy(chain => chain.Item2)
        .GroupBy(chain => chain.Item1.Value, StringComparer.Ordinal);

    private async Task CompareLaterAsync(List<ChainWalk> walks, TenantId? tenant, CancellationToken cancellationToken)
    {
        if (walks.Exists(walk => walk.Tally.Later.Count > 0))
        {
            CommitList afterwards = await CommitList.ReadAsync(source, tenant, cancellationToken);
            walks.ForEach(walk => walk.Tally.Compare(afterwards));
        }
    }

    private async IAsyncEnumerable<AuditRow> RowsAsync(TenantId tenant, IEnumerable<int> slots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (int slot in slots)
        {
            await foreach (AuditRow row in ChainRows.ReadAsync(source, tenant, slot, cancellationToken))
            {
                yield return row;
            }
        }
    }
}
