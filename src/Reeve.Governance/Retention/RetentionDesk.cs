using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Retention;

/// <summary>
/// The door to retention: erases exceptions whose time is over, and removes months of the log that are past every tenant's
/// (docs/decisions/0017). A run may be broken off at any point and begun anew; nothing of it is kept but what it removed. Thread-safe;
/// two runs at once do nothing twice.
/// </summary>
/// <param name="store">What is old.</param>
/// <param name="erasures">Erases.</param>
/// <param name="clock">Measures how long work takes; what is old is judged by the database's clock.</param>
/// <param name="options">How much at once.</param>
public sealed class RetentionDesk(IRetentionStore store, ErasureDesk erasures, TimeProvider clock, RetentionOptions? options = null)
{
    private readonly RetentionOptions bounds = options ?? new();
    private readonly RetentionPolicies policies = new(store);

    /// <summary>Removes what is past its time, until nothing is left or the run has lasted for <see cref="RetentionOptions.RunFor"/>.</summary>
    /// <param name="actor">Who is recorded with what is erased.</param>
    /// <param name="cancellationToken">Breaks off between two slices.</param>
    /// <returns>What was done, and what failed: one tenant's fault keeps nothing of another from going but the months that are everybody's.</returns>
    /// <exception cref="ReeveException">STORE-…: not even the tenants can be read.</exception>
    public async Task<RetentionReport> RunAsync(Principal actor, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        DateTimeOffset now = await store.NowAsync(cancellationToken);
        List<ReeveException> faults = [];
        List<TenantRetention> retentions = [];
        List<TenantId> tenants = [.. await store.TenantsAsync(cancellationToken)];
        Queue<Backlog> backlogs = new();
        foreach (TenantId tenant in tenants.Where(tenant => tenant != PlatformTenant.Id))
        {
            await TryAsync(faults, async () =>
            {
                TenantRetention retention = await policies.OfAsync(tenant, cancellationToken);
                retentions.Add(retention);
                backlogs.Enqueue(new Backlog(store, erasures, bounds, tenant, retention, now));
            });
        }

        long erased = 0;

        // A slice of each in turn, so that who has much to erase keeps nobody waiting.
        while (backlogs.TryDequeue(out Backlog? backlog) && clock.GetElapsedTime(began) < bounds.RunFor)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await TryAsync(faults, async () =>
            {
                long slice = clock.GetTimestamp();
                (int gone, bool isLast) = await backlog.WorkAsync(actor, cancellationToken);
                erased += gone;
                if (!isLast)
                {
                    backlogs.Enqueue(backlog);
                }

                await RestAsync(gone > 0 ? clock.GetElapsedTime(slice) : TimeSpan.Zero, cancellationToken);
            });
        }

        // Without every tenant's word nothing is known to be past everybody's time.
        RetentionReport report = new() { Erased = erased, Dropped = [], KeptBack = null, Faults = faults };
        return faults.Count == 0 && backlogs.Count == 0 && RetentionRules.LogEnds(retentions, now) is { } ends
            ? await DropAsync(report, tenants, ends, cancellationToken)
            : report;
    }

    private async Task<RetentionReport> DropAsync(RetentionReport report, List<TenantId> tenants, DateTimeOffset ends, CancellationToken cancellationToken)
    {
        List<LogMonth> dropped = [];
        while (await store.OldestMonthAsync(cancellationToken) is { } month && month.End <= ends)
        {
            foreach (TenantId tenant in tenants)
            {
                if (await store.IsNeededAsync(tenant, month.End, cancellationToken))
                {
                    return report with { Dropped = dropped, KeptBack = (month, tenant) };
                }
            }

            if (!await store.DropAsync(month, cancellationToken))
            {
                break;
            }

            dropped.Add(month);
        }

        return report with { Dropped = dropped };
    }

    // What comes in is written by the same few connections.
    private Task RestAsync(TimeSpan worked, CancellationToken cancellationToken) =>
        worked > TimeSpan.Zero && bounds.RestPerWork > 0 ? Task.Delay(worked * bounds.RestPerWork, clock, cancellationToken) : Task.CompletedTask;

    private static async Task TryAsync(List<ReeveException> faults, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (ReeveException fault)
        {
            faults.Add(fault);
        }
    }
}

/// <summary>How much retention does at once.</summary>
public sealed record RetentionOptions
{
    /// <summary>How many exceptions are looked at in one read.</summary>
    public int PageSize { get; init; } = 256;

    /// <summary>How many exceptions go in one commit; some milliseconds, between two commits of others.</summary>
    public int SliceSize { get; init; } = 32;

    /// <summary>How many bodies go in one commit; an exception that has more goes in several, its row with the last.</summary>
    public int SliceEvents { get; init; } = 256;

    /// <summary>How long it rests after a commit, in times what that took.</summary>
    public double RestPerWork { get; init; } = 4;

    /// <summary>How long one run lasts; what is left then is for the next.</summary>
    public TimeSpan RunFor { get; init; } = TimeSpan.FromMinutes(30);
}

/// <summary>What a run of retention did.</summary>
public sealed record RetentionReport
{
    /// <summary>How many exceptions were erased.</summary>
    public required long Erased { get; init; }

    /// <summary>The months of the log that are gone, oldest first.</summary>
    public required IReadOnlyList<LogMonth> Dropped { get; init; }

    /// <summary>A month that is past everybody's time and stays, and a tenant that has an exception with a row in it; null when there is none.</summary>
    public required (LogMonth Month, TenantId Tenant)? KeptBack { get; init; }

    /// <summary>What failed; months stay while anything does.</summary>
    public required IReadOnlyList<ReeveException> Faults { get; init; }
}
