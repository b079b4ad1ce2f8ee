using Reeve.Core.Errors;
using Reeve.Core.Patterns;
using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>Builds the checks of one schema object, and reports keywords whose values are not what they take.</summary>
internal sealed class NodeCompiler(SchemaIndex index, SchemaNode node, MapValue map, NodeChecks checks)
{
    private readonly KeywordReader read = new(index, node, map);

    internal void Run()
    {
        AddType();
        AddReferences();
        AddApplicators();
        AddValues();
        AddNumbers();
        AddStrings();
        AddArrays();
        AddObjects();
        if (node.Child("unevaluatedItems") is { } items)
        {
            checks.Last.Add(new UnevaluatedCheck(At("unevaluatedItems"), items, ofItems: true));
        }

        if (node.Child("unevaluatedProperties") is { } properties)
        {
            checks.Last.Add(new UnevaluatedCheck(At("unevaluatedProperties"), properties, ofItems: false));
        }
    }

    private string At(string keyword) => read.At(keyword);

    private void Malformed(string keyword, string takes) => read.Malformed(keyword, takes);

    private void AddType()
    {
        if (!map.TryGet("type", out Value type))
        {
            return;
        }

        const string takes = "null, boolean, integer, number, string, array or object, or a list of different ones";
        ListValue names = type.ListOrNull() ?? new ListValue([type]);
        HashSet<string> seen = [];
        JsonTypes types = JsonTypes.None;
        foreach (ref readonly Value name in names.Items)
        {
            string text = name.StringOrNull() ?? "";
            JsonTypes one = Array.Find(JsonView.TypeNames, known => known.Name == text).Type;
            if (one == JsonTypes.None || !seen.Add(text))
            {
                Malformed("type", takes);
                return;
            }

            types |= one;
        }

        if (types == JsonTypes.None)
        {
            Malformed("type", takes);
            return;
        }

        checks.Types = types;
    }

    private void AddReferences()
    {
        AddReference("$ref");
        AddReference("$dynamicRef");
    }

    private void AddReference(string keyword)
    {
        if (!map.TryGet(keyword, out Value value))
        {
            return;
        }

        if (value.StringOrNull() is not { } reference)
        {
            Malformed(keyword, "a URI reference");
            return;
        }

        if (index.Find(node, reference, out string? anchor) is not { } target)
        {
            index.Report(ErrorCatalogue.Schemas.UnresolvedReference, At(keyword), $"{Shown.Name(reference)} is no schema of this document.");
            return;
        }

        node.Reference ??= target;
        checks.Always.Add(keyword == "$dynamicRef" && anchor is not null
            ? new DynamicReferenceCheck(At(keyword), target, Anchored(anchor))
            : new ReferenceCheck(At(keyword), target));
    }

    // Which schema each resource has under a dynamic anchor.
    private Dictionary<int, SchemaNode> Anchored(string anchor)
    {
        Dictionary<int, SchemaNode> anchored = [];
        for (int i = 0; i < index.Resources.Count; i++)
        {
            if (index.Resources[i].DynamicAnchors.TryGetValue(anchor, out SchemaNode? candidate))
            {
                anchored.Add(i, candidate);
            }
        }

        return anchored;
    }

    private void AddApplicators()
    {
        if (node.ChildList("allOf") is { Length: > 0 } all)
        {
            checks.Always.Add(new AllOfCheck(At("allOf"), all));
        }

        if (node.ChildList("anyOf") is { Length: > 0 } any)
        {
            checks.Always.Add(new ChoiceCheck(At("anyOf"), any, exactlyOne: false));
        }

        if (node.ChildList("oneOf") is { Length: > 0 } one)
        {
            checks.Always.Add(new ChoiceCheck(At("oneOf"), one, exactlyOne: true));
        }

        if (node.Child("not") is { } not)
        {
            checks.Always.Add(new NotCheck(At("not"), not));
        }

        if (node.Child("if") is { } condition)
        {
            checks.Always.Add(new ConditionCheck(At("if"), condition, node.Child("then"), node.Child("else")));
        }
    }

    private void AddValues()
    {
        if (map.TryGet("const", out Value constant))
        {
            checks.Always.Add(new EnumCheck(At("const"), [constant]));
        }

        if (map.TryGet("enum", out Value values))
        {
            if (values.ListOrNull() is not { } list)
            {
                Malformed("enum", "a list of values");
                return;
            }

            checks.Always.Add(new EnumCheck(At("enum"), list.Items.ToArray()));
        }
    }

    private void AddNumbers()
    {
        AddBound("minimum", 1, exclusive: false);
        AddBound("exclusiveMinimum", 1, exclusive: true);
        AddBound("maximum", -1, exclusive: false);
        AddBound("exclusiveMaximum", -1, exclusive: true);
        if (map.TryGet("multipleOf", out Value unit))
        {
            if (!unit.IsNumber || ExactNumber.Compare(unit, Value.Of(0L)) <= 0)
            {
                Malformed("multipleOf", "a number above 0");
                return;
            }

            checks.Numbers.Add(new MultipleCheck(At("multipleOf"), unit));
        }
    }

