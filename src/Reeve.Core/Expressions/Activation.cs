using Reeve.Core.Calendars;
using Reeve.Core.Values;

namespace Reeve.Core.Expressions;

/// <summary>What names mean while an expression is evaluated. Implementations must answer the same for the whole evaluation.</summary>
public abstract class Activation
{
    /// <summary>Knows no name.</summary>
    public static Activation Empty { get; } = new MapActivation(ObjectMap.Empty);

    /// <summary>
    /// Whether this declares variables whose names hold dots, as CEL allows. Only then are chains such as <c>a.b.c</c>
    /// looked up whole before they are taken apart, and only in strict expressions.
    /// </summary>
    public virtual bool HasDottedNames => false;

    /// <summary>Finds the value of a root name.</summary>
    /// <returns>False when the name is not known: an error in strict expressions, otherwise missing (null).</returns>
    public abstract bool TryFind(string name, out Value value);

    /// <summary>
    /// Finds the value of a well-known root name by its slot (see <see cref="RootNames"/>); lenient expressions resolve those
    /// names when they are compiled, so that no string is looked up. Unless overridden it asks <see cref="TryFind"/> for each
    /// spelling of the slot.
    /// </summary>
    public virtual bool TryFindSlot(int slot, out Value value)
    {
        foreach (string spelling in RootNames.SpellingsOf(slot))
        {
            if (TryFind(spelling, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Finds a business calendar by name; null when there is none.</summary>
    public virtual BusinessCalendar? FindCalendar(string name) => null;
}

/// <summary>An activation whose names are the keys of a map.</summary>
public sealed class MapActivation : Activation
{
    private readonly MapValue variables;

    /// <summary>The names are the map's string keys; one that holds a dot is a qualified name.</summary>
    public MapActivation(MapValue variables)
    {
        this.variables = variables;
        for (int i = 0; i < variables.Count; i++)
        {
            HasDottedNames |= variables.KeyAt(i).StringOrNull()?.Contains('.') == true;
        }
    }

    /// <inheritdoc/>
    public override bool HasDottedNames { get; }

    /// <inheritdoc/>
    public override bool TryFind(string name, out Value value) => variables.TryGet(name, out value);
}
