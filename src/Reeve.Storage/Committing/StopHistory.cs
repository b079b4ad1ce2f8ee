namespace Reeve.Storage.Committing;

/// <summary>What is known of stops that were not clean: slots that were taken from nodes that had not given them back. Immutable.</summary>
public sealed record StopHistory
{
    private static readonly TimeSpan Careful = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CarefulAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>Before the first look.</summary>
    internal static readonly StopHistory Unknown = new();

    /// <summary>Whether it is known of every node that had a slot when this process started that it lives, or does not.</summary>
    public bool IsSettled { get; init; }

    /// <summary>When the last one was noticed, whoever's it was: a timestamp of the clock given; null when there was none.</summary>
    public long? NoticedAt { get; init; }

    /// <summary>The one before that.</summary>
    public long? BeforeAt { get; init; }

    /// <summary>Whether to receive first and decide later now (docs/decisions/0012), so that what stops nodes is on record.</summary>
    /// <param name="clock">The clock that was given to the committer.</param>
    public bool ReceivesFirst(TimeProvider clock)
    {
        if (!IsSettled)
        {
            return true;
        }

        return NoticedAt is { } noticed
            && clock.GetElapsedTime(noticed) < (BeforeAt is { } before && clock.GetElapsedTime(before, noticed) <= Remembered ? CarefulAgain : Careful);
    }

    /// <summary>Of what the slots say.</summary>
    /// <param name="ages">How long ago, by the store's clock, each slot was taken from one that had not given it back, and the time before that.</param>
    /// <param name="isSettled">See <see cref="IsSettled"/>.</param>
    /// <param name="apart">How far apart two notices are at least that tell of two stops: one node's slots are taken one after another, and not by one watcher.</param>
    /// <param name="clock">The clock that was given to the committer.</param>
    internal static StopHistory Of(List<TimeSpan> ages, bool isSettled, TimeSpan apart, TimeProvider clock)
    {
        if (ages.Count == 0)
        {
            return new StopHistory { IsSettled = isSettled };
        }

        ages.Sort();
        int before = ages.FindIndex(1, age => age - ages[0] >= apart);
        long now = clock.GetTimestamp();
        return new StopHistory { IsSettled = isSettled, NoticedAt = At(ages[0]), BeforeAt = before < 0 ? null : At(ages[before]) };

        long At(TimeSpan age) => now - (long)(age.TotalSeconds * clock.TimestampFrequency);
    }
}
