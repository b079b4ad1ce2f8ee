using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Compiling;
using Reeve.Core.Values;

namespace Reeve.Core.Schemas.Samples;

/// <summary>
/// Makes a small instance for a schema: what a dry run shows in place of an answer. It follows references and allOf, tries
/// alternatives in order, and is believed only once the schema accepts it.
/// </summary>
internal sealed class SchemaSampler
{
    private const int Attempts = 6;
    private const int MaxDepth = 24;
    private const int MaxItems = 64;

    // Which alternative to take, and whether optional properties are given: what differs between attempts.
    private readonly int choice;
    private readonly bool complete;
    private int budget = 2_000;

    private SchemaSampler(int choice, bool complete)
    {
        this.choice = choice;
        this.complete = complete;
    }

    internal static Value? Sample(SchemaNode root, JsonSchema schema)
    {
        for (int attempt = 0; attempt < Attempts * 2; attempt++)
        {
            Value sample = new SchemaSampler(attempt / 2, complete: attempt % 2 == 1).Make([root], 0, 0);
            if (schema.IsValid(sample))
            {
                return sample;
            }
        }

        return null;
    }

    // All the given schemas must hold for the value.
    private Value Make(IReadOnlyList<SchemaNode> nodes, int depth, int variant)
    {
        if (depth > MaxDepth || --budget < 0)
        {
            return Value.Null;
        }

        List<SchemaNode> all = [];
        foreach (SchemaNode node in nodes)
        {
            Gather(node, all, 0);
        }

        List<MapValue> facets = [.. all.Select(node => node.Source.MapOrNull()).OfType<MapValue>()];
        if (Given(facets, variant) is { } given)
        {
            return given;
        }

        JsonTypes types = JsonTypes.All;
        foreach (SchemaNode node in all)
        {
            types &= node.Types;
        }

        return TypeToMake(types, facets) switch
        {
            JsonTypes.Object => MakeObject(all, facets, depth),
            JsonTypes.Array => MakeArray(all, facets, depth),
            JsonTypes.String => Value.Of(ScalarSample.Text(all, facets, variant)),
            JsonTypes.Number => ScalarSample.Number(facets, (types & JsonTypes.Fraction) == JsonTypes.None, variant),
            JsonTypes.Boolean => Value.Of(variant % 2 == 1),
            _ => Value.Null,
        };
    }

    // The schema itself and all that hold together with it.
    private void Gather(SchemaNode node, List<SchemaNode> all, int depth)
    {
        if (depth > MaxDepth || all.Contains(node))
        {
            return;
        }

        all.Add(node);
        if (node.Reference is { } reference)
        {
            Gather(reference, all, depth + 1);
        }

        foreach (SchemaNode each in node.ChildList("allOf"))
        {
            Gather(each, all, depth + 1);
        }

        foreach (string keyword in (IEnumerable<string>)["anyOf", "oneOf"])
        {
            SchemaNode[] alternatives = node.ChildList(keyword);
            if (alternatives.Length > 0)
            {
                Gather(alternatives[Math.Min(choice, alternatives.Length - 1)], all, depth + 1);
            }
        }

        // On even choices the condition is taken to hold.
        SchemaNode?[] conditional = choice % 2 == 0 ? [node.Child("if"), node.Child("then")] : [node.Child("else")];
        foreach (SchemaNode? part in conditional)
        {
            if (part is not null && node.Child("if") is not null)
            {
                Gather(part, all, depth + 1);
            }
        }
    }

    // A value that the schema itself names: one it demands, or offers as default or example.
    private static Value? Given(List<MapValue> facets, int variant)
    {
        foreach (MapValue facet in facets)
        {
            if (facet.TryGet("const", out Value constant))
            {
                return constant;
            }

            if (facet["enum"].ListOrNull() is { Count: > 0 } values)
            {
                return values[variant % values.Count];
            }
        }

        foreach (MapValue facet in facets)
        {
            if (variant == 0 && facet.TryGet("default", out Value fallback))
            {
                return fallback;
            }

            if (facet["examples"].ListOrNull() is { Count: > 0 } examples)
            {
                return examples[variant % examples.Count];
            }
        }

        return null;
    }

