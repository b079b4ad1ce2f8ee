using Reeve.Core.Expressions;
using Reeve.Core.Expressions.Checking;
using Reeve.Core.Values;

namespace Reeve.Commands.Cel;

/// <summary>
/// The variables of a file as names. Lenient expressions read them as they would read an exception's record: another name is
/// sought in normalizedContext, then in rawPayload, and <c>exception</c> is the whole.
/// </summary>
internal sealed class VariablesActivation(MapValue variables, Value now, bool isLenient) : Activation
{
    private readonly MapActivation own = new(variables);

    public override bool HasDottedNames => own.HasDottedNames;

    public override bool TryFind(string name, out Value value)
    {
        if (own.TryFind(name, out value))
        {
            return true;
        }

        if (name == "now")
        {
            value = now;
            return true;
        }

        if (!isLenient)
        {
            return false;
        }

        if (name == "exception")
        {
            value = Value.Of(variables);
            return true;
        }

        // A well-known name is never a field of the payload.
        return RootNames.SlotOf(name) < 0 && (TryFindIn("normalizedContext", name, out value) || TryFindIn("rawPayload", name, out value));
    }

    /// <summary>The names, of unknown types, for the checker.</summary>
    internal Declarations Declare()
    {
        Declarations declarations = new();
        for (int i = 0; i < variables.Count; i++)
        {
            declarations.DeclareUnknown(variables.KeyAt(i).AsString());
        }

        return declarations.DeclareUnknown("now");
    }

    private bool TryFindIn(string holder, string name, out Value value)
    {
        value = default;
        return TryFindSlot(RootNames.SlotOf(holder), out Value held) && held.MapOrNull() is { } map && map.TryGet(name, out value);
    }
}
