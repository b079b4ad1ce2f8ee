namespace Reeve.Operations.Metrics;

/// <summary>How a tenant's exceptions fare (EX-OBS-3). What cannot be measured is absent, never zero.</summary>
public sealed record TenantMetrics
{
    /// <summary>Exceptions received.</summary>
    public required long ExceptionCount { get; init; }

    /// <summary>The share, 0 to 1, of all that are RESOLVED without a person having acted; null when there is none at all.</summary>
    public required double? AutoResolutionRate { get; init; }

    /// <summary>Mean seconds from received to RESOLVED, of those that are; null when none is.</summary>
    public required double? MttrSeconds { get; init; }

    /// <summary>Mean seconds from received to triaged, of those that are; null when none is.</summary>
    public required double? MeanTimeToTriageSeconds { get; init; }

    /// <summary>Exceptions to which an approved playbook applies.</summary>
    public required long ActionableApprovedCount { get; init; }

    /// <summary>Exceptions that need action and have no approved playbook.</summary>
    public required long ActionableNonApprovedCount { get; init; }

    /// <summary>Exceptions that need nothing.</summary>
    public required long NonActionableCount { get; init; }

    /// <summary>Exceptions that are ESCALATED now.</summary>
    public required long EscalatedCount { get; init; }

    /// <summary>Exceptions by status: every status, in declared order.</summary>
    public required IReadOnlyList<MetricCount> ByStatus { get; init; }

    /// <summary>Exceptions by severity: every severity, from the lowest, then <c>none</c>.</summary>
    public required IReadOnlyList<MetricCount> BySeverity { get; init; }
}

/// <summary>How many there are of something.</summary>
/// <param name="Name">The wire name.</param>
/// <param name="Count">How many.</param>
public readonly record struct MetricCount(string Name, long Count);
