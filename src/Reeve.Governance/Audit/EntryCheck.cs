using Reeve.Core.Events;
using Reeve.Core.Records;
using Reeve.Governance.Audit.Verification;

namespace Reeve.Governance.Audit;

/// <summary>
/// Checks the column <c>last_ordinal</c> of one chain (docs/audit-format.md, check 6). It is hashed nowhere, because it follows from what is;
/// altered, it would hide events from histories and from erasure, or show them twice. Judged where the events themselves are as recorded.
/// </summary>
internal sealed class EntryCheck(TenantId tenant, FindingList findings)
{
    // The event before; null where it is not known, which is no beginning.
    private EventPosition? before;
    private bool isKnown = true;

    // The first of the events that one entry stands for, what it says, and whether it is known to be the first.
    private LoggedEvent? first;
    private int? said;
    private bool isFirst;

    /// <summary>The next event of the chain.</summary>
    /// <param name="e">As it was recorded; null when it does not fit, or cannot be read.</param>
    /// <param name="lastOrdinal">What its column holds.</param>
    internal void Read(LoggedEvent? e, int? lastOrdinal)
    {
        if (e is null)
        {
            (before, isKnown, first) = (null, false, null);
            return;
        }

        bool follows = before is { } last && last.N == e.Position.N && last.Ordinal + 1 == e.Position.Ordinal && first is not null && e.IsFoundWith(first);
        if (!follows)
        {
            Close();
            (first, said, isFirst) = (e.IsSought ? e : null, lastOrdinal, isKnown || e.Position.Ordinal == 0);
        }

        if (lastOrdinal is not null && (follows || !e.IsSought))
        {
            Add(e.Position, follows ? $"the events of its exception begin at {first!.Position}" : "it is about no exception and in no run"); // not null: it follows
        }

        (before, isKnown) = (e.Position, true);
    }

    /// <summary>The chain is read.</summary>
    /// <param name="isCut">Whether events are known to be missing from its last commit: then nobody knows where they end.</param>
    internal void End(bool isCut)
    {
        if (!isCut)
        {
            Close();
        }
    }

    private void Close()
    {
        if (first is { } begin && isFirst && before is { } end && said != end.Ordinal)
        {
            Add(begin.Position, $"what belongs to it ends at {end}");
        }
    }

    private void Add(EventPosition at, string why) =>
        findings.Add(new AuditFinding(FindingKind.AlteredEvent, tenant, at, $"Its column last_ordinal was altered, or events are gone: {why}."));
}
