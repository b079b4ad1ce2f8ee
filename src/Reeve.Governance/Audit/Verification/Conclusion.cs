using System.Globalization;
using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>
/// Says what happened, once every chain is read: what the list of commits and the noted heads know is laid beside the misfits
/// of each chain, misfits that explain each other become one finding, and the rest one each.
/// </summary>
internal sealed class Conclusion(FindingList findings)
{
    internal const string AlteredOrMissing = "Its columns do not give its hash: it was altered, or what stood before it was removed.";

    private readonly List<Break> breaks = [];
    private readonly List<AlteredBody> bodies = [];

    /// <summary>Takes a chain that is read to its end.</summary>
    internal void Add(ChainWalk walk)
    {
        List<CommitTally.Difference> tail = [];
        List<CommitTally.Difference> unlisted = [];
        foreach (CommitTally.Difference difference in walk.Tally.Differences)
        {
            if (BreakOf(walk.Breaks, difference) is { } broken)
            {
                Attribute(broken, difference);
            }
            else if (walk.Harmed.Exists(span => difference.N >= span.From && difference.N <= span.To))
            {
                continue;
            }
            else if (difference.Listed > difference.Found && (walk.Last is not { } last || difference.N >= last.Position.N))
            {
                tail.Add(difference);
            }
            else if (difference.Listed == 0)
            {
                unlisted.Add(difference);
            }
            else
            {
                findings.Add(new AuditFinding(
                    FindingKind.CommitMismatch, walk.Tenant, walk.Slot, difference.N, null,
                    $"The commit is listed with {Count(difference.Listed)} of the tenant and has {Count(difference.Found)}."));
            }
        }

        List<ChainHead> cut = Heads(walk);
        ReportTail(walk, tail, cut);
        ReportUnlisted(walk, unlisted);
        if (walk.Heads.PutIn is { } putIn)
        {
            findings.Add(new AuditFinding(
                FindingKind.PutInLater, walk.Tenant, putIn.First,
                putIn.Count == 1 ? "It stands behind a head that was noted after it was recorded: it was put in later."
                    : $"It and {putIn.Count - 1} more of this chain stand behind a head that was noted after they were recorded: they were put in later."));
        }

        foreach (Break broken in walk.Breaks)
        {
            broken.IsAccountedFor = broken is { Missing: 0, Extra: 0 } && (broken.After is { } after ? walk.Tally.Knows(after.N) : walk.Tally.KnowsAll);
            NoteOrdinals(broken, walk.Tally);
        }

        breaks.AddRange(walk.Breaks);
        bodies.AddRange(walk.AlteredBodies);
    }

    /// <summary>All chains are read.</summary>
    internal void Conclude()
    {
        foreach ((Break one, Break other) in Matching.Settle(breaks))
        {
            findings.Add(new AuditFinding(
                FindingKind.ExchangedEvents, one.Tenant, one.Position, $"It and the event at {Named(other, one)} stand in each other's place."));
        }

        foreach (Break broken in breaks)
        {
            if (broken.IsExplained)
            {
                if (broken.Body is { } body)
                {
                    bodies.Add(body);
                }
            }
            else
            {
                findings.Add(Finding(broken));
            }
        }

        ReportBodies();
    }

    private static void Attribute(Break broken, CommitTally.Difference difference)
    {
        if (difference.Found > difference.Listed)
        {
            broken.Extra += difference.Found - difference.Listed;
            return;
        }

        broken.Missing += difference.Listed - difference.Found;
        int ordinal = difference.N == broken.After?.N ? broken.After.Value.Ordinal + 1 : 0;
        Miss(broken, new EventPosition(broken.Position.Slot, difference.N, ordinal));
    }

    private static void Miss(Break broken, EventPosition position)
    {
        if (position.CompareTo(broken.Position) < 0 && (broken.FirstMissing is not { } first || position.CompareTo(first) < 0))
        {
            broken.FirstMissing = position;
        }
    }

