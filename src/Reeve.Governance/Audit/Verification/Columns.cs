using Reeve.Core.Events;

namespace Reeve.Governance.Audit.Verification;

/// <summary>Guesses what a column of an event was before it was altered; a hash tells whether one is right.</summary>
internal static class Columns
{
    internal const string Commitment = "commitment";

    // How many listed commits an event may have belonged to. One that was moved further has changed places with others.
    private const int Commits = 4;

    /// <summary>The event with one column as it may have been.</summary>
    /// <param name="e">The event as it is.</param>
    /// <param name="before">Where the event before it stands; null at the beginning of a chain.</param>
    /// <param name="recordedBefore">When that was recorded.</param>
    /// <param name="body">What its body was found to give.</param>
    /// <param name="tally">What the list of commits says.</param>
    internal static IEnumerable<(string Column, LoggedEvent Original)> Guesses(
        LoggedEvent e, EventPosition? before, DateTimeOffset recordedBefore, BodyCheck body, CommitTally tally)
    {
        if (e.Salt is { Length: BodyCheck.SaltLength } && e.Body is not null)
        {
            yield return (Commitment, e with { Commitment = body.Actual.ToArray() });
        }

        EventPosition at = e.Position;
        if (before is { } last && last.N == at.N)
        {
            yield return ("ordinal", e with { Position = at with { Ordinal = last.Ordinal + 1 } });
            yield return ("recorded_at", e with { RecordedAt = recordedBefore });
        }
        else
        {
            yield return ("ordinal", e with { Position = at with { Ordinal = 0 } });
        }

        if (before is { } previous)
        {
            yield return ("n", e with { Position = at with { N = previous.N } });
        }

        foreach (long n in tally.ListedFrom(before?.N ?? long.MinValue, Commits))
        {
            yield return ("n", e with { Position = at with { N = n } });
        }

        if (tally.TimeOf(at.N) is { } time)
        {
            yield return ("recorded_at", e with { RecordedAt = time });
        }
    }
}
