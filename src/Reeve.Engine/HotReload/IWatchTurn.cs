namespace Reeve.Engine.HotReload;

/// <summary>Which of several nodes watches: they may all see the same folder, and one of them is enough. Thread-safe.</summary>
public interface IWatchTurn
{
    /// <summary>
    /// Whether it is this node's turn now. Two nodes may think so for a moment while a turn passes on: what they then do twice changes
    /// nothing the second time.
    /// </summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-…: nobody knows.</exception>
    Task<bool> IsOursAsync(CancellationToken cancellationToken);
}
