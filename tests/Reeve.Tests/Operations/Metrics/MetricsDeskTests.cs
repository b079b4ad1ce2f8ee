using Reeve.Core.Records;
using Reeve.Operations.Metrics;

namespace Reeve.Tests.Operations.Metrics;

/// <summary>Metrics follow from counters, and what cannot be measured is absent.</summary>
public sealed class MetricsDeskTests
{
    private static readonly TenantId North = new("NORTH");

    [Fact]
    public async Task A_tenant_without_exceptions_has_zeros_and_absences()
    {
        TenantMetrics metrics = await Read([]);

        (metrics.ExceptionCount, metrics.EscalatedCount, metrics.ActionableApprovedCount).ShouldBe((0, 0, 0));
        metrics.AutoResolutionRate.ShouldBeNull();
        metrics.MttrSeconds.ShouldBeNull();
        metrics.MeanTimeToTriageSeconds.ShouldBeNull();
        metrics.ByStatus.ShouldAllBe(one => one.Count == 0);
    }

    [Fact]
    public async Task Rates_and_means_are_reckoned_from_sums()
    {
        TenantMetrics metrics = await Read(new()
        {
            ["received"] = 8, ["resolved_auto"] = 6, ["resolve_us"] = 4_500_000, ["resolve_count"] = 3, ["triage_us"] = 250, ["triage_count"] = 2,
            ["actionability:ACTIONABLE_APPROVED_PROCESS"] = 5, ["actionability:ACTIONABLE_NON_APPROVED_PROCESS"] = 2, ["actionability:NON_ACTIONABLE_INFO_ONLY"] = 1,
            ["status:ESCALATED"] = 2, ["status:RESOLVED"] = 6, ["severity:CRITICAL"] = 3, ["severity:none"] = 5, ["domain:Parcels"] = 8,
        });

        (metrics.ExceptionCount, metrics.AutoResolutionRate, metrics.MttrSeconds, metrics.MeanTimeToTriageSeconds).ShouldBe((8, 0.75, 1.5, 0.000125));
        (metrics.ActionableApprovedCount, metrics.ActionableNonApprovedCount, metrics.NonActionableCount, metrics.EscalatedCount).ShouldBe((5, 2, 1, 2));
        metrics.ByStatus.ShouldBe([new("OPEN", 0), new("IN_PROGRESS", 0), new("RESOLVED", 6), new("ESCALATED", 2), new("PENDING_APPROVAL", 0)]);
        metrics.BySeverity.ShouldBe([new("LOW", 0), new("MEDIUM", 0), new("HIGH", 0), new("CRITICAL", 3), new("none", 5)]);
    }

    [Fact]
    public async Task None_resolved_is_a_rate_of_zero_but_no_mean()
    {
        TenantMetrics metrics = await Read(new() { ["received"] = 3, ["resolve_count"] = 0, ["resolve_us"] = 0 });

        metrics.AutoResolutionRate.ShouldBe(0);
        metrics.MttrSeconds.ShouldBeNull();
    }

    [Fact]
    public async Task Sums_beyond_the_whole_numbers_of_a_double_keep_their_mean()
    {
        TenantMetrics metrics = await Read(new() { ["resolve_us"] = long.MaxValue, ["resolve_count"] = 1 });

        metrics.MttrSeconds.ShouldNotBeNull().ShouldBe(9_223_372_036_854.775, tolerance: 0.01);
    }

    private static Task<TenantMetrics> Read(Dictionary<string, long> counters) =>
        new MetricsDesk(new Counters(counters)).ReadAsync(North, TestContext.Current.CancellationToken);

    private sealed class Counters(Dictionary<string, long> counters) : ICounterStore
    {
        public Task<IReadOnlyDictionary<string, long>> SumAsync(TenantId tenant, CancellationToken cancellationToken)
        {
            tenant.ShouldBe(North);
            return Task.FromResult<IReadOnlyDictionary<string, long>>(counters);
        }
    }
}
