using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Governance.Audit.Verification;

/// <summary>Why an event does not fit, as far as its chain tells.</summary>
internal enum BreakNature
{
    /// <summary>Nothing behind it could tell.</summary>
    Unknown,

    /// <summary>What follows continues from its stored hash: other columns were altered, or what stood before it is gone.</summary>
    Altered,

    /// <summary>What follows continues from the hash it should have.</summary>
    HashAltered,

    /// <summary>What follows continues from what stood before it.</summary>
    Foreign,
}

/// <summary>An event whose hash is not what its columns give behind the event before it; kept until its chains are read.</summary>
internal sealed class Break
{
    internal required TenantId Tenant { get; init; }

    internal required EventPosition Position { get; init; }

    /// <summary>Where the event before it stands; null at the beginning of a chain.</summary>
    internal required EventPosition? After { get; init; }

    internal required DateTimeOffset RecordedAt { get; init; }

    internal required byte[] Digest { get; init; }

    /// <summary>The hash as stored.</summary>
    internal required byte[] Hash { get; init; }

    /// <summary>The hash that the event before has stored; zeros at the beginning.</summary>
    internal required byte[] Previous { get; init; }

    /// <summary>What its hash should be if nothing before it was harmed; null when something was.</summary>
    internal byte[]? Expected { get; init; }

    /// <summary>The hash that was noted of this position as a head; null when none was.</summary>
    internal byte[]? Noted { get; init; }

    /// <summary>Whether another event has the same position.</summary>
    internal bool SharesPosition { get; set; }

    internal BreakNature Nature { get; set; }

    /// <summary>What is wrong with its body; null when nothing is.</summary>
    internal AlteredBody? Body { get; init; }

    /// <summary>Events that the list of commits, or a noted head, knows between the event before and this one, and that are not there.</summary>
    internal long Missing { get; set; }

    /// <summary>Events that are there and that the list of commits does not know.</summary>
    internal long Extra { get; set; }

    /// <summary>The first of the missing, as far as it can be told.</summary>
    internal EventPosition? FirstMissing { get; set; }

    /// <summary>Whether every commit from the event before to this one is listed and has its events: nothing was removed here.</summary>
    internal bool IsAccountedFor { get; set; }

    /// <summary>The event that was recorded right behind it, if that stands elsewhere.</summary>
    internal Break? StoodBefore { get; set; }

    /// <summary>Whether it needs no finding of its own: it is unharmed and follows one that stands elsewhere, or another finding names it.</summary>
    internal bool IsExplained { get; set; }

    /// <summary>Whether a commit lies where what is missing, or too much, would belong to this.</summary>
    internal bool Covers(long n) => n <= Position.N && n >= (After?.N ?? long.MinValue);
}

/// <summary>A body that is not what its commitment stands for.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Position">Of which event.</param>
/// <param name="Commitment">The commitment as stored.</param>
/// <param name="Actual">The commitment of what is there; zeros when only one of salt and body is.</param>
/// <param name="Fault">What is wrong, in a sentence.</param>
internal sealed record AlteredBody(TenantId Tenant, EventPosition Position, byte[] Commitment, byte[] Actual, string Fault);
