using Reeve.Core.Values;

namespace Reeve.Engine.Playbooks.Driving;

/// <summary>What became of a part of a plan. Names are in rows and events, so they stay.</summary>
public enum PartStatus
{
    /// <summary>SUCCESS.</summary>
    Success,

    /// <summary>FAILED: without effect.</summary>
    Failed,

    /// <summary>FAILED_AFTER_EFFECT: it happened, and its answer is not what was declared.</summary>
    FailedAfterEffect,

    /// <summary>SKIPPED: its condition does not hold, or a person skipped it.</summary>
    Skipped,

    /// <summary>LEFT: an instruction that nobody has carried out yet.</summary>
    Left,

    /// <summary>NEEDS_APPROVAL: a person is asked.</summary>
    NeedsApproval,

    /// <summary>APPROVED: a person agreed, and it has not run.</summary>
    Approved,

    /// <summary>UNKNOWN: nobody knows whether it happened.</summary>
    Unknown,
}

/// <summary>How far one part is.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Output">Its tool's answer; null when there is none.</param>
/// <param name="Reason">Why; empty when it speaks for itself.</param>
public sealed record PartProgress(PartStatus Status, Value Output, string Reason = "")
{
    /// <summary>
    /// Whether <see cref="Output"/> is what the tool answered. False when it comes from the record, which keeps less: secrets hidden, cut at its limit. Then nothing is made of it: what needs it is a
    /// person's.
    /// </summary>
    public bool IsExact { get; init; } = true;

    /// <summary>Whether a person did it by hand: Reeve does not know what that changed, and undoes nothing of it.</summary>
    public bool IsByHand { get; init; }
}
