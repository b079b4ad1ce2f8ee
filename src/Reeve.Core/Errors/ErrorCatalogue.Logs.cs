namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>The structured log.</summary>
    public static class Logs
    {
        /// <summary>A level or a list of levels that cannot be read.</summary>
        public static readonly ErrorCode InvalidLevel = new("LOG-001", "The log level cannot be read.", 400, "Use DEBUG, INFO, WARNING, ERROR or CRITICAL, alone or per component: INFO,Engine.Pipeline=DEBUG.");

        /// <summary>The log file cannot be opened for writing.</summary>
        public static readonly ErrorCode FileUnwritable = new("LOG-002", "The log file cannot be written.", 500, "Check the path in REEVE_LOG_FILE and its permissions, or unset it to log to standard error.");

        /// <summary>No log file is named, so there is none to read.</summary>
        public static readonly ErrorCode NoFile = new("LOG-003", "There is no log file to read.", 400, "Name one with --file, or set REEVE_LOG_FILE.");
    }
}
