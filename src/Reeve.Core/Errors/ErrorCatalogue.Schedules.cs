namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Schedules that cannot be.</summary>
    public static class Schedules
    {
        /// <summary>Not five fields of cron.</summary>
        public static readonly ErrorCode BadCron = new(
            "SCHED-001", "The schedule cannot be read.", 422, "Write five fields: minute, hour, day of month, month, day of week; for example 30 6 * * 1-5.");

        /// <summary>No zone of that name.</summary>
        public static readonly ErrorCode UnknownZone = new("SCHED-002", "The time zone is not known.", 422, "Name a zone of the IANA database, for example Europe/Berlin or UTC.");

        /// <summary>A day that never comes.</summary>
        public static readonly ErrorCode Never = new("SCHED-003", "The schedule has no time within five years.", 422, "Choose days that exist: 30 2 is no date.");

        /// <summary>Nothing of that name can be done on a schedule, or not for this tenant.</summary>
        public static readonly ErrorCode UnknownAction = new("SCHED-004", "Nothing of that name runs on a schedule.", 422, "Name one of the actions of this release.");
    }
}
