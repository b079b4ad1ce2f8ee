using System.Collections.Frozen;
using Reeve.Core.Errors;
using Reeve.Core.PackDocuments.Fields;
using Reeve.Core.Packs;
using Reeve.Core.Records;
using Reeve.Core.Schemas;
using Reeve.Core.Values;
using Reeve.Core.Wording;

namespace Reeve.Core.PackDocuments.Tooling;

/// <summary>
/// What a tool takes and gives. Three notations lead to one JSON Schema (EX-MODEL-15): <c>{p: {type, required}}</c>,
/// <c>{p: "string[]"}</c> and JSON Schema itself.
/// </summary>
internal static class ToolSchemas
{
    private static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "prefixItems", "items", "contains",
        "minContains", "maxContains", "properties", "patternProperties", "additionalProperties", "propertyNames", "unevaluatedItems",
        "unevaluatedProperties", "type", "const", "enum", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required", "title",
        "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "format", "contentEncoding", "contentMediaType", "contentSchema");

    // What the translation of a shorthand puts around its parameters, and no author wrote.
    private const string Around = "/properties";

    /// <summary>The schema of the arguments, and the parameters in their order. Without any declaration every object is accepted.</summary>
    internal static (JsonSchema Schema, IReadOnlyList<ToolParameter> Parameters)? Input(ObjectFields tool, NamedList<EntityDefinition> entities)
    {
        Field? asSchema = tool.Find("inputSchema");
        if (ObjectFields.OnlyOne(tool.FindAny("parameters", "argsSchema"), asSchema) is not { } field)
        {
            return (JsonSchema.Compile(TypeWords.Of("object")), []);
        }

        if (field.Value.Kind == ValueKind.Bool || field.Map() is not { } map)
        {
            return field.Value.Kind == ValueKind.Bool && Compile(field, field.Value) is { } anything ? (anything, []) : null;
        }

        if (IsJsonSchema(map, asSchema is not null))
        {
            return Compile(field, field.Value) is { } schema ? (schema, Properties(map)) : null;
        }

        List<ToolParameter> parameters = [];
        Value translated = Shorthand(field, map, entities, parameters);
        return Compile(field, translated, Around) is { } compiled ? (compiled, parameters) : null;
    }

    /// <summary>The schema of the result and the word it was declared by; no schema when nothing was declared.</summary>
    internal static (JsonSchema? Schema, string Returns) Output(ObjectFields tool, NamedList<EntityDefinition> entities)
    {
        Field? returns = tool.Find("returns");
        Field? declared = tool.Find("outputSchema");
        string word = returns is { IsText: true } ? returns.Value.Text() ?? "" : "";
        if (returns is { IsText: false })
        {
            declared = ObjectFields.OnlyOne(returns, declared);
            returns = null;
        }

        JsonSchema? fromWord = returns is { } field && word.Length > 0 ? OfReturns(field, word, entities) : null;
        JsonSchema? schema = declared is { } given ? OfDeclared(given, entities) : null;
        return (schema ?? fromWord, word);
    }

    // Authors name results that they describe nowhere else. Nothing is sent by this word, so it costs only the output schema.
    private static JsonSchema? OfReturns(Field field, string word, NamedList<EntityDefinition> entities)
    {
        if (word is "void" or "none" || TypeWords.IsKnown(word, entities))
        {
            return OfWord(field, word, entities);
        }

        field.Warn(
            ErrorCatalogue.Packs.Doubtful,
            $"{Shown.Name(word)} is neither a type nor an entity of this pack, so results are not checked.{DidYouMean.Sentence(word, entities.Select(entity => entity.Name))}");
        return null;
    }

    private static JsonSchema? OfDeclared(Field field, NamedList<EntityDefinition> entities)
    {
        if (field.IsText)
        {
            return field.Text() is { } word ? OfWord(field, word, entities) : null;
        }

        if (field.Value.Kind == ValueKind.Bool)
        {
            return Compile(field, field.Value);
        }

        return field.Map() is not { } map ? null
            : IsJsonSchema(map, declaredAsSchema: true) ? Compile(field, field.Value)
            : Compile(field, Shorthand(field, map, entities, []), Around);
    }

    private static JsonSchema? OfWord(Field field, string word, NamedList<EntityDefinition> entities) =>
        word is "void" or "none" ? null
        : TypeWords.Schema(field, word, entities) is { } of ? Compile(field, of.Schema) : null;

    // {p: "string"} needs p, since nothing says otherwise; {p: {type}} does not, as in JSON Schema. "string?" never does.
    private static Value Shorthand(Field field, ObjectMap map, NamedList<EntityDefinition> entities, List<ToolParameter> parameters)
    {
        IReadOnlySet<string> listed = map["required"].ListOrNull() is { } list
            ? list.Items.ToArray().Select(item => item.StringOrNull() ?? "").ToHashSet(StringComparer.Ordinal)
            : FrozenSet<string>.Empty;
        List<string> names = [];
        List<Value> schemas = [];
        List<Value> required = [];
        foreach ((string name, Field item) in field.Entries())
        {
            if (name == "required" && item.IsList)
            {
                continue;
            }

            if (Parameter(item, entities) is not { } parameter)
            {
                continue;
            }

            bool isRequired = parameter.Required || listed.Contains(name);
            names.Add(name);
            schemas.Add(parameter.Schema);
            parameters.Add(new ToolParameter(name, parameter.JsonType, isRequired));
            if (isRequired)
            {
                required.Add(Value.Of(name));
            }
        }

        Value properties = Value.Of(new ObjectMap([.. names], [.. schemas]));
        return TypeWords.Of("object", ("properties", properties), ("required", Value.Of(new ListValue([.. required]))));
    }

