using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>
/// The hashes that may stand before the next event of a chain. In an unharmed chain that is one: what the event before has
/// stored. Behind an event that does not fit, three answers are kept open, and the next event that fits one of them tells
/// what happened: it continues from what the misfit has stored (the misfit's other columns were altered), from what the
/// misfit should have stored (its <c>hash</c> was altered), or from what stood before it (it was put in).
/// </summary>
internal sealed class Predecessors(ReadOnlyMemory<byte>? start)
{
    // A stretch of misfits doubles the answers; the latest ones are those that can still matter.
    private const int Most = 16;
    private const int MostPerBreak = 4;

    // Before the first event stands nothing, or the last one that went with age.
    private readonly List<Candidate> candidates = [new(start?.ToArray() ?? new byte[EventHash.Length], null, false, null)];
    private readonly List<Break> run = [];
    private readonly byte[] computed = new byte[EventHash.Length];

    /// <summary>Whether the event before fitted.</summary>
    internal bool IsSound => run.Count == 0 && candidates.Count > 0;

    /// <summary>Whether an event with this digest and hash can stand here.</summary>
    internal bool Fits(EventPosition position, DateTimeOffset recordedAt, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> hash) =>
        candidates.Count == 0 || Find(position, recordedAt, digest, hash) is not null;

    /// <summary>What the hash should be, if the event before is sound.</summary>
    internal byte[] Expected(EventPosition position, DateTimeOffset recordedAt, ReadOnlySpan<byte> digest)
    {
        EventHash.Link(candidates[^1].Hash, position, recordedAt, digest, computed);
        return [.. computed];
    }

    /// <summary>The event fits: everything before it is settled.</summary>
    internal void Accept(EventPosition position, DateTimeOffset recordedAt, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> hash)
    {
        if (run.Count > 0)
        {
            Settle(Find(position, recordedAt, digest, hash));
            run.Clear();
        }

        if (candidates.Count == 1 && candidates[0].Of is null)
        {
            hash[..EventHash.Length].CopyTo(candidates[0].Hash);
            return;
        }

        candidates.Clear();
        candidates.Add(new Candidate(hash.ToArray(), null, false, null));
    }

    /// <summary>The event does not fit; what comes next will tell why.</summary>
    internal void Add(Break broken)
    {
        List<Candidate> more = [new(broken.Hash, broken, false, null)];
        foreach (Candidate before in candidates.Take(MostPerBreak))
        {
            byte[] should = new byte[EventHash.Length];
            EventHash.Link(before.Hash, broken.Position, broken.RecordedAt, broken.Digest, should);
            more.Add(new Candidate(should, broken, true, before));
        }

        // What stood before the run stays: any number of events may have been put in.
        candidates.InsertRange(0, more);
        if (candidates.Count > Most)
        {
            candidates.RemoveRange(Most - 1, candidates.Count - Most);
        }

        run.Add(broken);
    }

    /// <summary>A row that cannot be read stands here: what follows it cannot be judged, and is taken as it is.</summary>
    internal void Forget()
    {
        run.Clear();
        candidates.Clear();
    }

    private Candidate? Find(EventPosition position, DateTimeOffset recordedAt, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> hash)
    {
        foreach (Candidate candidate in candidates)
        {
            EventHash.Link(candidate.Hash, position, recordedAt, digest, computed);
            if (hash.SequenceEqual(computed))
            {
                return candidate;
            }
        }

        return null;
    }

    // The way back from the answer that fitted: who is on it belongs to the chain, who was passed over does not.
    private void Settle(Candidate? fitted)
    {
        int end = run.Count;
        for (Candidate? at = fitted; at is not null; at = at.Before)
        {
            int index = at.Of is null ? -1 : run.IndexOf(at.Of);
            for (int passed = index + 1; passed < end; passed++)
            {
                run[passed].Nature = BreakNature.Foreign;
            }

            if (at.Of is null)
            {
                return;
            }

            at.Of.Nature = at.IsComputed ? BreakNature.HashAltered : BreakNature.Altered;
            end = index;
        }
    }

    /// <param name="Hash">The hash.</param>
    /// <param name="Of">The misfit it is of; null: of the last sound event.</param>
    /// <param name="IsComputed">Whether it is what the misfit should have stored; else what it has.</param>
    /// <param name="Before">What it was computed from.</param>
    private sealed record Candidate(byte[] Hash, Break? Of, bool IsComputed, Candidate? Before);
}
