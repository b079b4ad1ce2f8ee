using Reeve.Storage.Committing.SlotProtocol;

namespace Reeve.Testing.Simulated;

/// <summary>A call that a node is about to make on a simulated database.</summary>
/// <param name="Node">Who calls.</param>
/// <param name="Verb">What: <c>open</c>, <c>take</c>, <c>write</c>, <c>commit</c>, <c>look</c>, <c>renew</c>, <c>list</c>, <c>bury</c>, <c>back</c>, <c>chore</c>, <c>rollback</c>, <c>months</c>.</param>
/// <param name="Slot">The slot it is about; 0 when none.</param>
/// <param name="N">The commit it is about; 0 when none.</param>
public sealed record SimulatedCall(string Node, string Verb, int Slot, long N);

/// <summary>What goes wrong with a call; a closed set.</summary>
public abstract record SimulatedTrouble
{
    private SimulatedTrouble()
    {
    }

    /// <summary>The connection breaks, and the call never arrives.</summary>
    public sealed record LostBefore : SimulatedTrouble;

    /// <summary>The call does what it should, and the connection breaks before its answer.</summary>
    public sealed record LostAfter : SimulatedTrouble;

    /// <summary>The connection breaks, and the call does what it should later all the same.</summary>
    public sealed record Late(TimeSpan By) : SimulatedTrouble;

    /// <summary>The call takes longer.</summary>
    public sealed record Slow(TimeSpan By) : SimulatedTrouble;

    /// <summary>The server refuses the call, and its transaction is rolled back.</summary>
    public sealed record Refused(SimulatedRefusal Why) : SimulatedTrouble;
}

/// <summary>Why a server refuses.</summary>
public enum SimulatedRefusal
{
    /// <summary>Deadlock, serialisation, a statement that took too long.</summary>
    Busy,

    /// <summary>What an outcome holds.</summary>
    Data,

    /// <summary>No partition for the month.</summary>
    MonthMissing,

    /// <summary>No room, no right.</summary>
    Unwritable,
}

/// <summary>A call on a simulated database that failed.</summary>
internal sealed class SimulatedFaultException(SlotFaultKind kind) : Exception(kind.ToString())
{
    internal SlotFaultKind Kind => kind;
}
