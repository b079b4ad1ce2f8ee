using System.Globalization;
using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit;

/// <summary>What the check of a log came to.</summary>
public sealed record AuditReport
{
    /// <summary>How many rows were read.</summary>
    public required long Events { get; init; }

    /// <summary>How many chains.</summary>
    public required int Chains { get; init; }

    /// <summary>How many bodies were compared with their commitments.</summary>
    public required long BodiesChecked { get; init; }

    /// <summary>How many bodies are gone and an erasure names them.</summary>
    public required long Erased { get; init; }

    /// <summary>What is wrong, by tenant, slot and position; at most <see cref="MostFindings"/>.</summary>
    public required IReadOnlyList<AuditFinding> Findings { get; init; }

    /// <summary>How many findings there are beyond those listed.</summary>
    public required long MoreFindings { get; init; }

    /// <summary>The end of each chain, as it is now.</summary>
    public required IReadOnlyList<ChainHead> Heads { get; init; }

    /// <summary>How many findings are listed. A log that was rewritten as a whole has one per event, which nobody reads.</summary>
    public static int MostFindings => 10_000;

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => Findings.Count == 0;
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Tenant">Whose log; null where it is about a slot's list of commits.</param>
/// <param name="Slot">The slot.</param>
/// <param name="N">The commit; null where it is about the whole slot.</param>
/// <param name="Ordinal">The place in the commit; null where it is about the whole commit.</param>
/// <param name="Message">What is wrong, in a sentence for people; it holds no payload.</param>
public sealed record AuditFinding(FindingKind Kind, TenantId? Tenant, int Slot, long? N, int? Ordinal, string Message)
{
    /// <summary>A finding about one event.</summary>
    public AuditFinding(FindingKind kind, TenantId tenant, EventPosition position, string message)
        : this(kind, tenant, position.Slot, position.N, position.Ordinal, message)
    {
    }

    /// <summary>Where: <c>1.881.0</c>, or as much of it as there is.</summary>
    public string Position => string.Create(
        CultureInfo.InvariantCulture, $"{Slot}{(N is { } n ? FormattableString.Invariant($".{n}") : "")}{(Ordinal is { } place ? FormattableString.Invariant($".{place}") : "")}");

    /// <inheritdoc/>
    public override string ToString() => $"{(Tenant is { } tenant ? tenant.Value + " " : "")}{Position}: {Message}";
}

/// <summary>Kinds of findings.</summary>
public enum FindingKind
{
    /// <summary>Columns of an event were altered; or, if the sentence says so, what stood before it was removed.</summary>
    AlteredEvent,

    /// <summary>The column <c>hash</c> of an event alone was altered.</summary>
    AlteredHash,

    /// <summary>Salt or body of an event is not what its commitment stands for.</summary>
    AlteredBody,

    /// <summary>Two events stand, or two bodies lie, in each other's place.</summary>
    ExchangedEvents,

    /// <summary>An event stands where it was not recorded.</summary>
    MovedEvent,

    /// <summary>An event is no part of the chain it stands in: it was put in.</summary>
    ForeignEvent,

    /// <summary>Two events have one position.</summary>
    DuplicatePosition,

    /// <summary>Events are missing inside a chain.</summary>
    MissingEvents,

    /// <summary>The end of a chain is missing.</summary>
    CutTail,

    /// <summary>An event that fits its chain does not fit in order: the chain was made with a hole, or times that fall.</summary>
    BrokenOrder,

    /// <summary>A column of an event, or of a commit, holds what it cannot.</summary>
    Unreadable,

    /// <summary>A body is gone, and no erasure names it.</summary>
    MissingBody,

    /// <summary>An erasure names a body that is there.</summary>
    BodyNotErased,

    /// <summary>A commit is listed with another number of events than it has.</summary>
    CommitMismatch,

    /// <summary>Commits of a slot are not listed although later and earlier ones are, or although their events are there.</summary>
    UnlistedCommits,

    /// <summary>A head that was noted earlier is not in the chain, or has another hash there.</summary>
    HeadMismatch,

    /// <summary>An event stands behind a head that was noted after the event is said to have been recorded.</summary>
    PutInLater,

    /// <summary>The beginning of a chain is gone, and nothing that was noted elsewhere says what stood up to there.</summary>
    UnprovenStart,
}

/// <summary>The end of a chain, as one notes it.</summary>
/// <param name="Tenant">Whose chain.</param>
/// <param name="Position">The last event.</param>
/// <param name="Hash">Its hash, 32 bytes.</param>
/// <param name="Events">How many events the chain has.</param>
/// <param name="NotedAt">No later than what every commit has whose events were not yet seen; UTC.</param>
public sealed record ChainHead(TenantId Tenant, EventPosition Position, ReadOnlyMemory<byte> Hash, long Events, DateTimeOffset NotedAt);
