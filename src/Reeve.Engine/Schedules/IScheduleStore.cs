using Reeve.Core.Errors;
using Reeve.Core.Records;

namespace Reeve.Engine.Schedules;

/// <summary>Schedules and their runs; what is set goes through the committer, what the ticker does through here, fenced as upkeep is. Thread-safe.</summary>
public interface IScheduleStore
{
    /// <summary>The schedules of a tenant, by name.</summary>
    Task<IReadOnlyList<Schedule>> ListAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>The last run of each schedule of a tenant that ever ran, by name.</summary>
    Task<IReadOnlyList<ScheduleRun>> LastRunsAsync(TenantId tenant, CancellationToken cancellationToken);

    /// <summary>What is due by the database's clock, of all tenants, the longest due first; not what runs.</summary>
    Task<ScheduleReading> DueAsync(CancellationToken cancellationToken);

    /// <summary>Every schedule that is enabled, of all tenants.</summary>
    Task<ScheduleReading> EnabledAsync(CancellationToken cancellationToken);

    /// <summary>The runs of the product's own that were lost, are the last of their schedule, and were not made up.</summary>
    Task<IReadOnlyList<ScheduleRun>> LostAsync(CancellationToken cancellationToken);

    /// <summary>Moves a schedule on and begins a run of it, both or neither.</summary>
    /// <param name="seen">As it was read: whoever changed or moved it since makes this fail.</param>
    /// <param name="due">The time the run is for.</param>
    /// <param name="next">The time the schedule is due next.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ReeveException">STORE-…: nobody knows whether it was taken when the connection broke.</exception>
    Task<ScheduleTake> TakeAsync(Schedule seen, DateTimeOffset due, DateTimeOffset next, CancellationToken cancellationToken);

    /// <summary>Begins a lost run a second and last time.</summary>
    /// <returns>False when somebody else did.</returns>
    Task<bool> TakeAgainAsync(ScheduleRun lost, CancellationToken cancellationToken);

    /// <summary>Moves a schedule without a run.</summary>
    /// <returns>False when it was changed or moved since it was read.</returns>
    Task<bool> MoveAsync(Schedule seen, DateTimeOffset next, CancellationToken cancellationToken);

    /// <summary>Ends a run.</summary>
    /// <returns>False when it had ended, because this process was taken for dead.</returns>
    Task<bool> EndAsync(TenantId tenant, ScheduleName name, DateTimeOffset due, ScheduleOutcome outcome, CancellationToken cancellationToken);
}

/// <summary>Schedules, and the database's time when they were read.</summary>
/// <param name="Now">UTC.</param>
/// <param name="Schedules">The schedules.</param>
public sealed record ScheduleReading(DateTimeOffset Now, IReadOnlyList<Schedule> Schedules);

/// <summary>What became of an attempt to take what is due.</summary>
public enum ScheduleTake
{
    /// <summary>It is this process's to run.</summary>
    Taken,

    /// <summary>There was a run for that time before: the clock was set back.</summary>
    RunBefore,

    /// <summary>Somebody else took or changed it.</summary>
    Moved,
}
