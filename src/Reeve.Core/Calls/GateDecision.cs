using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Core.Calls;

/// <summary>What the gate asks, in this order (EX-TOOL-11). The names are in events, so they stay.</summary>
public enum GateCheck
{
    /// <summary>EXISTS: the packs define the tool, in a version that serves.</summary>
    Exists,

    /// <summary>ENABLED: nobody switched it off.</summary>
    Enabled,

    /// <summary>SCOPE: it belongs to this tenant and domain, or to all.</summary>
    Scope,

    /// <summary>ALLOW_LIST: the tenant approved it, and no list blocks it.</summary>
    AllowList,

    /// <summary>PRE_ACTION: what is evaluated before an action (RF-16 to RF-19), fixed rules first.</summary>
    PreAction,

    /// <summary>VIOLATION: approvals, forbidden severities, contradicted guardrails (EX-SAFE-3).</summary>
    Violation,

    /// <summary>SAFETY: limits on what tools may take (EX-SAFE-1).</summary>
    Safety,

    /// <summary>QUOTA: what the tenant may use (EX-SAFE-6, 7).</summary>
    Quota,

    /// <summary>BREAKER: the tool has not failed too often lately, and has a free place.</summary>
    Breaker,

    /// <summary>INPUT: the arguments satisfy the schema, and the tool can be called.</summary>
    Input,

    /// <summary>HOLD: nobody stopped effects, and the tenant's automation is live.</summary>
    Hold,
}

/// <summary>What one check said.</summary>
/// <param name="Check">The check.</param>
/// <param name="Verdict">ALLOW, REQUIRE_APPROVAL or BLOCK.</param>
/// <param name="Reason">A sentence; empty for an ALLOW that speaks for itself.</param>
/// <param name="Error">The coded refusal; null for ALLOW.</param>
public sealed record GateReason(GateCheck Check, PolicyVerdict Verdict, string Reason, ReeveError? Error);

/// <summary>What the gate decided of a call.</summary>
/// <param name="Reasons">Every check that was made, in order; none is made after one that says BLOCK.</param>
public sealed record GateDecision(IReadOnlyList<GateReason> Reasons)
{
    /// <summary>The strictest that any check said.</summary>
    public PolicyVerdict Verdict => Reasons.Aggregate(PolicyVerdict.Allow, static (verdict, reason) => Lattice.Stricter(verdict, reason.Verdict));

    /// <summary>The first reason that is as strict as the verdict, when that is not ALLOW; else null.</summary>
    public GateReason? Decisive => Verdict == PolicyVerdict.Allow ? null : Reasons.First(reason => reason.Verdict == Verdict);
}
