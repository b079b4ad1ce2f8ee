using Reeve.Core.Policies;
using Reeve.Core.Records;

namespace Reeve.Governance.Retention;

/// <summary>What one tenant keeps, for how long (docs/decisions/0017). Immutable.</summary>
internal sealed class TenantRetention
{
    private readonly Dictionary<DomainName, RetentionPolicy> policies;
    private readonly int years;
    private readonly int days;

    /// <param name="policies">What its active policies say; empty when it has none.</param>
    internal TenantRetention(IReadOnlyList<(DomainName Domain, RetentionPolicy Policy)> policies)
    {
        this.policies = policies.ToDictionary(item => item.Domain, item => item.Policy);

        // The log is not kept by domain: what any of them asks for holds for all of it. Bodies are in it, so it lasts as long as they do.
        years = policies.Select(item => item.Policy.AuditYears).DefaultIfEmpty(RetentionPolicy.Default.AuditYears).Max();
        days = policies.Select(item => item.Policy.DataDays ?? 0).DefaultIfEmpty(0).Max();
    }

    /// <summary>Events recorded before this may go.</summary>
    internal DateTimeOffset LogEnds(DateTimeOffset now) => Earlier(now.AddYears(-years), now.AddDays(-days));

    /// <summary>Exceptions of a domain that have been at rest since before this are erased: its <c>dataTTL</c>, or as long as the log when nothing was said.</summary>
    internal DateTimeOffset DataEnds(DomainName domain, DateTimeOffset now)
    {
        if (policies.TryGetValue(domain, out RetentionPolicy? policy))
        {
            return policy.DataDays is { } own ? now.AddDays(-own) : LogEnds(now);
        }

        // Its policy may be back in an hour: what others say of their domains says nothing of this one.
        return Earlier(LogEnds(now), now.AddYears(-RetentionPolicy.Default.AuditYears));
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

/// <summary>Which exceptions and months may go. Pure.</summary>
internal static class RetentionRules
{
    /// <summary>Whether nothing more is to happen to an exception: it was resolved, given to people, or found to need nothing.</summary>
    internal static bool IsFinal(AgedCase item) => item.Status switch
    {
        ResolutionStatus.Resolved or ResolutionStatus.Escalated => true,
        ResolutionStatus.Open => item.Actionability == Actionability.NonActionableInfoOnly,
        _ => false,
    };

    /// <summary>Before when every tenant's log may go; null when nobody's is known to.</summary>
    /// <param name="tenants">Every tenant's; the platform's own log is kept as long as the longest of them.</param>
    /// <param name="now">The time.</param>
    internal static DateTimeOffset? LogEnds(IReadOnlyCollection<TenantRetention> tenants, DateTimeOffset now) =>
        tenants.Count == 0 ? null : tenants.Min(tenant => tenant.LogEnds(now));
}
