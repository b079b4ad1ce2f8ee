using Reeve.Core.Errors;
using Reeve.Core.Patterns;
using Reeve.Core.Values;

namespace Reeve.Engine.Approvals;

/// <summary>
/// What an argument that comes from an earlier output may be (EX-APPR-8): equal to a value, one of several, within numbers, or of a pattern; all parts given must hold. A value of another type is
/// outside. Immutable.
/// </summary>
public sealed record ArgumentBound
{
    /// <summary>The value it must equal; null: not given.</summary>
    public Value? EqualTo { get; init; }

    /// <summary>The values it must be one of; null: not given.</summary>
    public IReadOnlyList<Value>? OneOf { get; init; }

    /// <summary>The least number, inclusive; null: not given.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest number, inclusive; null: not given.</summary>
    public double? Max { get; init; }

    /// <summary>The pattern the whole text must have; null: not given.</summary>
    public string? Pattern { get; init; }

    /// <summary>Whether a value is inside.</summary>
    public bool Allows(in Value value)
    {
        Value given = value;
        bool isNumber = given.IsNumber;
        return (EqualTo is not { } wanted || wanted == given)
            && (OneOf is not { } several || several.Any(one => one == given))
            && (Min is not { } least || (isNumber && PlainNumber(given) >= least))
            && (Max is not { } most || (isNumber && PlainNumber(given) <= most))
            && (Pattern is not { } pattern || (given.StringOrNull() is { } text && Core.Patterns.Pattern.Compile($"^(?:{pattern})$", PatternSyntax.Re2).IsMatch(text)));
    }

    /// <summary>Reads a bound as packs and requests write it.</summary>
    /// <param name="value">An object with equals, oneOf, min, max or pattern.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="ReeveException">APPR-010.</exception>
    public static ArgumentBound Read(in Value value, string place)
    {
        if (value.MapOrNull() is not ObjectMap { Count: > 0 } map)
        {
            throw Bad(place, "It is no object with a member.");
        }

        ArgumentBound bound = new();
        for (int i = 0; i < map.Count; i++)
        {
            Value member = map.Values[i];
            bound = map.Keys[i] switch
            {
                "equals" when !member.IsNull => bound with { EqualTo = member },
                "oneOf" or "one_of" when member.Kind == ValueKind.List && member.AsList().Count > 0 => bound with { OneOf = [.. Items(member.AsList())] },
                "min" when IsFinite(member) => bound with { Min = PlainNumber(member) },
                "max" when IsFinite(member) => bound with { Max = PlainNumber(member) },
                "pattern" when member.StringOrNull() is { Length: > 0 and <= 1000 } pattern && Compiles(pattern) => bound with { Pattern = pattern },
                string name => throw Bad(JsonPointer.Child(place, name), $"'{name}' is none of equals, oneOf, min, max and pattern, or has no such value."),
            };
        }

        return bound;
    }

    /// <summary>Writes it as <see cref="Read"/> reads it.</summary>
    public ObjectMap ToMap()
    {
        List<(string, Value)> members = [];
        if (EqualTo is { } equal)
        {
            members.Add(("equals", equal));
        }

        if (OneOf is { } several)
        {
            members.Add(("oneOf", Value.Of(new ListValue([.. several]))));
        }

        if (Min is { } least)
        {
            members.Add(("min", Value.Of(least)));
        }

        if (Max is { } most)
        {
            members.Add(("max", Value.Of(most)));
        }

        if (Pattern is { } pattern)
        {
            members.Add(("pattern", Value.Of(pattern)));
        }

        return ObjectMap.Of([.. members]);
    }

    private static bool IsFinite(in Value value) =>
        value.IsNumber && double.IsFinite(PlainNumber(value));

    private static double PlainNumber(in Value value) => value.Kind switch
    {
        ValueKind.Int => value.AsInt(),
        ValueKind.Uint => value.AsUint(),
        _ => value.AsDouble(),
    };

    private static IEnumerable<Value> Items(ListValue list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            yield return list[i];
        }
    }

    private static bool Compiles(string pattern)
    {
        try
        {
            _ = Core.Patterns.Pattern.Compile($"^(?:{pattern})$", PatternSyntax.Re2);
            return true;
        }
        catch (ReeveException)
        {
            return false;
        }
    }

    private static ReeveException Bad(string place, string message) => new(new ReeveError(ErrorCatalogue.Approvals.BadBound, message, place));
}