    // Ordinals count from 0 without gaps, so they show what is missing even where commits are no longer listed.
    private static void NoteOrdinals(Break broken, CommitTally tally)
    {
        bool sameCommit = broken.After?.N == broken.Position.N;
        int expected = sameCommit ? broken.After!.Value.Ordinal + 1 : 0; // not null: it has a commit
        int gap = broken.Position.Ordinal - expected;
        if (gap > 0 && broken.Nature is BreakNature.Unknown or BreakNature.Altered)
        {
            Miss(broken, broken.Position with { Ordinal = expected });
            broken.Missing += tally.Knows(broken.Position.N) ? 0 : gap;
        }
    }

    // The misfit that events missing from a commit, or too many in it, would make: the next one behind the commit's first place.
    private static Break? BreakOf(List<Break> breaks, CommitTally.Difference difference)
    {
        Break? at = BreakAt(breaks, difference.N);
        return difference.Listed > difference.Found && at is { Position.Ordinal: 0 } && at.Position.N == difference.N && difference.Found > 0
            ? breaks.Find(next => next.Position.N > difference.N && next.Covers(difference.N)) ?? at
            : at;
    }

    private static Break? BreakAt(List<Break> breaks, long n)
    {
        int low = 0;
        int high = breaks.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = breaks[middle].Position.N < n ? (middle + 1, high) : (low, middle);
        }

