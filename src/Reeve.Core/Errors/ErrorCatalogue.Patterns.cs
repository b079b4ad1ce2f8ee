namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Regular expressions.</summary>
    public static class Patterns
    {
        /// <summary>The text breaks the grammar.</summary>
        public static readonly ErrorCode Malformed = new("PAT-001", "The regular expression is malformed.", 400, "Mend it at the offset given.");

        /// <summary>A construct that needs backtracking or data that Reeve does not have.</summary>
        public static readonly ErrorCode Unsupported = new("PAT-002", "The regular expression uses a construct that is not supported.", 400, "Write it without lookaround, back references and possessive quantifiers.");

        /// <summary>Larger than the limit once its repetitions are written out.</summary>
        public static readonly ErrorCode TooLarge = new("PAT-003", "The regular expression is too large.", 400, "Use smaller repetition counts or split it.");
    }
}
