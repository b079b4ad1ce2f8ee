using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.IntegrationTests;

/// <summary>Run results as documents, and the schema they promise to satisfy.</summary>
internal static class RunResults
{
    internal static readonly JsonLimits Limits = new() { MaxBytes = int.MaxValue, MaxDepth = 200 };

    private static readonly Value SchemaSource = JsonText.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "run-result.schema.json")));
    private static readonly JsonSchema Whole = JsonSchema.Compile(SchemaSource);

    // One line of -o jsonl is one result.
    private static readonly JsonSchema One = JsonSchema.Compile(Value.Of(ObjectMap.Of(
        ("$ref", Value.Of("#/$defs/result")), ("$defs", SchemaSource.AsMap()["$defs"]))));

    /// <summary>The results of a whole document, which satisfies the schema.</summary>
    internal static IReadOnlyList<MapValue> Read(byte[] document)
    {
        Value root = JsonText.Parse(document, Limits);
        Whole.Validate(root).ShouldBeEmpty();
        return [.. root.AsMap()["results"].AsList().Items.ToArray().Select(result => result.AsMap())];
    }

    /// <summary>The result of one line, which satisfies the schema.</summary>
    internal static MapValue ReadLine(string line)
    {
        Value result = JsonText.Parse(line, Limits);
        One.Validate(result).ShouldBeEmpty();
        return result.AsMap();
    }

    /// <summary>The status of a result, or the codes of the errors that refused it.</summary>
    internal static string Outcome(MapValue result) => result["status"].StringOrNull()
        ?? string.Join(' ', result["errors"].AsList().Items.ToArray().Select(error => error.AsMap()["code"].AsString()));
}
