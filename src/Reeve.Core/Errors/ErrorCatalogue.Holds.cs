namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>Holds: effects that people stopped.</summary>
    public static class Holds
    {
        /// <summary>A reason that is none.</summary>
        public static readonly ErrorCode BadReason = new("HOLD-001", "This is no reason.", 422, "Say why in one line of 1 to 200 visible characters.");
    }
}
