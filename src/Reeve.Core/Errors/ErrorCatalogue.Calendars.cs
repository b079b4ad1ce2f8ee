namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Business calendars and durations.</summary>
    public static class Calendars
    {
        /// <summary>No zone of that name.</summary>
        public static readonly ErrorCode UnknownZone = new("CAL-001", "The time zone is not known.", 400, "Use an IANA name such as Europe/London, or UTC.");

        /// <summary>All seven days are weekend.</summary>
        public static readonly ErrorCode NoBusinessDay = new("CAL-002", "The calendar has no business day.", 400, "Leave at least one day of the week out of the weekend.");

        /// <summary>An answer before year 1 or after year 9999.</summary>
        public static readonly ErrorCode OutOfRange = new("CAL-003", "The date falls outside the years 1 to 9999.", 400, "Use a smaller number of days or another start.");

        /// <summary>A duration names a calendar that the packs do not have.</summary>
        public static readonly ErrorCode UnknownCalendar = new("CAL-004", "The calendar is not known.", 400, "Declare it under calendars, or name one that is declared.");

        /// <summary>A text that is not a duration.</summary>
        public static readonly ErrorCode BadDuration = new("CAL-005", "The text is not a duration.", 400, "Write 90s, 30m, 48h, 2d, an ISO 8601 span such as PT48H, or 2bd@calendar.");
    }
}
