using Reeve.Core.Schemas.Checks;
using Reeve.Core.Schemas.Samples;

namespace Reeve.Core.Schemas.Compiling;

/// <summary>What the value of a keyword holds.</summary>
internal enum KeywordKind : byte
{
    /// <summary>A schema.</summary>
    Schema,

    /// <summary>A list of at least one schema.</summary>
    SchemaList,

    /// <summary>An object of schemas.</summary>
    SchemaMap,

    /// <summary>Something that a check of the node reads.</summary>
    Assertion,

    /// <summary>A name or a reference.</summary>
    Identity,

    /// <summary>A note that changes no outcome.</summary>
    Annotation,
}

/// <summary>Every keyword of draft 2020-12, and the two of its predecessors that its metaschema still describes.</summary>
internal static class SchemaKeywords
{
    internal const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    internal const string VocabularyPrefix = "https://json-schema.org/draft/2020-12/vocab/";

    internal static readonly string[] Vocabularies =
        ["core", "applicator", "unevaluated", "validation", "meta-data", "format-annotation", "content"];

    private static readonly Dictionary<string, KeywordKind> Kinds = new(StringComparer.Ordinal)
    {
        ["additionalProperties"] = KeywordKind.Schema,
        ["contains"] = KeywordKind.Schema,
        ["contentSchema"] = KeywordKind.Schema,
        ["else"] = KeywordKind.Schema,
        ["if"] = KeywordKind.Schema,
        ["items"] = KeywordKind.Schema,
        ["not"] = KeywordKind.Schema,
        ["propertyNames"] = KeywordKind.Schema,
        ["then"] = KeywordKind.Schema,
        ["unevaluatedItems"] = KeywordKind.Schema,
        ["unevaluatedProperties"] = KeywordKind.Schema,
        ["allOf"] = KeywordKind.SchemaList,
        ["anyOf"] = KeywordKind.SchemaList,
        ["oneOf"] = KeywordKind.SchemaList,
        ["prefixItems"] = KeywordKind.SchemaList,
        ["$defs"] = KeywordKind.SchemaMap,
        ["definitions"] = KeywordKind.SchemaMap,
        ["dependentSchemas"] = KeywordKind.SchemaMap,
        ["patternProperties"] = KeywordKind.SchemaMap,
        ["properties"] = KeywordKind.SchemaMap,
        ["const"] = KeywordKind.Assertion,
        ["dependentRequired"] = KeywordKind.Assertion,
        ["enum"] = KeywordKind.Assertion,
        ["exclusiveMaximum"] = KeywordKind.Assertion,
        ["exclusiveMinimum"] = KeywordKind.Assertion,
        ["maxContains"] = KeywordKind.Assertion,
        ["maxItems"] = KeywordKind.Assertion,
        ["maxLength"] = KeywordKind.Assertion,
        ["maxProperties"] = KeywordKind.Assertion,
        ["maximum"] = KeywordKind.Assertion,
        ["minContains"] = KeywordKind.Assertion,
        ["minItems"] = KeywordKind.Assertion,
        ["minLength"] = KeywordKind.Assertion,
        ["minProperties"] = KeywordKind.Assertion,
        ["minimum"] = KeywordKind.Assertion,
        ["multipleOf"] = KeywordKind.Assertion,
        ["pattern"] = KeywordKind.Assertion,
        ["required"] = KeywordKind.Assertion,
        ["type"] = KeywordKind.Assertion,
        ["uniqueItems"] = KeywordKind.Assertion,
        ["$anchor"] = KeywordKind.Identity,
        ["$dynamicAnchor"] = KeywordKind.Identity,
        ["$dynamicRef"] = KeywordKind.Identity,
        ["$id"] = KeywordKind.Identity,
        ["$ref"] = KeywordKind.Identity,
        ["$schema"] = KeywordKind.Identity,
        ["$vocabulary"] = KeywordKind.Identity,
        ["$comment"] = KeywordKind.Annotation,
        ["contentEncoding"] = KeywordKind.Annotation,
        ["contentMediaType"] = KeywordKind.Annotation,
        ["default"] = KeywordKind.Annotation,
        ["deprecated"] = KeywordKind.Annotation,
        ["description"] = KeywordKind.Annotation,
        ["examples"] = KeywordKind.Annotation,
        ["format"] = KeywordKind.Annotation,
        ["readOnly"] = KeywordKind.Annotation,
        ["title"] = KeywordKind.Annotation,
        ["writeOnly"] = KeywordKind.Annotation,
    };

    internal static bool TryGetKind(string keyword, out KeywordKind kind) => Kinds.TryGetValue(keyword, out kind);
}
