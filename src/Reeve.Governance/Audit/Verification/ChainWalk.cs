using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit.Verification;

/// <summary>
/// Reads one chain, event by event, and keeps what does not fit. What the misfits mean is decided when all chains are read
/// (<see cref="Conclusion"/>), since an event that is missing here may stand elsewhere.
/// </summary>
internal sealed class ChainWalk(TenantId tenant, int slot, ChainStart? start, CommitTally tally, HeadWatch heads, FindingList findings)
{
    // A chain that was rewritten as a whole has a misfit per event: beyond this many, each is reported when it is met.
    private const int MostBreaks = 1000;

    private readonly Predecessors predecessors = new(start?.Hash);
    private readonly BodyCheck bodies = new();
    private readonly byte[] digest = new byte[EventHash.Length];
    private EventPosition? before = start?.Position;
    private byte[] storedBefore = start?.Hash.ToArray() ?? new byte[EventHash.Length];

    // Of the event before, if it fits; an order that is not known is not judged.
    private bool orderKnown = true;
    private EventPosition? ordered = start?.Position;
    private DateTimeOffset recorded = DateTimeOffset.MinValue;

    internal TenantId Tenant => tenant;

    internal int Slot => slot;

    internal CommitTally Tally => tally;

    internal HeadWatch Heads => heads;

    /// <summary>The events that do not fit, in order.</summary>
    internal List<Break> Breaks { get; } = [];

    /// <summary>Bodies that are not what their commitments stand for, in events that do fit.</summary>
    internal List<AlteredBody> AlteredBodies { get; } = [];

    /// <summary>Commits between which something is wrong that is no break: what the list of commits says of them adds nothing.</summary>
    internal List<(long From, long To)> Harmed { get; } = [];

    internal long Events { get; private set; }

    internal long BodiesChecked { get; private set; }

    /// <summary>The last event that can be read; null when there is none.</summary>
    internal (EventPosition Position, byte[] Hash)? Last { get; private set; }

    /// <summary>The event read last as it was recorded; null when it does not fit, or cannot be read.</summary>
    internal LoggedEvent? Recorded { get; private set; }

    /// <summary>Reads the next row; returns how its body stands to its commitment, or null when the row cannot be read.</summary>
    internal BodyState? Read(AuditRow row)
    {
        Events++;
        Recorded = null;
        tally.Count(row.Position.N);
        if (row.Event is { } e && row.Unreadable is null && WrongLength(e) is null)
        {
            return Read(e);
        }

        string column = row.Unreadable ?? (row.Event is { } odd ? WrongLength(odd)! : "?"); // not null: else it would have been read
        findings.Add(new AuditFinding(FindingKind.Unreadable, tenant, row.Position, $"Its column {column} holds what it cannot."));
        Harm(before?.N ?? row.Position.N, row.Position.N);
        predecessors.Forget();
        orderKnown = false;
        before = row.Position;
        return null;
    }

    private static string? WrongLength(LoggedEvent e) =>
        e.Hash.Length != EventHash.Length ? "hash" : e.Commitment.Length != EventHash.Length ? "commitment" : null;

    private BodyState Read(LoggedEvent e)
    {
        BodyState body = bodies.Of(e, out AlteredBody? altered);
        BodiesChecked += body != BodyState.Empty ? 1 : 0;
        IReadOnlyList<ChainHead> noted = heads.Meet(e);
        bool shared = before == e.Position;
        if (shared && Breaks is [.., { } twin] && twin.Position == e.Position)
        {
            twin.SharesPosition = true;
        }

        if (Original(e, out string? column) is { } original)
        {
            Recorded = original;
            predecessors.Accept(original.Position, original.RecordedAt, digest, e.Hash.Span);
            Place(e, original, column);
            if (altered is not null && column != Columns.Commitment)
            {
                Keep(altered);
            }

            if (noted.Any(head => !head.Hash.Span.SequenceEqual(e.Hash.Span)))
            {
                findings.Add(new AuditFinding(
                    FindingKind.HeadMismatch, tenant, e.Position, "Its hash is not the one that was noted as head: the chain up to here was written anew."));
            }
        }
        else
        {
            Keep(new Break
            {
                Tenant = tenant,
                Position = e.Position,
                After = before,
                RecordedAt = e.RecordedAt,
                Digest = [.. digest],
                Hash = e.Hash.ToArray(),
                Previous = storedBefore,
                Expected = predecessors.IsSound ? predecessors.Expected(e.Position, e.RecordedAt, digest) : null,
                Noted = noted is [var head, ..] ? head.Hash.ToArray() : null,
                SharesPosition = shared,
                Body = altered,
            });
        }

        before = e.Position;
        storedBefore = e.Hash.ToArray();
        Last = (e.Position, storedBefore);
        return body;
    }

