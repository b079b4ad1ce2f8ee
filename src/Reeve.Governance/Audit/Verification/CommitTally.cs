namespace Reeve.Governance.Audit.Verification;

/// <summary>Counts the events of one chain, commit by commit as they are read, beside what the list of commits says of them.</summary>
/// <param name="list">The list.</param>
/// <param name="tenant">Whose chain.</param>
/// <param name="slot">Its slot.</param>
/// <param name="gone">The last commit whose events went with age: what is listed up to it has none any more. 0 for none.</param>
internal sealed class CommitTally(CommitList list, string tenant, int slot, long gone)
{
    private readonly IReadOnlyList<ListedCommit> notes = list.Of(tenant, slot);
    private readonly long? from = list.From(tenant, slot);
    private readonly long last = list.Last(slot);
    private int next;
    private long current = long.MinValue;
    private long found;

    /// <summary>A commit that has another number of events than is listed.</summary>
    internal readonly record struct Difference(long N, long Listed, long Found);

    /// <summary>The differences among the commits that were listed when the check began, rising.</summary>
    internal List<Difference> Differences { get; } = [];

    /// <summary>Commits that are later than the list: they may be honest, and are compared with a list that is read afterwards.</summary>
    internal List<(long N, long Found)> Later { get; } = [];

    /// <summary>Whether the list knows every commit from this one on.</summary>
    internal bool Knows(long n) => from is { } first && n >= first && n > gone;

    /// <summary>Whether the list goes back to the slot's first commit.</summary>
    internal bool KnowsAll => from is { } first && first <= 1;

    /// <summary>The listed commits from one on, as many as asked for.</summary>
    internal IEnumerable<long> ListedFrom(long n, int most) =>
        notes.Skip(next).SkipWhile(note => note.N < n).Take(most).Select(note => note.N);

    /// <summary>When a commit was made; null when it is not listed. Asked of the commit counted last.</summary>
    internal DateTimeOffset? TimeOf(long n)
    {
        ListedCommit found = notes.Skip(next).SkipWhile(note => note.N < n).FirstOrDefault();
        return found.N == n && found.Events > 0 ? new DateTimeOffset(found.AtTicks, TimeSpan.Zero) : null;
    }

    /// <summary>Compares the commits that came later than the list with a list that was read afterwards.</summary>
    internal void Compare(CommitList afterwards)
    {
        IReadOnlyList<ListedCommit> known = afterwards.Of(tenant, slot);
        if (afterwards.From(tenant, slot) is not { } begin)
        {
            return;
        }

        int at = 0;
        foreach ((long n, long count) in Later)
        {
            while (at < known.Count && known[at].N < n)
            {
                at++;
            }

            long listed = at < known.Count && known[at].N == n ? known[at].Events : 0;
            if (n >= begin && listed != count && !afterwards.IsLost(slot, n))
            {
                Differences.Add(new Difference(n, listed, count));
            }
        }
    }

    /// <summary>An event of a commit; commits come in rising order.</summary>
    internal void Count(long n)
    {
        if (n < current)
        {
            return; // a row whose position cannot be read
        }

        if (n > current)
        {
            Close();
            current = n;
            found = 0;
        }

        found++;
    }

    /// <summary>The chain is read.</summary>
    internal void End()
    {
        Close();
        for (; next < notes.Count; next++)
        {
            Add(notes[next].N, notes[next].Events, 0);
        }
    }

    private void Close()
    {
        for (; next < notes.Count && notes[next].N < current; next++)
        {
            Add(notes[next].N, notes[next].Events, 0);
        }

        if (found == 0)
        {
            return;
        }

        long listed = next < notes.Count && notes[next].N == current ? notes[next++].Events : 0;
        if (current > last)
        {
            Later.Add((current, found));
        }
        else
        {
            Add(current, listed, found);
        }
    }

    private void Add(long n, long listed, long count)
    {
        if (listed != count && Knows(n) && !list.IsLost(slot, n))
        {
            Differences.Add(new Difference(n, listed, count));
        }
    }
}
