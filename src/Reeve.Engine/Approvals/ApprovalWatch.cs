using Microsoft.Extensions.Logging;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Engine.Runtime;

namespace Reeve.Engine.Approvals;

/// <summary>Looks every second for approvals whose time is over, by the database's clock, and escalates them; on every node, and whoever comes first does it. Thread-safe.</summary>
public sealed class ApprovalWatch(IApprovalStore store, ApprovalDesk desk, IRuntime runtime, ILogger logger)
{
    private const int AtOnce = 200;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Looks until it is cut; never fails.</summary>
    public async Task RunAsync(CancellationToken cut)
    {
        while (!cut.IsCancellationRequested)
        {
            try
            {
                await LookAsync(cut);
                await Task.Delay(Every, runtime.Clock, cut);
            }
            catch (OperationCanceledException) when (cut.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // The top of a loop: the store is away, mostly; it is asked again in a second.
                Log.WatchFailed(logger, fault is ReeveException known ? known.Error.Message : fault.GetType().Name);
                await PauseAsync(cut);
            }
        }
    }

    /// <summary>Looks once.</summary>
    /// <returns>How many it escalated.</returns>
    public async Task<int> LookAsync(CancellationToken cancellationToken)
    {
        int escalated = 0;
        (DateTimeOffset now, IReadOnlyList<(TenantId Tenant, Guid Approval)> overdue) = await store.OverdueAsync(AtOnce, cancellationToken);
        foreach ((TenantId tenant, Guid approval) in overdue)
        {
            try
            {
                escalated += await desk.TimeOutAsync(tenant, approval, now, cancellationToken) ? 1 : 0;
            }
            catch (ReeveException fault) when (!cancellationToken.IsCancellationRequested)
            {
                // One that cannot be escalated stands in nobody's way; it is tried again in a second, and stays undecided.
                Log.EscalationFailed(logger, approval, fault.Error.Code, fault.Error.Message);
            }
        }

        return escalated;
    }

    private async Task PauseAsync(CancellationToken cut)
    {
        try
        {
            await Task.Delay(Every, runtime.Clock, cut);
        }
        catch (OperationCanceledException)
        {
            // The loop asks.
        }
    }
}
