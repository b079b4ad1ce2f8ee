using System.Collections.Frozen;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Tooling;

/// <summary>
/// The words by which packs name types where JSON Schema would be too long (EX-MODEL-15): <c>string</c>, <c>string[]</c>,
/// <c>Order</c> (an entity), <c>Order[]</c>, <c>list&lt;Order&gt;</c>; a trailing <c>?</c> makes a parameter optional.
/// </summary>
internal static class TypeWords
{
    // Longer is no word; it also bounds how deep x[][][]… goes.
    private const int MaxWord = 200;

    // Words people write for JSON's types. Dates and the like travel as strings, amounts as numbers.
    private static readonly FrozenDictionary<string, string> JsonTypes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["string"] = "string", ["str"] = "string", ["text"] = "string", ["uuid"] = "string", ["guid"] = "string", ["date"] = "string",
        ["datetime"] = "string", ["date-time"] = "string", ["timestamp"] = "string", ["time"] = "string", ["duration"] = "string",
        ["uri"] = "string", ["url"] = "string", ["email"] = "string", ["enum"] = "string",
        ["integer"] = "integer", ["int"] = "integer", ["long"] = "integer",
        ["number"] = "number", ["float"] = "number", ["double"] = "number", ["decimal"] = "number",
        ["boolean"] = "boolean", ["bool"] = "boolean",
        ["object"] = "object", ["map"] = "object", ["dict"] = "object", ["json"] = "object",
        ["array"] = "array", ["list"] = "array",
        ["any"] = "", ["null"] = "null",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The JSON type of an attribute's word; empty for <c>any</c> and for what is not known, which is noted.</summary>
    internal static string JsonType(Field field, IReadOnlySet<string> entities)
    {
        if (field.Text() is not { } word)
        {
            return "";
        }

        if (ItemOf(word) is { } item)
        {
            _ = Known(item, entities) ? "" : Described(field, word);
            return "array";
        }

        return entities.Contains(word) ? "object" : JsonTypes.TryGetValue(word, out string? type) ? type : Described(field, word);
    }

    /// <summary>The JSON type and schema of a parameter's or result's word; null for what is not known, which is noted.</summary>
    internal static (string JsonType, Value Schema)? Schema(Field field, string word, NamedList<EntityDefinition> entities)
    {
        if (ItemOf(word) is { } item)
        {
            return Schema(field, item, entities) is { } of ? ("array", Of("array", ("items", of.Schema))) : null;
        }

        if (entities.Find(word) is { } entity)
        {
            return ("object", SchemaOf(entity));
        }

        if (JsonTypes.TryGetValue(word, out string? type))
        {
            return (type, type.Length == 0 ? Value.Of(ObjectMap.Empty) : Of(type));
        }

        Unknown(field, word);
        return null;
    }

    /// <summary>Whether a word is a type or an entity, or a list of one.</summary>
    internal static bool IsKnown(string word, NamedList<EntityDefinition> entities)
    {
        while (ItemOf(word) is { } item)
        {
            word = item;
        }

        return entities.Has(word) || JsonTypes.ContainsKey(word);
    }

    /// <summary>A schema of one type with further members.</summary>
    internal static Value Of(string type, params ReadOnlySpan<(string, Value)> members) =>
        Value.Of(ObjectMap.Of([("type", Value.Of(type)), .. members]));

    // Attributes that are things themselves are plain objects here: things may refer to one another in circles.
    private static Value SchemaOf(EntityDefinition entity)
    {
        ObjectMap properties = new(
            [.. entity.Attributes.Select(attribute => attribute.Name)],
            [.. entity.Attributes.Select(attribute => attribute.Type.Length == 0 ? Value.Of(ObjectMap.Empty) : Of(attribute.Type))]);
        Value[] required = [.. entity.Attributes.Where(attribute => attribute.Required).Select(attribute => Value.Of(attribute.Name))];
        return Of("object", ("properties", Value.Of(properties)), ("required", Value.Of(new ListValue(required))));
    }

    private static string? ItemOf(string word)
    {
        if (word.Length > MaxWord)
        {
            return null;
        }

        if (word.Length > 2 && word.EndsWith("[]", StringComparison.Ordinal))
        {
            return word[..^2];
        }

        bool generic = word.EndsWith('>') && (word.StartsWith("list<", StringComparison.Ordinal) || word.StartsWith("array<", StringComparison.Ordinal));
        return generic ? word[(word.IndexOf('<') + 1)..^1] : null;
    }

    private static bool Known(string word, IReadOnlySet<string> entities)
    {
        while (ItemOf(word) is { } item)
        {
            word = item;
        }

        return entities.Contains(word) || JsonTypes.ContainsKey(word);
    }

    // An attribute only describes; people write "currency" or "phone" there, and nothing is checked by it.
    private static string Described(Field field, string word)
    {
        field.Warn(ErrorCatalogue.Packs.Doubtful, $"{Shown.Name(word)} is neither a type nor an entity of this pack, so nothing is checked by it.");
        return "";
    }

    private static void Unknown(Field field, string word) => field.Error(
        ErrorCatalogue.Packs.BadSchema,
        $"{Shown.Name(word)} is neither a type nor an entity of this pack.",
        "Use string, integer, number, boolean, object, array, any, an entity, or one of these followed by [].");
}
