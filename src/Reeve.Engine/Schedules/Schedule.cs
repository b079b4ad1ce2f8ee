using Reeve.Core.Changes;
using Reeve.Core.Records;

namespace Reeve.Engine.Schedules;

/// <summary>What is done on a schedule: the name of an action of this release, and of the schedule; one of each per tenant.</summary>
public readonly record struct ScheduleName(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>A schedule as it is stored.</summary>
/// <param name="TenantId">Whose; <c>$platform</c> for the product's own.</param>
/// <param name="Name">What is done.</param>
/// <param name="Cron">Five fields.</param>
/// <param name="Zone">The IANA zone they are read in.</param>
/// <param name="NextAt">When it is due next, UTC.</param>
/// <param name="IsEnabled">Whether it is due at all.</param>
/// <param name="ChangedAt">When somebody set it, UTC, microseconds; moving on is no change.</param>
public sealed record Schedule(TenantId TenantId, ScheduleName Name, string Cron, string Zone, DateTimeOffset NextAt, bool IsEnabled, DateTimeOffset ChangedAt);

/// <summary>One run of a schedule.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="Name">Of what.</param>
/// <param name="DueAt">The time it was for, which names it.</param>
/// <param name="StartedAt">When it began, by the database's clock.</param>
/// <param name="EndedAt">When it ended; null: it has not.</param>
/// <param name="Outcome">How; null: it has not ended.</param>
public sealed record ScheduleRun(TenantId TenantId, ScheduleName Name, DateTimeOffset DueAt, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, ScheduleOutcome? Outcome);

/// <summary>How a run ended.</summary>
public enum ScheduleOutcome
{
    /// <summary>It did what it should.</summary>
    Done,

    /// <summary>It could not; the log says why.</summary>
    Failed,

    /// <summary>Its node died or stopped before it ended.</summary>
    Lost,
}

/// <summary>What people and the product set.</summary>
public abstract record ScheduleChange : Change
{
    private ScheduleChange()
    {
    }

    /// <inheritdoc/>
    public override Signals Signals => Signals.Schedules;

    /// <summary>A schedule as it shall be, whether it was there or not.</summary>
    public sealed record Put(Schedule Schedule) : ScheduleChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Schedule.TenantId;
    }

    /// <summary>A schedule that was there; one that is gone is a conflict (<see cref="Core.Ports.CommitOutcome.MovedOn"/>). Its runs stay until their time.</summary>
    public sealed record Removed(TenantId Tenant, ScheduleName Name) : ScheduleChange
    {
        /// <inheritdoc/>
        public override TenantId TenantId => Tenant;
    }
}
