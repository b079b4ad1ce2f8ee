using Reeve.Core.Errors;

namespace Reeve.Engine.Inbox;

/// <summary>INBOX-001: a tenant has as much waiting as it may, and an input that begins is refused. Nothing of it was looked at.</summary>
public sealed class NoRoomException(TimeSpan retryAfter)
    : ReeveException(new ReeveError(ErrorCatalogue.Inbox.Full, $"What this tenant has waiting will be decided in about {retryAfter.TotalSeconds:0} s."))
{
    /// <summary>When to try again: whole seconds, 1 to 60.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
