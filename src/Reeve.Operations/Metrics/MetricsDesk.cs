using Reeve.Core.Records;

namespace Reeve.Operations.Metrics;

/// <summary>The metrics of a tenant: reckoned from its counters, so that asking costs the same whatever the tenant holds. Thread-safe.</summary>
public sealed class MetricsDesk(ICounterStore counters)
{
    /// <summary>How a tenant's exceptions fare now. A tenant without any, or that is not there, has zeros and absences.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-….</exception>
    public async Task<TenantMetrics> ReadAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, long> found = await counters.SumAsync(tenant, cancellationToken);
        long received = Of(CounterNames.Received);
        return new TenantMetrics
        {
            ExceptionCount = received,
            AutoResolutionRate = Ratio(Of(CounterNames.ResolvedAutomatically), received),
            MttrSeconds = MeanSeconds(CounterNames.ResolveMicroseconds, CounterNames.ResolveCount),
            MeanTimeToTriageSeconds = MeanSeconds(CounterNames.TriageMicroseconds, CounterNames.TriageCount),
            ActionableApprovedCount = Actionable(Actionability.ActionableApprovedProcess),
            ActionableNonApprovedCount = Actionable(Actionability.ActionableNonApprovedProcess),
            NonActionableCount = Actionable(Actionability.NonActionableInfoOnly),
            EscalatedCount = Of(CounterNames.Status(Wire.Name(ResolutionStatus.Escalated))),
            ByStatus = [.. Wire.All<ResolutionStatus>().Select(status => new MetricCount(status, Of(CounterNames.Status(status))))],
            BySeverity = [.. Wire.All<Severity>().Append(CounterNames.None).Select(severity => new MetricCount(severity, Of(CounterNames.Severity(severity))))],
        };

        long Of(string name) => found.GetValueOrDefault(name);

        long Actionable(Actionability actionability) => Of(CounterNames.Actionability(Wire.Name(actionability)));

        double? MeanSeconds(string microseconds, string count) => Ratio(Of(microseconds), Of(count)) / TimeSpan.MicrosecondsPerSecond;
    }

    private static double? Ratio(long part, long whole) => whole > 0 ? (double)part / whole : null;
}
