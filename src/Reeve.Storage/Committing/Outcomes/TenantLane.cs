namespace Reeve.Storage.Committing.Outcomes;

/// <summary>What waits of one tenant. Not thread-safe.</summary>
/// <param name="tenant">Whose; empty for upkeep.</param>
internal sealed class TenantLane(string tenant)
{
    // What had to wait for others is older than most that is ready, and goes before it.
    private readonly Queue<Outcome> ready = new();
    private readonly Queue<Outcome> freed = new();

    internal string Tenant => tenant;

    /// <summary>How many wait, those included that wait for others.</summary>
    internal int Count { get; set; }

    internal long Bytes { get; set; }

    /// <summary>Whether it is in a ring of those whose turn comes.</summary>
    internal bool IsListed { get; set; }

    /// <summary>What goes next; null when nothing can.</summary>
    internal Outcome? Next
    {
        get
        {
            Outcome? first = ready.TryPeek(out Outcome? one) ? one : null;
            return freed.TryPeek(out Outcome? other) && (first is null || other.Place < first.Place) ? other : first;
        }
    }

    internal void Add(Outcome outcome) => ready.Enqueue(outcome);

    internal void AddFreed(Outcome outcome) => freed.Enqueue(outcome);

    /// <summary>Takes away <see cref="Next"/>, which must be there.</summary>
    internal Outcome Take() => ReferenceEquals(Next, ready.Count > 0 ? ready.Peek() : null) ? ready.Dequeue() : freed.Dequeue();

    /// <summary>Takes away all that can go.</summary>
    internal IEnumerable<Outcome> TakeAll()
    {
        while (Next is not null)
        {
            yield return Take();
        }
    }
}
