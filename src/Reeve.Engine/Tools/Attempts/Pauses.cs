namespace Reeve.Engine.Tools.Attempts;

/// <summary>How long a call waits between two attempts: exponential with full jitter, and never shorter than the tool asks. Pure.</summary>
public static class Pauses
{
    /// <summary>The longest first pause; each next one may be twice as long.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>No pause of our own is longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A tool that asks for more is called again after this all the same, and counts as failed when it still does not want to.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    /// <summary>The pause after an attempt.</summary>
    /// <param name="attempt">Which attempt ended, from 1.</param>
    /// <param name="asked">How long the tool wants to be left alone; null when it did not say.</param>
    /// <param name="chance">From 0 to 1, the latter excluded.</param>
    public static TimeSpan After(int attempt, TimeSpan? asked, double chance)
    {
        // Full jitter (Brooker, "Exponential Backoff and Jitter", 2015): anything from nothing to the ceiling, so that those who failed together do not come back together.
        // Six doublings reach the longest; more would overflow one day.
        TimeSpan ceiling = First * Math.Pow(2, Math.Min(attempt - 1, 10));
        TimeSpan own = (ceiling < Longest ? ceiling : Longest) * chance;
        TimeSpan wanted = asked is { } wish && wish > TimeSpan.Zero ? (wish < LongestAsked ? wish : LongestAsked) : TimeSpan.Zero;
        return own > wanted ? own : wanted;
    }

    /// <summary>How long all attempts of a call may take with their pauses, at most.</summary>
    /// <param name="timeout">How long one attempt may take, with what a kind may need to let go.</param>
    /// <param name="retries">How many attempts may follow the first.</param>
    public static TimeSpan All(TimeSpan timeout, int retries) => (timeout * (retries + 1)) + (LongestAsked * retries);
}
