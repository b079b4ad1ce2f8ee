using Reeve.Core.Errors;

namespace Reeve.Storage.Committing.SlotProtocol;

/// <summary>What a failed call on a store means. All kinds but <see cref="Broken"/> are the server's word that nothing of the attempt was written.</summary>
internal enum SlotFaultKind
{
    /// <summary>Nobody knows what the server did with the last request; the connection is of no use any more.</summary>
    Broken,

    /// <summary>Nothing is wrong with the batch: deadlock, serialisation, a lock or a statement that took too long.</summary>
    Busy,

    /// <summary>The commit's number is taken: by an earlier attempt of ours, or by who took the slot.</summary>
    NumberTaken,

    /// <summary>There is no partition for the month, or for the day of an import.</summary>
    MonthMissing,

    /// <summary>What an outcome holds is there already.</summary>
    Duplicate,

    /// <summary>What an outcome holds breaks another rule of the store, or a limit.</summary>
    Data,

    /// <summary>The store cannot write: no room, no right, no table.</summary>
    Refused,
}

/// <summary>A failed call on a store, judged.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Code">What the store said, for the log: a SQLSTATE, or the error's code.</param>
/// <param name="Told">What callers are told when it is the end of it.</param>
internal sealed record SlotFault(SlotFaultKind Kind, string Code, ReeveException Told)
{
    /// <summary>Whether it lies in what one outcome of the batch holds. Rows are looked at behind the fence, which waits for an earlier attempt.</summary>
    internal bool IsData => Kind is SlotFaultKind.NumberTaken or SlotFaultKind.MonthMissing or SlotFaultKind.Duplicate or SlotFaultKind.Data;
}
