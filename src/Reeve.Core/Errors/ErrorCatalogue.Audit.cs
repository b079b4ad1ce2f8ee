namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Checking, exporting and erasing the log.</summary>
    public static class Audit
    {
        /// <summary>A file of noted heads that cannot be read, or holds none.</summary>
        public static readonly ErrorCode BadHeads = new("AUDIT-001", "The heads cannot be read.", 400, "Give the head lines of an earlier 'reeve audit export', or the whole export.");

        /// <summary>No event of the exception is in the tenant's log.</summary>
        public static readonly ErrorCode UnknownException = new("AUDIT-002", "The exception is not known.", 404, "Check the tenant and the exceptionId; 'reeve exceptions list' shows them.");

        /// <summary>An exception that changes while it is to be erased.</summary>
        public static readonly ErrorCode WorkedOn = new("AUDIT-003", "The exception is being worked on.", 409, "Try again when it has come to rest.", IsTransient: true);

        /// <summary>A check of the log found something.</summary>
        public static readonly ErrorCode Findings = new("AUDIT-004", "The log is not what was recorded.", 409, "Keep the store as it is, export it, and compare it with a backup; each finding names tenant, slot and position.");

        /// <summary>A tenant's active policy says nothing that this release understands of how long its data is kept.</summary>
        public static readonly ErrorCode UnknownRetention = new("AUDIT-005", "How long a tenant's data is kept cannot be told.", 409, "Nothing of the tenant was removed. Use the release that stored its policy, or activate one that this release reads.");
    }
}
