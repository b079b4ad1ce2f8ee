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

    /// <summary>Checks a log.</summary>
    /// <param name="tenant">Whose; null: everybody's, which finds more (docs/audit-format.md, check 4).</param>
    /// <param name="heads">Heads that were noted earlier; those of other tenants are left alone.</param>
    /// <param name="progress">Is told now and then how many events were read; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: the store cannot be read. What it holds is never a fault, but a finding.</exception>
    public async Task<AuditReport> VerifyAsync(TenantId? tenant, IReadOnlyList<ChainHead> heads, IProgress<long>? progress, CancellationToken cancellationToken)
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
        foreach (IGrouping<string, (TenantId Tenant, int Slot)> chains in Chains(there, commits, noted))
        {
            TenantId owner = new(chains.Key);
            ErasureLedger ledger = new(owner, findings);
            foreach ((_, int slot) in chains)
            {
                ChainWalk walk = new(owner, slot, new CommitTally(commits, owner.Value, slot), new HeadWatch(noted[(owner.Value, slot)]), findings);
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
