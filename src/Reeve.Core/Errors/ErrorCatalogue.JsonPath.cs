namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>JSONPath queries (RFC 9535) that cannot be used.</summary>
    public static class JsonPath
    {
        /// <summary>The text is not a JSONPath.</summary>
        public static readonly ErrorCode Malformed = new("PATH-001", "The text is not a valid JSONPath.", 422, "Mend the path at the position given; RFC 9535 gives the grammar.");

        /// <summary>A function is unknown, or used where its result or argument makes no sense.</summary>
        public static readonly ErrorCode IllTyped = new("PATH-002", "A JSONPath filter is not well-typed.", 422, "Use length, count, match, search and value with the arguments of RFC 9535, section 2.4.");

        /// <summary>Longer or nested deeper than allowed.</summary>
        public static readonly ErrorCode TooComplex = new("PATH-003", "The JSONPath is too long or nested too deeply.", 422, "Split the path into several rules.");

        /// <summary>A literal pattern of match or search cannot be used.</summary>
        public static readonly ErrorCode BadPattern = new("PATH-004", "A pattern in the JSONPath cannot be used.", 422, "Mend the pattern at the position given; RFC 9485 gives the grammar.");

        /// <summary>The query looked at more nodes than allowed before it was done.</summary>
        public static readonly ErrorCode CostExceeded = new("PATH-005", "The JSONPath costs too much on this document.", 422, "Make the path more specific: fewer descendant segments, fewer nested filters.");
    }
}
