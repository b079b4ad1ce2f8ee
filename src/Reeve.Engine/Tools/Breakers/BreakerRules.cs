namespace Reeve.Engine.Tools.Breakers;

/// <summary>What an attempt says of its tool.</summary>
public enum ToolSign
{
    /// <summary>Nothing: it was kept back here, or what it met is about the call's own definition.</summary>
    None,

    /// <summary>The tool was reached and answered, be it with a refusal.</summary>
    Good,

    /// <summary>It was not reached, wants to be left alone, or nobody knows what it did.</summary>
    Bad,
}

/// <summary>When a breaker opens and closes (EX-TOOL-6). Pure.</summary>
public static class BreakerRules
{
    /// <summary>How many bad signs in a row open a breaker.</summary>
    public const int BadToOpen = 5;

    /// <summary>How many good signs in a row close one that is half open.</summary>
    public const int GoodToClose = 2;

    /// <summary>How long an open breaker lets nothing through.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(60);

    /// <summary>Whether somebody may probe.</summary>
    /// <param name="breaker">The breaker; null for a closed one.</param>
    /// <param name="now">The time.</param>
    public static bool IsProbing(Breaker? breaker, DateTimeOffset now) =>
        breaker is { State: BreakerState.HalfOpen } or { State: BreakerState.Open } && now - breaker.OpenedAt >= OpenFor;
}
