namespace Reeve.Engine.Inbox;

/// <summary>Decides passes of the inbox. Thread-safe.</summary>
public interface IPassFinisher
{
    /// <summary>Decides a pass that was claimed, from what its beginning recorded, and commits that.</summary>
    /// <exception cref="Core.Errors.ReeveException">The store is away: nothing was decided, or nobody knows.</exception>
    Task<PassEnd> ResumeAsync(InboxPass claimed, CancellationToken cancellationToken);
}

/// <summary>What became of a pass.</summary>
public enum PassEnd
{
    /// <summary>It is decided, and out of the inbox.</summary>
    Decided,

    /// <summary>Somebody else decided it, or it is not its exception's any more.</summary>
    Elsewhere,

    /// <summary>This process may not decide it; another one may.</summary>
    NotHere,
}

/// <summary>A pass that this node received and has in memory. Decided once.</summary>
public abstract class ReceivedPass
{
    private readonly TaskCompletionSource<bool> end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whose.</summary>
    public required Core.Records.TenantId TenantId { get; init; }

    /// <summary>The pass.</summary>
    public required Core.Records.PassId PassId { get; init; }

    /// <summary>The room it takes until it is decided; null when it has none.</summary>
    public RoomShare? Room { get; init; }

    /// <summary>Whether it was decided, here or elsewhere, once that is known; false when it was given up here.</summary>
    public Task<bool> Decided => end.Task;

    /// <summary>Decides it and commits that.</summary>
    /// <exception cref="Core.Errors.ReeveException">The store is away: nothing was decided, or nobody knows.</exception>
    protected internal abstract Task<PassEnd> DecideAsync(CancellationToken cancellationToken);

    internal void Ended(bool isDecided)
    {
        Room?.Dispose();
        end.TrySetResult(isDecided);
    }
}