    // The event as it was recorded, with its digest in the field: itself when it fits; when one column alone was altered and
    // the body, the commit's other events or the list of commits tell what it was, then that, for the hash proves it.
    // Only behind a sound event: elsewhere a row may simply stand in the wrong place.
    private LoggedEvent? Original(LoggedEvent e, out string? column)
    {
        column = null;
        EventHash.Digest(e, digest);
        if (predecessors.Fits(e.Position, e.RecordedAt, digest, e.Hash.Span))
        {
            return e;
        }

        if (!predecessors.IsSound)
        {
            return null;
        }

        foreach ((string name, LoggedEvent original) in Columns.Guesses(e, ordered, recorded, bodies, tally))
        {
            EventHash.Digest(original, digest);
            if (predecessors.Fits(original.Position, original.RecordedAt, digest, e.Hash.Span))
            {
                column = name;
                return original;
            }
        }

        EventHash.Digest(e, digest);
        return null;
    }

    private void Place(LoggedEvent e, LoggedEvent original, string? column)
    {
        if (column is not null)
        {
            string was = original.Position != e.Position ? $" It was recorded as {original.Position}." : "";
            findings.Add(new AuditFinding(FindingKind.AlteredEvent, tenant, e.Position, $"Its column {column} was altered.{was}"));
            Harm(Math.Min(before?.N ?? e.Position.N, original.Position.N), Math.Max(e.Position.N, original.Position.N));
        }
        else if (orderKnown && Disorder(e) is { } disorder)
        {
            findings.Add(new AuditFinding(FindingKind.BrokenOrder, tenant, e.Position, disorder));
        }

        orderKnown = true;
        ordered = original.Position;
        recorded = original.RecordedAt;
    }

    // The hash covers position and time, so whoever made this chain made it so.
    private string? Disorder(LoggedEvent e)
    {
        if (ordered is { } last && e.Position.CompareTo(last) <= 0)
        {
            return $"It stands behind {last}, and its hash says that it was made so.";
        }

        bool sameCommit = ordered?.N == e.Position.N;
        int expected = sameCommit ? ordered!.Value.Ordinal + 1 : 0; // not null: it has a commit
        if (e.Position.Ordinal != expected)
        {
            return $"Its ordinal should be {expected}: events of its commit are missing, and its hash says that the chain was made without them.";
        }

        return sameCommit && e.RecordedAt != recorded ? "It was recorded at another time than the event before it in the same commit."
            : e.RecordedAt < recorded ? "It was recorded earlier than the event before it."
            : null;
    }

    private void Keep(Break broken)
    {
        predecessors.Add(broken);
        orderKnown = false;
        if (Breaks.Count < MostBreaks)
        {
            Breaks.Add(broken);
            return;
        }

        findings.Add(new AuditFinding(FindingKind.AlteredEvent, tenant, broken.Position, Conclusion.AlteredOrMissing));
        Harm(broken.After?.N ?? broken.Position.N, broken.Position.N);
    }

    private void Keep(AlteredBody body)
    {
        if (AlteredBodies.Count < MostBreaks)
        {
            AlteredBodies.Add(body);
        }
        else
        {
            findings.Add(new AuditFinding(FindingKind.AlteredBody, tenant, body.Position, body.Fault));
        }
    }

    private void Harm(long from, long to)
    {
        if (Harmed is [.., var last] && from <= last.To && from >= last.From)
        {
            Harmed[^1] = (last.From, Math.Max(last.To, to));
        }
        else
        {
            Harmed.Add((from, to));
        }
    }
}
