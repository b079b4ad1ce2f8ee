using Reeve.Core.Records;

namespace Reeve.Governance.Audit.Verification;

/// <summary>A commit as it is listed for one tenant.</summary>
internal readonly record struct ListedCommit(long N, int Events, long AtTicks);

/// <summary>
/// What the commits that are still listed said when the check began. Some 24 bytes per commit and tenant are kept: the list
/// goes back a week, so memory grows with that and not with the log.
/// </summary>
internal sealed class CommitList
{
    private readonly SortedDictionary<int, SlotCommits> slots = [];
    private readonly SortedDictionary<(string Tenant, int Slot), List<ListedCommit>> notes = [];
    private readonly bool ofAll;

    private CommitList(bool ofAll)
    {
        this.ofAll = ofAll;
    }

    /// <summary>Every chain that the list knows.</summary>
    internal IEnumerable<(string Tenant, int Slot)> Chains => notes.Keys;

    internal static async Task<CommitList> ReadAsync(IAuditSource source, TenantId? tenant, CancellationToken cancellationToken)
    {
        CommitList list = new(tenant is null);
        await foreach (CommitNote note in source.CommitsAsync(tenant, cancellationToken))
        {
            list.Add(note);
        }

        return list;
    }

    /// <summary>The listed commits of a chain, rising.</summary>
    internal IReadOnlyList<ListedCommit> Of(string tenant, int slot) => notes.TryGetValue((tenant, slot), out List<ListedCommit>? found) ? found : [];

    /// <summary>
    /// From which commit on the list knows every commit of a chain; null when it knows none. Of all tenants, an empty list of
    /// a slot is itself a lie, since a slot's last commit always stays: then it is to know everything.
    /// </summary>
    internal long? From(string tenant, int slot) => ofAll
        ? slots.TryGetValue(slot, out SlotCommits? known) ? known.First : long.MinValue
        : Of(tenant, slot) is [var first, ..] ? first.N : null;

    /// <summary>The last commit of a slot that was listed when the check began.</summary>
    internal long Last(int slot) => slots.TryGetValue(slot, out SlotCommits? known) ? known.Last : long.MinValue;

    /// <summary>Whether nothing is known of a commit, for a reason that is a finding of its own.</summary>
    internal bool IsLost(int slot, long n) =>
        slots.TryGetValue(slot, out SlotCommits? known) && (known.Unreadable.Contains(n) || (ofAll && known.Gaps.Exists(gap => n >= gap.From && n <= gap.To)));

    /// <summary>What is wrong with the list itself.</summary>
    internal void Report(FindingList findings)
    {
        foreach ((int slot, SlotCommits known) in slots)
        {
            foreach ((long n, string column) in known.UnreadableColumns)
            {
                findings.Add(new AuditFinding(FindingKind.Unreadable, null, slot, n, null, $"The column {column} of this commit holds what it cannot."));
            }

            // One tenant's commits have gaps where other tenants' are.
            foreach ((long from, long to) in ofAll ? known.Gaps : [])
            {
                findings.Add(new AuditFinding(
                    FindingKind.UnlistedCommits, null, slot, from, null,
                    from == to ? "This commit is not listed, although later ones are." : $"Commits {from} to {to} are not listed, although later ones are."));
            }
        }
    }

    private void Add(CommitNote note)
    {
        if (!slots.TryGetValue(note.Slot, out SlotCommits? known))
        {
            slots.Add(note.Slot, known = new SlotCommits(note.N));
        }

        if (note.N > known.Last + 1)
        {
            known.Gaps.Add((known.Last + 1, note.N - 1));
        }

        known.Last = Math.Max(known.Last, note.N);
        if (note.Unreadable is { } column)
        {
            known.Unreadable.Add(note.N);
            known.UnreadableColumns.Add((note.N, column));
        }
        else if (note.Tenant is { } tenant)
        {
            (string, int) chain = (tenant.Value, note.Slot);
            if (!notes.TryGetValue(chain, out List<ListedCommit>? ofChain))
            {
                notes.Add(chain, ofChain = []);
            }

            ofChain.Add(new ListedCommit(note.N, note.Events, note.At.UtcTicks));
        }
    }

    private sealed class SlotCommits(long first)
    {
        internal long First { get; } = first;

        internal long Last { get; set; } = first;

        internal List<(long From, long To)> Gaps { get; } = [];

        internal HashSet<long> Unreadable { get; } = [];

        internal List<(long N, string Column)> UnreadableColumns { get; } = [];
    }
}
