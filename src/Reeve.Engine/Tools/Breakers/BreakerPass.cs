namespace Reeve.Engine.Tools.Breakers;

/// <summary>
/// The right to make one attempt at a tool. Whoever has it says what the attempt came to (<see cref="ReportAsync"/>) or gives it back by disposing of it: a probe that is
/// not given back keeps everybody from probing. Used by one caller at a time.
/// </summary>
public sealed class BreakerPass : IDisposable
{
    private readonly ToolBreakers breakers;
    private bool isSpent;

    internal BreakerPass(ToolBreakers breakers, BreakerKey key, Breaker? seen)
    {
        this.breakers = breakers;
        Key = key;
        Seen = seen;
    }

    /// <summary>Which breaker.</summary>
    internal BreakerKey Key { get; }

    /// <summary>The breaker as it was; null for a closed one. One that was not closed makes this the probe.</summary>
    internal Breaker? Seen { get; }

    internal bool IsProbe => Seen is not null;

    /// <summary>Whether the breaker still lets the attempt through; asked right before it is sent.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public ValueTask<bool> HoldsAsync(CancellationToken cancellationToken) => breakers.HoldsAsync(this, cancellationToken);

    /// <summary>Says what the attempt came to. What that changes is on record when this returns, or was logged as not recorded.</summary>
    /// <param name="sign">What it says of the tool.</param>
    /// <returns>Where the breaker stands now; null when the attempt did not count.</returns>
    public async Task<BreakerState?> ReportAsync(ToolSign sign)
    {
        if (isSpent)
        {
            return null;
        }

        isSpent = true;
        return await breakers.ReportAsync(this, sign);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!isSpent)
        {
            isSpent = true;
            breakers.GiveBack(this);
        }
    }
}
