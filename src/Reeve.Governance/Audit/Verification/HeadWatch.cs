using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>Looks for the heads of one chain that were noted earlier, while the chain is read.</summary>
internal sealed class HeadWatch
{
    private readonly ChainHead[] heads;
    private readonly bool[] met;
    private int next;
    private DateTimeOffset notedBefore = DateTimeOffset.MinValue;

    internal HeadWatch(IEnumerable<ChainHead> heads)
    {
        this.heads = [.. heads.OrderBy(head => head.Position)];
        met = new bool[this.heads.Length];
    }

    /// <summary>The first event that was put in later, and how many there are.</summary>
    internal (EventPosition First, long Count)? PutIn { get; private set; }

    /// <summary>Heads whose event is not there, by position.</summary>
    internal IEnumerable<ChainHead> Missing => heads.Where((_, i) => !met[i]);

    /// <summary>An event of the chain. Returns the heads that were noted of it.</summary>
    internal IReadOnlyList<ChainHead> Meet(LoggedEvent e)
    {
        for (; next < heads.Length && heads[next].Position.CompareTo(e.Position) < 0; next++)
        {
            notedBefore = heads[next].NotedAt > notedBefore ? heads[next].NotedAt : notedBefore;
        }

        if (e.RecordedAt < notedBefore)
        {
            PutIn = PutIn is { } so ? (so.First, so.Count + 1) : (e.Position, 1);
        }

        List<ChainHead>? here = null;
        for (int i = next; i < heads.Length && heads[i].Position == e.Position; i++)
        {
            met[i] = true;
            (here ??= []).Add(heads[i]);
        }

        return here ?? (IReadOnlyList<ChainHead>)[];
    }
}
