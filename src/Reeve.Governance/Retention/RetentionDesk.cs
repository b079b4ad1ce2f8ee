using Reeve.Core.Errors;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Governance.Audit;
using Reeve.Governance.Tenants;

namespace Reeve.Governance.Retention;

/// <summary>
/// The door to retention: erases exceptions whose time is over, and removes months of the log that are past every tenant's
/// (docs/decisions/0017). A run may be broken off at any point and begun anew; nothing of it is kept but what it removed. Thread-safe;
/// two runs at once do nothing twice. Made when the process begins: what it notes then is what a clock that is set ahead is told by.
/// </summary>
/// <param name="store">What is old.</param>
/// <param name="erasures">Erases.</param>
/// <param name="clock">Measures how long work takes; what is old is judged by the database's clock.</param>
/// <param name="options">How much at once.</param>
public sealed class RetentionDesk(IRetentionStore store, ErasureDesk erasures, TimeProvider clock, RetentionOptions? options = null)
{
    // Far more than clocks are apart, or are corrected by.
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(1);

    private readonly RetentionOptions bounds = options ?? new();
    private readonly RetentionPolicies policies = new(store);
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();
    private readonly long started = clock.GetTimestamp();
    private readonly Lock clocks = new();

    // How far the time was ahead of the start and what has passed since by the clock that nobody sets: the most of any run that was done.
    private TimeSpan ahead;

    /// <summary>Removes what is past its time, until nothing is left or the run has lasted for <see cref="RetentionOptions.RunFor"/>.</summary>
    /// <param name="actor">Who is recorded with what is erased.</param>
    /// <param name="cancellationToken">Breaks off between two slices.</param>
    /// <returns>What was done, and what failed: one tenant's fault keeps nothing of another from going but the months that are everybody's.</returns>
    /// <exception cref="ReeveException">STORE-…: not even the tenants can be read.</exception>
    public async Task<RetentionReport> RunAsync(Principal actor, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        DateTimeOffset now = await store.NowAsync(cancellationToken);
        if (StepOf(now) is { } step)
        {
            return new RetentionReport { ClockStep = step };
        }

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
        while (clock.GetElapsedTime(began) < bounds.RunFor && backlogs.TryDequeue(out Backlog? backlog))
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

                await RestAsync(slice, cancellationToken);
            });
        }

        // Without every tenant's word nothing is known to be past everybody's time.
        List<LogMonth> dropped = [];
        (LogMonth, TenantId, ExceptionKey)? keptBack = null;
        if (faults.Count == 0 && backlogs.Count == 0 && RetentionRules.LogEnds(retentions, now) is { } ends)
        {
            await TryAsync(faults, async () => keptBack = await DropAsync(dropped, tenants, ends, began, cancellationToken));
        }

        return new RetentionReport { Erased = erased, Dropped = dropped, KeptBack = keptBack, Faults = faults };
    }

    private async Task<(LogMonth, TenantId, ExceptionKey)?> DropAsync(
        List<LogMonth> dropped, List<TenantId> tenants, DateTimeOffset ends, long began, CancellationToken cancellationToken)
    {
        LogMonth? going = null;
        while (true)
        {
            LogMonth? oldest = await store.OldestMonthAsync(cancellationToken);
            if (going is { } gone && oldest != going)
            {
                dropped.Add(gone);
                going = null;
            }

            if (oldest is not { } month || month.End > ends || clock.GetElapsedTime(began) >= bounds.RunFor)
            {
                return null;
            }

            if (going is null)
            {
                (bool isNeeded, (LogMonth, TenantId, ExceptionKey)? by) = await NeededAsync(month, tenants, cancellationToken);
                if (isNeeded)
                {
                    return by;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            long slice = clock.GetTimestamp();
            if (!await store.DropAsync(month, cancellationToken))
            {
                return null;
            }

            going = month;
            await RestAsync(slice, cancellationToken);
        }
    }

    // What is final ends by itself; only what is not is anybody's business.
    private async Task<(bool IsNeeded, (LogMonth, TenantId, ExceptionKey)? By)> NeededAsync(LogMonth month, List<TenantId> tenants, CancellationToken cancellationToken)
    {
        bool isNeeded = false;
        foreach (TenantId tenant in tenants)
        {
            AgedCase? item = await store.NeededByAsync(tenant, month.End, cancellationToken);
            if (item is not null && !RetentionRules.IsFinal(item))
            {
                return (true, (month, tenant, item.Key));
            }

            isNeeded |= item is not null;
        }

        return (isNeeded, null);
    }

    // A clock that is set ahead by mistake would end everything at once. One that was set back and then right again did not step.
    private TimeSpan? StepOf(DateTimeOffset now)
    {
        TimeSpan by = now - startedAt - clock.GetElapsedTime(started);
        lock (clocks)
        {
            if (by - ahead > MostAhead)
            {
                return by - ahead;
            }

            ahead = by > ahead ? by : ahead;
            return null;
        }
    }

    // What comes in is written by the same few connections.
    private Task RestAsync(long since, CancellationToken cancellationToken)
    {
        TimeSpan worked = clock.GetElapsedTime(since);
        return worked > TimeSpan.Zero && bounds.RestPerWork > 0 ? Task.Delay(worked * bounds.RestPerWork, clock, cancellationToken) : Task.CompletedTask;
    }

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

    /// <summary>How many bodies go in one commit; an exception that has more goes alone.</summary>
    public int SliceEvents { get; init; } = 256;

    /// <summary>How long it rests after each slice, in times what that took.</summary>
    public double RestPerWork { get; init; } = 4;

    /// <summary>How long one run lasts; what is left then is for the next.</summary>
    public TimeSpan RunFor { get; init; } = TimeSpan.FromMinutes(30);
}

/// <summary>What a run of retention did.</summary>
public sealed record RetentionReport
{
    /// <summary>How many exceptions were erased.</summary>
    public long Erased { get; init; }

    /// <summary>The months of the log that are gone, oldest first.</summary>
    public IReadOnlyList<LogMonth> Dropped { get; init; } = [];

    /// <summary>A month that is past everybody's time and stays, with an exception of a tenant that has events in it and is not final; null when there is none.</summary>
    public (LogMonth Month, TenantId Tenant, ExceptionKey Exception)? KeptBack { get; init; }

    /// <summary>What failed; months stay while anything does.</summary>
    public IReadOnlyList<ReeveException> Faults { get; init; } = [];

    /// <summary>How far the clock was set ahead since this process began or last ran this, where that is more than a day: then nothing was done. Null otherwise.</summary>
    public TimeSpan? ClockStep { get; init; }
}
