namespace Reeve.Governance.Audit.Verification;

/// <summary>Findings as they are made; what is beyond the most that are listed is counted.</summary>
internal sealed class FindingList
{
    private readonly List<AuditFinding> findings = [];

    internal long More { get; private set; }

    internal void Add(AuditFinding finding)
    {
        if (findings.Count < AuditReport.MostFindings)
        {
            findings.Add(finding);
        }
        else
        {
            More++;
        }
    }

    /// <summary>By tenant (what belongs to none first), slot, position.</summary>
    internal IReadOnlyList<AuditFinding> Sorted() =>
        [.. findings
            .OrderBy(finding => finding.Tenant?.Value ?? "", StringComparer.Ordinal)
            .ThenBy(finding => finding.Slot)
            .ThenBy(finding => finding.N ?? 0)
            .ThenBy(finding => finding.Ordinal ?? -1)];
}
