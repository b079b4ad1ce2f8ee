using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Engine.Linting.PlaybookChecks;

/// <summary>Follows a path into what a schema describes.</summary>
internal static class SchemaMembers
{
    private const int MaxReferences = 16;

    // Keywords by which members may be there that "properties" does not list.
    private static readonly string[] Openers =
        ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "patternProperties", "unevaluatedProperties", "$dynamicRef"];

    /// <summary>Why the path leads to nothing that the schema describes; null when it does, or that cannot be told.</summary>
    internal static string? WhyMissing(Value schema, IEnumerable<string> path)
    {
        Value at = schema;
        foreach (string part in path)
        {
            if (Described(at, schema) is not { } here)
            {
                return null;
            }

            if (here["type"].StringOrNull() == "array")
            {
                if (!int.TryParse(part, out _))
                {
                    return $"it is a list, which has no member {Shown.Name(part)}.";
                }

                at = here["items"];
            }
            else if (here["properties"].MapOrNull() is ObjectMap properties)
            {
                if (!properties.TryGet(part, out at))
                {
                    return here["additionalProperties"].Kind == ValueKind.Map
                        ? null
                        : $"it has no member {Shown.Name(part)}, only {Listed(properties.Keys.ToArray())}.{DidYouMean.Sentence(part, properties.Keys.ToArray())}";
                }
            }
            else
            {
                bool isScalar = here["type"].StringOrNull() is "string" or "number" or "integer" or "boolean" or "null";
                return isScalar ? $"it is a {here["type"].AsString()}, which has no member {Shown.Name(part)}." : null;
            }
        }

        return null;
    }

    /// <summary>The part of a schema that speaks of the members at the top; null when there is none.</summary>
    internal static MapValue? Top(Value schema) => Described(schema, schema) ?? schema.MapOrNull();

    // Null when more than this part of the schema says what is there.
    private static MapValue? Described(Value at, Value root)
    {
        for (int i = 0; i < MaxReferences; i++)
        {
            if (at.MapOrNull() is not { } schema || Array.Exists(Openers, opener => schema.TryGet(opener, out _)))
            {
                return null;
            }

            if (schema["$ref"].StringOrNull() is not { } reference)
            {
                return schema;
            }

            if (!reference.StartsWith("#/", StringComparison.Ordinal) || schema.Count > 1)
            {
                return null;
            }

            at = JsonPointer.Parts(reference[1..]).Aggregate(root, (value, key) => value.MapOrNull()?[key] ?? Value.Null);
        }

        return null;
    }

    private static string Listed(string[] names) => names.Length == 0 ? "none at all"
        : string.Join(", ", names.Take(8).Select(name => Shown.Short(name, 40))) + (names.Length > 8 ? ", …" : "");
}