    private void AddBound(string keyword, int sign, bool exclusive)
    {
        if (!map.TryGet(keyword, out Value bound))
        {
            return;
        }

        if (!bound.IsNumber)
        {
            Malformed(keyword, "a number");
            return;
        }

        checks.Numbers.Add(new BoundCheck(At(keyword), bound, sign, exclusive));
    }

    private void AddStrings()
    {
        if (read.Count("minLength") is { } min and > 0)
        {
            checks.Strings.Add(new LengthCheck(At("minLength"), min, isMaximum: false));
        }

        if (read.Count("maxLength") is { } max)
        {
            checks.Strings.Add(new LengthCheck(At("maxLength"), max, isMaximum: true));
        }

        if (map.TryGet("pattern", out Value pattern))
        {
            if (pattern.StringOrNull() is not { } text)
            {
                Malformed("pattern", "a regular expression");
                return;
            }

            if (read.Pattern(text, At("pattern")) is { } compiled)
            {
                node.Pattern = compiled;
                checks.Strings.Add(new PatternCheck(At("pattern"), compiled));
            }
        }
    }

    private void AddArrays()
    {
        AddCounts("minItems", "maxItems", checks.Arrays);
        if (read.Flag("uniqueItems"))
        {
            checks.Arrays.Add(new UniqueCheck(At("uniqueItems")));
        }

        SchemaNode[] prefix = node.ChildList("prefixItems");
        SchemaNode? rest = node.Child("items");
        if (prefix.Length > 0 || rest is not null)
        {
            checks.Arrays.Add(new ItemsCheck(At(rest is null ? "prefixItems" : "items"), prefix, rest));
        }

        long? min = read.Count("minContains");
        long? max = read.Count("maxContains");
        if (node.Child("contains") is { } contained)
        {
            checks.Arrays.Add(new ContainsCheck(At("contains"), contained, min ?? 1, max));
        }
    }

    private void AddObjects()
    {
        AddCounts("minProperties", "maxProperties", checks.Objects);
        if (read.Names("required", map) is { Length: > 0 } required)
        {
            checks.Objects.Add(new RequiredCheck(At("required"), required));
        }

        AddProperties();
        if (node.Child("propertyNames") is { } names)
        {
            checks.Objects.Add(new PropertyNamesCheck(At("propertyNames"), names));
        }

        if (map.TryGet("dependentSchemas", out Value schemas) && schemas.MapOrNull() is { } dependents)
        {
            for (int i = 0; i < dependents.Count; i++)
            {
                string name = PlainJson.KeyAt(dependents, i);
                if (node.Child("dependentSchemas", name) is { } child)
                {
                    checks.Objects.Add(new DependentSchemaCheck(child.Location, name, child));
                }
            }
        }

        if (map.TryGet("dependentRequired", out Value requirements))
        {
            if (requirements.MapOrNull() is not { } entries)
            {
                Malformed("dependentRequired", "an object of lists of names");
                return;
            }

            for (int i = 0; i < entries.Count; i++)
            {
                string name = PlainJson.KeyAt(entries, i);
                if (read.Names(name, entries, "dependentRequired") is { Length: > 0 } others)
                {
                    checks.Objects.Add(new DependentRequiredCheck(JsonPointer.Child(At("dependentRequired"), name), name, others));
                }
            }
        }
    }

    private void AddProperties()
    {
        Dictionary<string, SchemaNode> named = [];
        if (map.TryGet("properties", out Value properties) && properties.MapOrNull() is { } schemas)
        {
            for (int i = 0; i < schemas.Count; i++)
            {
                string name = PlainJson.KeyAt(schemas, i);
                if (node.Child("properties", name) is { } child)
                {
                    named.Add(name, child);
                }
            }
        }

        List<(Pattern, SchemaNode)> patterns = [];
        if (map.TryGet("patternProperties", out Value byPattern) && byPattern.MapOrNull() is { } patterned)
        {
            for (int i = 0; i < patterned.Count; i++)
            {
                string text = PlainJson.KeyAt(patterned, i);
                Pattern? pattern = read.Pattern(text, JsonPointer.Child(At("patternProperties"), text));
                if (pattern is not null && node.Child("patternProperties", text) is { } child)
                {
                    patterns.Add((pattern, child));
                }
            }
        }

        SchemaNode? additional = node.Child("additionalProperties");
        if (named.Count > 0 || patterns.Count > 0 || additional is not null)
        {
            checks.Objects.Add(new PropertiesCheck(At("properties"), named, [.. patterns], additional));
        }
    }

    private void AddCounts(string minimum, string maximum, List<Check> to)
    {
        if (read.Count(minimum) is { } min and > 0)
        {
            to.Add(new CountCheck(At(minimum), min, isMaximum: false));
        }

        if (read.Count(maximum) is { } max)
        {
            to.Add(new CountCheck(At(maximum), max, isMaximum: true));
        }
    }
}
