using Reeve.Core.Records;

namespace Reeve.Core.Decisions;

/// <summary>
/// The order in which decisions may only rise (EX-ORCH-7): <c>ALLOW &lt; REQUIRE_APPROVAL &lt; BLOCK</c>,
/// <c>OK &lt; REQUIRE_APPROVAL &lt; ESCALATE</c>, and severities. Whoever joins two opinions joins them here, so nothing that
/// speaks later can loosen what was said before.
/// </summary>
public static class Lattice
{
    /// <summary>The stricter of two opinions.</summary>
    /// <typeparam name="T">An enumeration whose members are declared from lenient to strict.</typeparam>
    public static T Stricter<T>(T left, T right)
        where T : struct, Enum => Comparer<T>.Default.Compare(left, right) >= 0 ? left : right;

    /// <summary>What an oversight verdict asks of policy.</summary>
    public static PolicyVerdict AsPolicy(OversightVerdict verdict) => verdict switch
    {
        OversightVerdict.Ok => PolicyVerdict.Allow,
        OversightVerdict.RequireApproval => PolicyVerdict.RequireApproval,
        _ => PolicyVerdict.Block,
    };
}
