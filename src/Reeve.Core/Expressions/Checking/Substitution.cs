namespace Reeve.Core.Expressions.Checking;

/// <summary>What type parameters stand for so far, and whether types fit each other under that.</summary>
internal sealed class Substitution
{
    private readonly Dictionary<CelType, CelType> bindings;

    internal Substitution() => bindings = new Dictionary<CelType, CelType>(ReferenceEqualityComparer.Instance);

    private Substitution(Substitution other) => bindings = new Dictionary<CelType, CelType>(other.bindings, ReferenceEqualityComparer.Instance);

    /// <summary>A copy to try something with.</summary>
    internal Substitution Fork() => new(this);

    /// <summary>The type with all bound parameters replaced; unbound ones become dyn if asked.</summary>
    internal CelType Apply(CelType type, bool freeAsDyn = false)
    {
        if (type.Kind == CelTypeKind.Parameter)
        {
            return bindings.TryGetValue(type, out CelType? bound) ? Apply(bound, freeAsDyn) : freeAsDyn ? CelType.Dyn : type;
        }

        return type.Arguments.Length == 0
            ? type
            : new CelType(type.Kind, type.Name, [.. type.Arguments.Select(argument => Apply(argument, freeAsDyn))]);
    }

    /// <summary>Whether a value of <paramref name="source"/> may stand where <paramref name="target"/> is wanted; binds parameters.</summary>
    internal bool Fits(CelType target, CelType source)
    {
        CelType wanted = Head(target);
        CelType given = Head(source);
        if (ReferenceEquals(wanted, given))
        {
            return true;
        }

        if (wanted.Kind == CelTypeKind.Parameter)
        {
            return Bind(wanted, given);
        }

        if (given.Kind == CelTypeKind.Parameter)
        {
            return Bind(given, wanted);
        }

        if (wanted.Kind == CelTypeKind.Dyn || given.Kind == CelTypeKind.Dyn)
        {
            return true;
        }

        if (given.Kind == CelTypeKind.Null || wanted.Kind == CelTypeKind.Null)
        {
            CelTypeKind other = given.Kind == CelTypeKind.Null ? wanted.Kind : given.Kind;
            return other is CelTypeKind.Null or CelTypeKind.Wrapper or CelTypeKind.Timestamp or CelTypeKind.Duration or CelTypeKind.Optional or CelTypeKind.Named;
        }

        if (wanted.Kind == CelTypeKind.Wrapper || given.Kind == CelTypeKind.Wrapper)
        {
            return Fits(Unwrapped(wanted), Unwrapped(given));
        }

        if (wanted.Kind != given.Kind || wanted.Arguments.Length != given.Arguments.Length || wanted.Name != given.Name)
        {
            return false;
        }

        // A type as a value fits any other: only equality uses it.
        for (int i = 0; i < wanted.Arguments.Length && wanted.Kind != CelTypeKind.Type; i++)
        {
            if (!Fits(wanted.Arguments[i], given.Arguments[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static CelType Unwrapped(CelType type) => type.Kind == CelTypeKind.Wrapper ? type.Arguments[0] : type;

    private CelType Head(CelType type)
    {
        while (type.Kind == CelTypeKind.Parameter && bindings.TryGetValue(type, out CelType? bound))
        {
            type = bound;
        }

        return type;
    }

    private bool Bind(CelType parameter, CelType type)
    {
        if (Occurs(parameter, type))
        {
            return false;
        }

        bindings[parameter] = type;
        return true;
    }

    private bool Occurs(CelType parameter, CelType type)
    {
        CelType head = Head(type);
        return ReferenceEquals(head, parameter) || head.Arguments.Any(argument => Occurs(parameter, argument));
    }
}