    private static JsonTypes TypeToMake(JsonTypes types, List<MapValue> facets)
    {
        if (types == JsonTypes.All)
        {
            // Not said: what the other keywords talk about.
            types = Speaks(facets, "properties", "required", "additionalProperties", "patternProperties", "minProperties") ? JsonTypes.Object
                : Speaks(facets, "items", "prefixItems", "minItems", "contains") ? JsonTypes.Array
                : Speaks(facets, "minLength", "pattern", "format", "maxLength") ? JsonTypes.String
                : Speaks(facets, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? JsonTypes.Number
                : JsonTypes.Null;
        }

        foreach (JsonTypes type in (ReadOnlySpan<JsonTypes>)[JsonTypes.Object, JsonTypes.Array, JsonTypes.String, JsonTypes.Number, JsonTypes.Boolean])
        {
            if ((types & type) != JsonTypes.None)
            {
                return type;
            }
        }

        return JsonTypes.Null;
    }

    private static bool Speaks(List<MapValue> facets, params ReadOnlySpan<string> keywords)
    {
        foreach (MapValue facet in facets)
        {
            foreach (string keyword in keywords)
            {
                if (facet.TryGet(keyword, out _))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private Value MakeObject(List<SchemaNode> all, List<MapValue> facets, int depth)
    {
        List<string> names = [];
        foreach (MapValue facet in facets)
        {
            foreach (ref readonly Value name in (facet["required"].ListOrNull() ?? ListValue.Empty).Items)
            {
                Include(name.StringOrNull());
            }

            if (complete && facet["properties"].MapOrNull() is { } properties)
            {
                for (int i = 0; i < properties.Count; i++)
                {
                    Include(PlainJson.KeyAt(properties, i));
                }
            }
        }

        int least = (int)Math.Min(MaxItems, facets.Max(facet => Count(facet, "minProperties")));
        for (int i = 1; names.Count < least; i++)
        {
            Include("property" + i);
        }

        return Value.Of(new ObjectMap([.. names], [.. names.Select(name => Make(SchemasOf(all, name), depth + 1, 0))]));

        void Include(string? name)
        {
            if (name is not null && !names.Contains(name) && names.Count < 1_000)
            {
                names.Add(name);
            }
        }
    }

    private static List<SchemaNode> SchemasOf(List<SchemaNode> all, string property)
    {
        List<SchemaNode> schemas = [];
        foreach (SchemaNode node in all)
        {
            if ((node.Child("properties", property) ?? node.Child("additionalProperties")) is { } schema)
            {
                schemas.Add(schema);
            }
        }

        return schemas;
    }

    private Value MakeArray(List<SchemaNode> all, List<MapValue> facets, int depth)
    {
        int count = 0;
        SchemaNode? contained = null;
        foreach (SchemaNode node in all)
        {
            MapValue? facet = node.Source.MapOrNull();
            count = facet is null ? count : Math.Max(count, (int)Math.Min(MaxItems, Count(facet, "minItems")));
            if (node.Child("contains") is { } part && facet is not null)
            {
                contained = part;
                count = Math.Max(count, facet.TryGet("minContains", out _) ? (int)Math.Min(MaxItems, Count(facet, "minContains")) : 1);
            }
        }

        bool complete = this.complete && count == 0 && all.Any(node => node.Child("items") is not null);
        bool different = facets.Any(facet => facet["uniqueItems"] == Value.True);
        Value[] items = new Value[complete ? 1 : count];
        for (int i = 0; i < items.Length; i++)
        {
            List<SchemaNode> schemas = contained is null ? [] : [contained];
            foreach (SchemaNode node in all)
            {
                SchemaNode[] prefix = node.ChildList("prefixItems");
                if ((i < prefix.Length ? prefix[i] : node.Child("items")) is { } schema)
                {
                    schemas.Add(schema);
                }
            }

            items[i] = Make(schemas, depth + 1, different ? i : 0);
        }

        return Value.Of(new ListValue(items));
    }

    internal static long Count(MapValue facet, string keyword) =>
        facet.TryGet(keyword, out Value value) && value.IsNumber ? (long)Math.Clamp(Convert(value), 0, 1e9) : 0;

    internal static double Convert(in Value number) => number.Kind switch
    {
        ValueKind.Int => number.AsInt(),
        ValueKind.Uint => number.AsUint(),
        _ => number.AsDouble(),
    };
}