    private static (string JsonType, Value Schema, bool Required)? Parameter(Field field, NamedList<EntityDefinition> entities)
    {
        if (field.IsText)
        {
            if (field.Text() is not { } word)
            {
                return null;
            }

            bool optional = word.EndsWith('?');
            return TypeWords.Schema(field, optional ? word[..^1] : word, entities) is { } of ? (of.JsonType, of.Schema, !optional) : null;
        }

        return field.Map() is { } map ? Described(field, map, entities) : null;
    }

    // Besides type and required a parameter may have any keyword of JSON Schema.
    private static (string JsonType, Value Schema, bool Required)? Described(Field field, ObjectMap map, NamedList<EntityDefinition> entities)
    {
        string jsonType = "";
        bool required = false;
        List<string> keys = [];
        List<Value> values = [];
        for (int i = 0; i < map.Count; i++)
        {
            (string key, Value value) = (map.Keys[i], map.Values[i]);
            Field at = new(value, JsonPointer.Child(field.Pointer, key), field.Notes);
            if (key == "required" && !at.IsList)
            {
                required = at.Bool() ?? false;
            }
            else if (key is "type" or "items" && at.IsText)
            {
                if (at.Text() is not { } word || TypeWords.Schema(at, word, entities) is not { } of)
                {
                    return null;
                }

                jsonType = key == "type" ? of.JsonType : jsonType;
                Add(keys, values, key, of.Schema);
            }
            else if (!Keywords.Contains(key) && !key.StartsWith('$'))
            {
                at.Error(ErrorCatalogue.Packs.UnknownField, $"{Shown.Name(key)} is no keyword of JSON Schema.{DidYouMean.Sentence(key, Keywords.Order())}");
            }
            else
            {
                keys.Add(key);
                values.Add(value);
            }
        }

        return (jsonType, Value.Of(new ObjectMap([.. keys], [.. values])), required);
    }

    // The schema of a type word replaces "type" by its own members; a keyword written beside it wins.
    private static void Add(List<string> keys, List<Value> values, string key, Value schema)
    {
        if (key == "items")
        {
            keys.Add(key);
            values.Add(schema);
            return;
        }

        ObjectMap members = (ObjectMap)schema.AsMap();
        for (int i = 0; i < members.Count; i++)
        {
            if (!keys.Contains(members.Keys[i]))
            {
                keys.Add(members.Keys[i]);
                values.Add(members.Values[i]);
            }
        }
    }

    // A member of shorthand is a parameter, a member of a schema a keyword; only names that are both need thought.
    private static bool IsJsonSchema(ObjectMap map, bool declaredAsSchema)
    {
        bool keywordsOnly = true;
        foreach (string key in map.Keys)
        {
            if (key.StartsWith('$'))
            {
                return true;
            }

            keywordsOnly &= Keywords.Contains(key);
        }

        Value type = map["type"];
        bool isObjectType = type.StringOrNull() == "object" || type.Kind == ValueKind.List;
        bool hasProperties = map["properties"].MapOrNull() is ObjectMap properties
            && properties["type"].Kind is not ValueKind.String
            && !properties.Values.ToArray().Any(value => value.Kind is not (ValueKind.Map or ValueKind.Bool));
        bool combines = map["allOf"].Kind == ValueKind.List || map["anyOf"].Kind == ValueKind.List || map["oneOf"].Kind == ValueKind.List;
        return hasProperties || combines || (isObjectType && (declaredAsSchema || keywordsOnly)) || (declaredAsSchema && keywordsOnly);
    }

    private static List<ToolParameter> Properties(ObjectMap schema)
    {
        List<ToolParameter> parameters = [];
        if (schema["properties"].MapOrNull() is ObjectMap properties)
        {
            Value[] required = schema["required"].ListOrNull()?.Items.ToArray() ?? [];
            for (int i = 0; i < properties.Count; i++)
            {
                string name = properties.Keys[i];
                string type = properties.Values[i].MapOrNull()?["type"].StringOrNull() ?? "";
                parameters.Add(new ToolParameter(name, type, required.Contains(Value.Of(name))));
            }
        }

        return parameters;
    }

    private static JsonSchema? Compile(Field field, Value schema, string around = "")
    {
        try
        {
            return JsonSchema.Compile(schema);
        }
        catch (ReeveErrorsException faults)
        {
            foreach (ReeveError error in faults.Errors)
            {
                Note(field, error, around);
            }

            return null;
        }
        catch (ReeveException fault)
        {
            Note(field, fault.Error, around);
            return null;
        }
    }

    private static void Note(Field field, ReeveError error, string around)
    {
        string inside = error.Subject is { Length: > 0 } subject && subject[0] == '/' ? subject : "";
        inside = inside.StartsWith(around + "/", StringComparison.Ordinal) ? inside[around.Length..] : inside;
        field.Notes.Error(ErrorCatalogue.Packs.BadSchema, field.Pointer + inside, error.Message, error.NextStep);
    }
}
