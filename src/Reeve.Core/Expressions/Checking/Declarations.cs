namespace Reeve.Core.Expressions.Checking;

/// <summary>The names an expression may use, with their types, for the checker. Not thread-safe while names are added.</summary>
public sealed class Declarations
{
    private readonly Dictionary<string, CelType> types = new(StringComparer.Ordinal);

    /// <summary>Declares a name with a type as CEL writes it: <c>int</c>, <c>list(string)</c>, <c>map(string, dyn)</c>, <c>dyn</c>.</summary>
    /// <exception cref="Errors.ReeveException">EXPR-011 when the type cannot be read.</exception>
    public Declarations Declare(string name, string type)
    {
        types[name] = TypeText.Parse(type);
        return this;
    }

    /// <summary>Declares a name whose type is not known, unless it is declared already.</summary>
    public Declarations DeclareUnknown(string name)
    {
        types.TryAdd(name, CelType.Dyn);
        return this;
    }

    internal CelType? Find(string name) => types.GetValueOrDefault(name);
}
