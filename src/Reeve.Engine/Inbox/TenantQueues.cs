using Reeve.Core.Records;

namespace Reeve.Engine.Inbox;

/// <summary>
/// The gate between what arrives and what decides (docs/decisions/0012): bounded, fair by tenant, one per process. An input reserves room for a chunk
/// before it reads it; what has room is let in by turns, and leaves when it has its answer. An idle gate lets its caller through at once, on
/// its own thread and without an allocation. Thread-safe; it has no thread of its own.
/// </summary>
public sealed class TenantQueues
{
    /// <summary>How many are in at once at most: two full commits, one being written and one being decided.</summary>
    public const int MostLetIn = 512;

    /// <summary>How many of one tenant are let in at a turn.</summary>
    public const int Turn = 64;

    private readonly WaitingRoom room;
    private readonly Entrance entrance;
    private readonly WorkRate rate;

    /// <summary>Makes a gate that nobody waits at.</summary>
    /// <param name="limits">How much room there is.</param>
    /// <param name="clock">Measures how fast work is done.</param>
    public TenantQueues(QueueLimits limits, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Items, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.Bytes, 1);
        room = new WaitingRoom(limits);
        entrance = new Entrance(MostLetIn, Turn);
        rate = new WorkRate(clock);
    }

    /// <summary>How much room is taken, by all tenants together.</summary>
    public (long Items, long Bytes) Held => room.Held;

    /// <summary>How many are let in and have not left.</summary>
    public int LetIn => entrance.Taken;

    /// <summary>Reserves room at once.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="items">For how many exceptions; at least 1.</param>
    /// <param name="bytes">For how many bytes of them; at least 0.</param>
    /// <param name="retryAfter">Without room: when to try again, whole seconds from 1 to 60.</param>
    /// <returns>The room, to be disposed of by its holder; null when the tenant has none.</returns>
    public RoomShare? TryReserve(TenantId tenant, int items, long bytes, out TimeSpan retryAfter)
    {
        RoomShare? share = room.TryReserve(tenant, items, bytes);
        retryAfter = share is null ? rate.TimeFor(room.HeldBy(tenant)) : default;
        return share;
    }

    /// <summary>
    /// Reserves room and waits for it. Who waits must hold none: two inputs of a tenant that each kept a part would wait for each other. Within a tenant
    /// nobody overtakes; a tenant that holds nothing never waits.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="items">For how many exceptions; at least 1.</param>
    /// <param name="bytes">For how many bytes of them; at least 0.</param>
    /// <param name="cancellationToken">Gives up; nothing is then reserved.</param>
    public ValueTask<RoomShare> ReserveAsync(TenantId tenant, int items, long bytes, CancellationToken cancellationToken) =>
        room.ReserveAsync(tenant, items, bytes, cancellationToken);

    /// <summary>Waits for the tenant's turn. Who was let in leaves once for each, whatever became of it.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="upTo">How many want in; at least 1.</param>
    /// <param name="cancellationToken">Gives up; nobody is then let in.</param>
    /// <returns>How many are let in: from 1 to <see cref="Turn"/>, never more than <paramref name="upTo"/>.</returns>
    public ValueTask<int> EnterAsync(TenantId tenant, int upTo, CancellationToken cancellationToken) => entrance.EnterAsync(tenant, upTo, cancellationToken);

    /// <summary>Says that some that were let in have their answer, however they ended.</summary>
    public void Leave(int count)
    {
        rate.Note(count);
        entrance.Leave(count);
    }
}

/// <summary>How much may wait to be decided, in one process.</summary>
/// <param name="Items">How many exceptions; 65,536 by default.</param>
/// <param name="Bytes">How many bytes of them; 256 MB by default.</param>
public sealed record QueueLimits(int Items = 65_536, long Bytes = 256_000_000);
