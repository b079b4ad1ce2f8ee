using Reeve.Core.Events;
using Reeve.Core.Records;

namespace Reeve.Core.Changes;

/// <summary>
/// One change of what is stored, as a value. A door returns its changes; whoever commits applies all of one outcome in one
/// transaction, so that an event and what it says stand or fall together.
/// </summary>
public abstract record Change
{
    private Change()
    {
    }

    /// <summary>A record that was not there.</summary>
    public sealed record Insert(ExceptionRecord Record) : Change;

    /// <summary>A record that was there in the state <paramref name="From"/>; in any other state it is a conflict.</summary>
    public sealed record Update(ExceptionRecord Record, ResolutionStatus From) : Change;

    /// <summary>An event at the end of the log.</summary>
    public sealed record Append(EventDraft Event) : Change;
}
