using Reeve.Core.Changes;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Principals;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;
using Reeve.Engine.Schedules.Cron;

namespace Reeve.Engine.Schedules;

/// <summary>The door to schedules. Whether the actor may is asked by whoever calls. Thread-safe.</summary>
/// <param name="store">Reads.</param>
/// <param name="committer">Writes.</param>
/// <param name="actions">What can be done on a schedule.</param>
/// <param name="clock">The clock.</param>
public sealed class ScheduleDesk(IScheduleStore store, ICommitter committer, IReadOnlyList<ScheduledAction> actions, TimeProvider clock)
{
    /// <summary>Sets a schedule, whether it was there or not.</summary>
    /// <param name="wanted">What it shall be.</param>
    /// <param name="actor">Who sets it.</param>
    /// <param name="cancellationToken">Gives up waiting; it may be set nevertheless.</param>
    /// <exception cref="ReeveException">SCHED-001 to SCHED-004.</exception>
    public async Task<Schedule> PutAsync(ScheduleRequest wanted, Principal actor, CancellationToken cancellationToken)
    {
        if (!actions.Any(action => action.Name == wanted.Name && action.IsPlatforms == IsPlatform(wanted.Tenant)))
        {
            throw new ReeveException(new ReeveError(ErrorCatalogue.Schedules.UnknownAction, $"Nothing that is called {Shown.Name(wanted.Name.Value)} runs on a schedule of this tenant.", "name"));
        }

        CronTimes times = CronTimes.Parse(wanted.Cron, wanted.Zone);

        // The database's clock is the one that schedules go by.
        DateTimeOffset now = (await store.DueAsync(cancellationToken)).Now;
        DateTimeOffset next = times.Next(now, CronTimes.Reach)
            ?? throw new ReeveException(new ReeveError(ErrorCatalogue.Schedules.Never, $"{Shown.Short(wanted.Cron, 100)} names no time until {now.AddYears(5):yyyy-MM-dd}.", "cron"));
        Schedule made = new(wanted.Tenant, wanted.Name, wanted.Cron, wanted.Zone, next, wanted.IsEnabled, TimeText.ToMicroseconds(clock.GetUtcNow()));
        await committer.CommitAloneAsync(made.TenantId, [new ScheduleChange.Put(made), new Change.Append(ScheduleEvents.Set(made, actor))], cancellationToken);
        return made;
    }

    /// <summary>Sets a schedule unless it is there as wanted.</summary>
    /// <exception cref="ReeveException">As <see cref="PutAsync"/>.</exception>
    public async Task EnsureAsync(ScheduleRequest wanted, Principal actor, CancellationToken cancellationToken)
    {
        Schedule? known = (await store.ListAsync(wanted.Tenant, cancellationToken)).FirstOrDefault(schedule => schedule.Name == wanted.Name);
        if (known is null || (known.Cron, known.Zone, known.IsEnabled) != (wanted.Cron, wanted.Zone, wanted.IsEnabled))
        {
            await PutAsync(wanted, actor, cancellationToken);
        }
    }

    /// <summary>Removes a schedule; what runs goes on.</summary>
    /// <returns>False when the tenant had none of that name.</returns>
    public async Task<bool> RemoveAsync(TenantId tenant, ScheduleName name, Principal actor, CancellationToken cancellationToken)
    {
        Change[] changes = [new ScheduleChange.Removed(tenant, name), new Change.Append(ScheduleEvents.Removed(tenant, name, TimeText.ToMicroseconds(clock.GetUtcNow()), actor))];
        return await committer.CommitAloneAsync(tenant, changes, cancellationToken) is CommitOutcome.Committed;
    }

    /// <summary>The schedules of a tenant by name, each with its last run.</summary>
    public async Task<IReadOnlyList<ListedSchedule>> ListAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        IReadOnlyList<Schedule> schedules = await store.ListAsync(tenant, cancellationToken);
        IReadOnlyList<ScheduleRun> runs = await store.LastRunsAsync(tenant, cancellationToken);
        return [.. schedules.Select(schedule => new ListedSchedule(schedule, runs.FirstOrDefault(run => run.Name == schedule.Name)))];
    }

    private static bool IsPlatform(TenantId tenant) => tenant == TenantId.Platform;
}

/// <summary>What a schedule shall be.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Name">What is done.</param>
/// <param name="Cron">Five fields.</param>
/// <param name="Zone">An IANA zone.</param>
/// <param name="IsEnabled">Whether it is due at all.</param>
public sealed record ScheduleRequest(TenantId Tenant, ScheduleName Name, string Cron, string Zone, bool IsEnabled = true);

/// <summary>A schedule and its last run; null when it never ran.</summary>
public sealed record ListedSchedule(Schedule Schedule, ScheduleRun? LastRun);