        return low < breaks.Count && breaks[low].Covers(n) ? breaks[low] : null;
    }

    private List<ChainHead> Heads(ChainWalk walk)
    {
        List<ChainHead> cut = [];
        foreach (ChainHead head in walk.Heads.Missing)
        {
            if (BreakAt(walk.Breaks, head.Position.N) is { } broken && head.Position.CompareTo(broken.Position) < 0)
            {
                broken.Missing = Math.Max(broken.Missing, 1);
                Miss(broken, head.Position);
            }
            else if (walk.Last is not { } last || head.Position.CompareTo(last.Position) > 0)
            {
                cut.Add(head);
            }
            else if (!walk.Harmed.Exists(span => head.Position.N >= span.From && head.Position.N <= span.To))
            {
                findings.Add(new AuditFinding(
                    FindingKind.HeadMismatch, walk.Tenant, head.Position, "It was noted as head and is not in the chain, which was written anew without it."));
            }
        }

        return cut;
    }

    private void ReportTail(ChainWalk walk, List<CommitTally.Difference> tail, List<ChainHead> cut)
    {
        if (tail.Count == 0 && cut.Count == 0)
        {
            return;
        }

        string end = walk.Last is { } at ? $"The chain ends at {at.Position}" : "Nothing of the chain is there";
        EventPosition? first = cut.Count > 0 ? cut[0].Position : null;
        string known = cut.Count > 0 ? $"{cut[^1].Position} was noted as its head" : "";
        if (tail.Count > 0)
        {
            int ordinal = walk.Last is { } last && last.Position.N == tail[0].N ? last.Position.Ordinal + 1 : 0;
            first = new EventPosition(walk.Slot, tail[0].N, ordinal);
            string commits = tail.Count == 1 ? $"commit {tail[0].N} is" : $"commits {tail[0].N} to {tail[^1].N} are";
            long missing = tail.Sum(one => one.Listed - one.Found);
            known = $"{commits} listed with {missing} more {(missing == 1 ? "event" : "events")} of the tenant{(known.Length > 0 ? ", and " + known : "")}";
        }

        // Not null: one of the two lists has an entry.
        findings.Add(new AuditFinding(FindingKind.CutTail, walk.Tenant, first!.Value, $"{end}, but {known}: the end was cut off."));
    }

    private void ReportUnlisted(ChainWalk walk, List<CommitTally.Difference> unlisted)
    {
        if (unlisted.Count > 0)
        {
            string which = unlisted.Count == 1 ? "This commit is" : $"This commit and later ones up to {unlisted[^1].N} are";
            findings.Add(new AuditFinding(
                FindingKind.UnlistedCommits, walk.Tenant, walk.Slot, unlisted[0].N, null,
                $"{which} not listed with the tenant, whose log has {Count(unlisted.Sum(one => one.Found))} there: the list was altered, or the events were put in."));
        }
    }

    private static AuditFinding Finding(Break broken)
    {
        AuditFinding Of(FindingKind kind, string message) =>
            new(kind, broken.Tenant, broken.Position, broken.Body is { } body ? $"{message} {body.Fault}" : message);

        if (broken.StoodBefore is { } follower)
        {
            return Of(FindingKind.MovedEvent, $"It does not belong here: it was recorded right before the event at {Named(follower, broken)}.");
        }

        switch (broken.Nature)
        {
            case not BreakNature.HashAltered when broken.SharesPosition:
                return Of(FindingKind.DuplicatePosition, "Two events have this position; this one, as it stands, is no part of the chain.");
            case BreakNature.Foreign:
                return Of(FindingKind.ForeignEvent, "It is no part of the chain it stands in, which goes on from the event before it: it was put in.");
            case BreakNature.HashAltered:
                return Of(FindingKind.AlteredHash, "Its column hash was altered: the chain goes on from what its other columns give.");
        }

        if (broken.FirstMissing is { } first && broken.Missing >= broken.Extra)
        {
            string count = broken.Missing > 0 ? $"{Count(broken.Missing)} that stood" : "What stood";
            return new AuditFinding(
                FindingKind.MissingEvents, broken.Tenant, first, $"{count} here, before {broken.Position}, {(broken.Missing == 1 ? "is" : "are")} missing.");
        }

        if (broken.Noted is { } noted)
        {
            return noted.AsSpan().SequenceEqual(broken.Hash) ? Of(FindingKind.AlteredEvent, "Its columns do not give its hash, which is the one noted as head: it was altered.")
                : broken.Expected is { } expected && noted.AsSpan().SequenceEqual(expected) ? Of(FindingKind.AlteredHash, "Its column hash was altered: the one noted as head is what its other columns give.")
                : Of(FindingKind.AlteredEvent, AlteredOrMissing);
        }

        return broken is { Extra: > 0, Nature: BreakNature.Unknown }
            ? Of(FindingKind.ForeignEvent, "Its columns do not give its hash, and the list of commits does not know it: it was put in.")
            : Of(FindingKind.AlteredEvent, broken.IsAccountedFor ? "Its columns do not give its hash: it was altered." : AlteredOrMissing);
    }

    // Two bodies that were exchanged are one finding.
    private void ReportBodies()
    {
        HashSet<AlteredBody> told = [];
        foreach (AlteredBody body in bodies)
        {
            if (told.Contains(body))
            {
                continue;
            }

            AlteredBody? other = bodies.Take(Matching.Most).FirstOrDefault(
                other => other != body && other.Commitment.AsSpan().SequenceEqual(body.Actual) && body.Commitment.AsSpan().SequenceEqual(other.Actual));
            if (other is not null)
            {
                told.Add(other);
                findings.Add(new AuditFinding(
                    FindingKind.ExchangedEvents, body.Tenant, body.Position,
                    $"Its salt and body and those of {Named(other.Tenant.Value, other.Position, body.Tenant.Value)} lie in each other's place."));
            }
            else
            {
                findings.Add(new AuditFinding(FindingKind.AlteredBody, body.Tenant, body.Position, body.Fault));
            }
        }
    }

    private static string Named(Break broken, Break from) => Named(broken.Tenant.Value, broken.Position, from.Tenant.Value);

    private static string Named(string tenant, EventPosition position, string from) => tenant == from ? position.ToString() : $"{tenant} {position}";

    private static string Count(long events) => events == 1 ? "1 event" : events.ToString(CultureInfo.InvariantCulture) + " events";
}
