using Reeve.Core.Errors;

namespace Reeve.Engine.Inbox;

/// <summary>Room that was reserved. It is given back once, however often it is disposed of; its parts are its own no longer. Thread-safe.</summary>
public sealed class RoomShare : IDisposable
{
    private readonly WaitingRoom room;
    private readonly WaitingRoom.Corner corner;
    private WaitingRoom.Amount amount;

    internal RoomShare(WaitingRoom room, WaitingRoom.Corner corner, WaitingRoom.Amount amount)
    {
        this.room = room;
        this.corner = corner;
        this.amount = amount;
    }

    /// <summary>Makes it larger at once; without room for that it stays as it is. Who then waits gives it back first.</summary>
    /// <param name="items">For how many exceptions in all; fewer than before change nothing.</param>
    /// <param name="bytes">For how many bytes of them in all; the same.</param>
    public bool TryGrow(int items, long bytes) => room.TryGrow(corner, ref amount, items, bytes);

    /// <summary>Gives back what it has beyond something; it never becomes larger.</summary>
    /// <param name="items">How many exceptions it shall be for at most.</param>
    /// <param name="bytes">How many bytes of them it shall be for at most.</param>
    public void Shrink(int items, long bytes) => room.Shrink(corner, ref amount, items, bytes);

    /// <summary>Makes a part of it a share of its own, for somebody else to give back.</summary>
    /// <param name="items">For how many exceptions; what it does not hold is left out.</param>
    /// <param name="bytes">For how many bytes of them; the same.</param>
    public RoomShare Split(int items, long bytes) => new(room, corner, room.Split(ref amount, items, bytes));

    /// <inheritdoc/>
    public void Dispose() => room.GiveBack(corner, ref amount);
}

/// <summary>INBOX-001: a tenant has as much waiting as it may, and an input that begins is refused. Nothing of it was looked at.</summary>
public sealed class NoRoomException(TimeSpan retryAfter)
    : ReeveException(new ReeveError(ErrorCatalogue.Inbox.Full, $"What this tenant has waiting will be decided in about {retryAfter.TotalSeconds:0} s."))
{
    /// <summary>When to try again: whole seconds, 1 to 60.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
