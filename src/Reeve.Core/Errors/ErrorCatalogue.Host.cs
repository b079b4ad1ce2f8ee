namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Faults that no code expected.</summary>
    public static class Host
    {
        /// <summary>A defect of Reeve's own.</summary>
        public static readonly ErrorCode Unexpected = new("HOST-001", "Something failed that should not have.", 500, "This is a defect: report it with the log record that has the stack trace.");
    }
}
