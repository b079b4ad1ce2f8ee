using Microsoft.Extensions.Logging;
using Reeve.Governance.Retention;

namespace Reeve.Server.Upkeeping;

/// <summary>Retention as a step of the upkeep: runs it, and tells what it did.</summary>
/// <param name="desk">Does it.</param>
/// <param name="logger">Where to tell.</param>
public sealed class RetentionStep(RetentionDesk desk, ILogger logger)
{
    /// <summary>One run.</summary>
    /// <exception cref="AggregateException">What failed, tenant by tenant; the rest was done.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        RetentionReport report = await desk.RunAsync(Upkeep.Actor, cancellationToken);
        if (report.Erased > 0 || report.Dropped.Count > 0)
        {
            Log.Retained(logger, report.Erased, report.Dropped.Count);
        }

        if (report.KeptBack is { } kept)
        {
            Log.MonthKept(logger, kept.Month.ToString(), kept.Exception.ToString(), kept.Tenant.Value);
        }

        if (report.ClockStep is { } step)
        {
            Log.ClockStepped(logger, Math.Round(step.TotalDays, 1));
        }

        if (report.Faults.Count > 0)
        {
            throw new AggregateException(report.Faults);
        }
    }
}
