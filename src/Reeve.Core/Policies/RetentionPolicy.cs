namespace Reeve.Core.Policies;

/// <summary>How long a tenant keeps what it has of a domain (<c>retentionPolicies</c>).</summary>
/// <param name="DataDays"><c>dataTTL</c>: after how many days payloads and event bodies end, at least 1; null when nothing was said.</param>
/// <param name="AuditYears"><c>auditYears</c>: after how many years event headers may end, at least 1.</param>
public sealed record RetentionPolicy(int? DataDays, int AuditYears)
{
    /// <summary>What holds where a policy says nothing.</summary>
    public static readonly RetentionPolicy Default = new(DataDays: null, AuditYears: 7);
}
