using Reeve.Core.Errors;
using Reeve.Core.Patterns;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>Reads the values of one schema object's keywords and reports those that are not what the keyword takes.</summary>
internal sealed class KeywordReader(SchemaIndex index, SchemaNode node, MapValue map)
{
    // Counts beyond this are all out of reach, and sums with it do not overflow.
    private const long MaxCount = 1L << 52;

    /// <summary>The pointer of a keyword.</summary>
    internal string At(string keyword) => JsonPointer.Child(node.Location, keyword);

    internal void Malformed(string keyword, string takes) =>
        index.Report(ErrorCatalogue.Schemas.Malformed, At(keyword), $"{keyword} takes {takes}.");

    /// <summary>An integer of at least 0, which may be spelled 2.0; null when it is absent or reported.</summary>
    internal long? Count(string keyword)
    {
        if (!map.TryGet(keyword, out Value value))
        {
            return null;
        }

        if (!value.IsNumber || !ExactNumber.IsInteger(value) || ExactNumber.Compare(value, Value.Of(0L)) < 0)
        {
            Malformed(keyword, "an integer of at least 0");
            return null;
        }

        return ExactNumber.Compare(value, Value.Of(MaxCount)) >= 0 ? MaxCount
            : value.Kind == ValueKind.Double ? (long)value.AsDouble() : (long)value.AsUint();
    }

    /// <summary>True or false; false when it is absent or reported.</summary>
    internal bool Flag(string keyword)
    {
        if (!map.TryGet(keyword, out Value value))
        {
            return false;
        }

        if (value.Kind != ValueKind.Bool)
        {
            Malformed(keyword, "true or false");
            return false;
        }

        return value.AsBool();
    }

    /// <summary>A list of different names under a key of this schema or of an object in it; empty when it is absent or reported.</summary>
    internal string[] Names(string key, MapValue from, string? keyword = null)
    {
        if (!from.TryGet(key, out Value value))
        {
            return [];
        }

        ListValue? list = value.ListOrNull();
        HashSet<string> seen = [];
        string[] names = new string[list?.Count ?? 0];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = list![i].StringOrNull() ?? ""; // not null: it has items
            if (list[i].Kind != ValueKind.String || !seen.Add(names[i]))
            {
                list = null;
                break;
            }
        }

        if (list is null)
        {
            Malformed(keyword ?? key, "a list of different names");
            return [];
        }

        return names;
    }

    /// <summary>A regular expression; null when it was reported.</summary>
    internal Pattern? Pattern(string text, string pointer)
    {
        try
        {
            return Patterns.Pattern.Compile(text, PatternSyntax.Ecma262);
        }
        catch (PatternException error)
        {
            index.Report(ErrorCatalogue.Schemas.BadPattern, pointer, error.Error.Message);
            return null;
        }
    }
}
