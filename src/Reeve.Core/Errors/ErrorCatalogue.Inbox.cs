namespace Reeve.Core.Errors;

public static partial class ErrorCatalogue
{
    /// <summary>What waits to be decided.</summary>
    public static class Inbox
    {
        /// <summary>A tenant has as much waiting as it may.</summary>
        public static readonly ErrorCode Full = new("INBOX-001", "The queue of this tenant is full.", 429, "Send it again after the time in Retry-After; nothing of it was stored.", IsTransient: true);
    }
}
