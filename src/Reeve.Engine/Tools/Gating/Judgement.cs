using Reeve.Core.Calls;
using Reeve.Core.Decisions;
using Reeve.Core.Errors;
using Reeve.Core.Packs;
using Reeve.Core.Policies;
using Reeve.Core.Ports;
using Reeve.Core.Records;
using Reeve.Engine.Tools.Breakers;
using Reeve.Engine.Tools.Kinds;

namespace Reeve.Engine.Tools.Gating;

/// <summary>
/// A call while it is judged, and what came of it. What it took (a place, the right to an attempt) it gives back when disposed of. Used by one caller at a time.
/// </summary>
internal sealed class Judgement(ToolCall call, bool isTrial) : IDisposable
{
    private readonly List<GateReason> reasons = new(capacity: 12);

    internal ToolCall Call => call;

    /// <summary>Whether nothing is taken or used up.</summary>
    internal bool IsTrial => isTrial;

    /// <summary>The pair that is active now; null until it was asked for.</summary>
    internal BoundPolicy? Active { get; set; }

    /// <summary>The tool; null when it is not defined. Where the packs of the call and the active ones differ in what it does to the world, it is as the stricter say.</summary>
    internal ToolDefinition? Tool { get; set; }

    /// <summary>Who reaches it; null when nobody does.</summary>
    internal IToolKind? Kind { get; set; }

    /// <summary>Why it cannot be called; empty when it can.</summary>
    internal IReadOnlyList<ReeveError> Problems { get; set; } = [];

    /// <summary>Where the call goes; null when that cannot be told.</summary>
    internal string? Target { get; set; }

    /// <summary>What it is bound to; null when that cannot be told.</summary>
    internal CallDigest? Digest { get; set; }

    /// <summary>The approval that was needed and covers it; null for none.</summary>
    internal CallApproval? Approval { get; set; }

    /// <summary>Whether approvals were looked for.</summary>
    internal bool SoughtApproval { get; set; }

    /// <summary>The right to make its first attempt; null when none was taken.</summary>
    internal BreakerPass? Pass { get; set; }

    /// <summary>Its place among the tenant's calls; null when none was taken.</summary>
    internal CallPlaces.Place? Place { get; set; }

    internal bool ChangesSomething => Tool?.Effect != ToolEffect.Read;

    internal int Said => reasons.Count;

    /// <summary>The strictest that was said.</summary>
    internal PolicyVerdict Verdict { get; private set; }

    internal GateDecision Decision => new([.. reasons]);

    internal BreakerKey BreakerKey => new(call.TenantId, call.Policy.Domain.Name, call.Tool);

    /// <summary>How often the call may be tried again: as often as the tool says, and of what nobody asked for no more often than the guardrails of both pairs let (EX-AGENT-RES-6).</summary>
    internal int Retries
    {
        get
        {
            int retries = Tool!.MaxRetries; // not null: asked of a call that was let through
            return call.Authority.IsAutomatic
                ? Math.Min(retries, Math.Min(call.Policy.Guardrails.MaxAutoRetries ?? int.MaxValue, Active?.Guardrails.MaxAutoRetries ?? int.MaxValue))
                : retries;
        }
    }

    internal void Say(GateReason reason)
    {
        reasons.Add(reason);
        Verdict = Lattice.Stricter(Verdict, reason.Verdict);
    }

    internal void Block(GateCheck check, ErrorCode code, string why, string? subject = null) =>
        Say(new GateReason(check, PolicyVerdict.Block, why, new ReeveError(code, why, subject)));

    public void Dispose()
    {
        Pass?.Dispose();
        Place?.Dispose();
    }
}
