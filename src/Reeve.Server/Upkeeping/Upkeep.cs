using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Engine.Schedules;
using Reeve.Governance.Tenants;

namespace Reeve.Server.Upkeeping;

/// <summary>What the product does for its own store, on a schedule of its own: each step by itself, so that none keeps another from being done.</summary>
/// <param name="steps">Each may be done twice at once, and does nothing where there is nothing to do.</param>
public sealed class Upkeep(IReadOnlyList<Func<CancellationToken, Task>> steps)
{
    /// <summary>What it is called.</summary>
    public static readonly ScheduleName Name = new("upkeep");

    /// <summary>When it is done: not at the full hour, when everybody's jobs run.</summary>
    public static readonly ScheduleRequest Usual = new(PlatformTenant.Id, Name, "17 * * * *", "UTC");

    /// <summary>Who sets its schedule.</summary>
    public static readonly Principal Actor = new(PrincipalKind.Service, "system:upkeep", "Reeve", []);

    /// <summary>What is done.</summary>
    public ScheduledAction Action => new(Name, IsPlatforms: true, RunAsync);

    private async Task RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        List<Exception> faults = [];
        foreach (Func<CancellationToken, Task> step in steps)
        {
            try
            {
                await step(cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                faults.Add(fault);
            }
        }

        if (faults.Count > 0)
        {
            throw new AggregateException(faults);
        }
    }
}
