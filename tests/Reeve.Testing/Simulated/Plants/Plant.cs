using Reeve.Core.Ports;
using Reeve.Engine.Inbox;
using Reeve.Engine.Recording;
using Reeve.Storage.Committing.SlotProtocol;

namespace Reeve.Testing.Simulated.Plants;

/// <summary>
/// A bug that is planted on purpose, to see that the simulator finds it. Each takes the place of something that the product is given by a
/// port, and changes one thing about it; all else stays the product's own. Immutable.
/// </summary>
public abstract class Plant
{
    private protected Plant(string name, string what)
    {
        Name = name;
        What = what;
    }

    /// <summary>Every bug that can be planted, by name.</summary>
    public static IReadOnlyList<Plant> All { get; } =
        [new EarlyAnswer(), new NoFence(), new RetryUnasked(), new KeptHeads(), new LookBefore(), new ReadByTime(), new DroppingDrain()];

    /// <summary>No bug.</summary>
    internal static Plant None { get; } = new NoPlant();

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string What { get; }

    /// <summary>The bug of a name; null when there is none.</summary>
    public static Plant? Find(string name) => All.FirstOrDefault(plant => string.Equals(plant.Name, name, StringComparison.Ordinal));

    /// <summary>What the store's statements leave out.</summary>
    internal virtual SimulatedLack Lacks => SimulatedLack.Nothing;

    /// <summary>How long a drain lets what is in memory be decided.</summary>
    internal virtual TimeSpan DrainsWithin => TimeSpan.FromSeconds(5);

    /// <summary>The store that a node's slots write to.</summary>
    internal virtual ISlotStore Store(ISlotStore real) => real;

    /// <summary>What a node's pipeline commits through.</summary>
    internal virtual ICommitter Committer(ICommitter real, IExceptionStore exceptions) => real;

    /// <summary>The inbox of a node.</summary>
    internal virtual IInboxStore Inbox(IInboxStore real, Func<bool> isDraining) => real;

    /// <summary>A page as a reader gives it out.</summary>
    internal virtual LogPage Arrange(LogPage page) => page;

    private sealed class NoPlant() : Plant("none", "Nothing is planted.");
}
