using Reeve.Storage.Signalling;

namespace Reeve.Storage.Committing;

/// <summary>How a committer writes.</summary>
public sealed record CommitterOptions
{
    /// <summary>How long a slot is held without renewal (<c>storage.slotLeaseSeconds</c>); 30 s, at least 3 s. Statements may take a third of it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many slots a node writes through on PostgreSQL; 2, at least 1. A SQLite file has one.</summary>
    public int Slots { get; init; } = 2;

    /// <summary>How many outcomes one commit holds at most; 256, at least 1.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>After how many bytes a commit takes no more outcomes; 8 MB. Each one in flight is one of at most this and one outcome.</summary>
    public long BatchBytes { get; init; } = 8 << 20;

    /// <summary>How many outcomes may wait; 16,384. A tenant may have as many waiting as are free besides; one more is refused with STORE-012.</summary>
    public int QueueLength { get; init; } = 16_384;

    /// <summary>How many bytes of outcomes may wait, by the same rule; 64 MB.</summary>
    public long QueueBytes { get; init; } = 64 << 20;

    /// <summary>How long closing may take to finish what was accepted; 20 s.</summary>
    public TimeSpan StopWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Who is told of commits that changed what nodes hold in memory; null: nobody.</summary>
    public ISignalSender? Signals { get; init; }

    /// <summary>What a statement, and an idle transaction, may take.</summary>
    internal TimeSpan StatementLimit => Lease / 3;

    /// <summary>How long giving a slot back may take, which is no loss where it fails: the slot expires by itself. As long is waited for what was cut off.</summary>
    internal TimeSpan GiveBackWithin => StatementLimit < LongestGiveBack ? StatementLimit : LongestGiveBack;

    /// <summary>How often a node looks at the slots of others.</summary>
    internal TimeSpan LookEvery => Lease / 15 < LongestLook ? Lease / 15 : LongestLook;

    private static TimeSpan LongestGiveBack => TimeSpan.FromSeconds(2);

    private static TimeSpan LongestLook => TimeSpan.FromSeconds(2);
}

/// <summary>How one writing slot stands, for health.</summary>
/// <param name="Slot">Its number; 0 while none is held.</param>
/// <param name="LastCommit">The number of its last commit.</param>
/// <param name="RenewedAt">When it was last known to be this process's: a timestamp of the clock given, taken before the store was asked.</param>
/// <param name="Trouble">The code of what keeps it from writing; null when nothing does.</param>
public sealed record SlotState(int Slot, long LastCommit, long RenewedAt, string? Trouble)
{
    /// <summary>The number of the last commit before this process took it: what it committed by a higher one it has owned without a break since.</summary>
    public long Since { get; init; }
}

/// <summary>The slots of this process. Thread-safe.</summary>
public interface ISlotHolder
{
    /// <summary>Raised when slots of a dead node were taken over, so that rows of the inbox are nobody's. On a loop that has other work: who is told returns at once.</summary>
    event EventHandler? TookOver;

    /// <summary>How they stand now.</summary>
    IReadOnlyList<SlotState> Slots { get; }

    /// <summary>The process's id, which its slots and what it owns through them are known by; new at each start.</summary>
    Guid Node { get; }

    /// <summary>Which stops were not clean, as far as is known now.</summary>
    StopHistory Stops { get; }
}
