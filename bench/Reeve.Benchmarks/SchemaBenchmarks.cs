using System.Text;
using BenchmarkDotNet.Attributes;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Benchmarks;

/// <summary>A tool's arguments against a schema of ten properties, as a plan checks them.</summary>
public class SchemaBenchmarks
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("""
        {"parcel":"P-889123","region":"NORTH","amount":1250.75,"currency":"EUR","attempts":2,"insured":true,
         "tags":["fragile","gold"],"customer":{"id":"C-17","tier":"gold"},"note":"left with neighbour","due":"2026-11-20T09:00:00Z"}
        """);

    private readonly JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""
        {"type":"object","additionalProperties":false,"required":["parcel","region","amount","currency"],"properties":{
          "parcel":{"type":"string","pattern":"^P-[0-9]+$"},"region":{"enum":["NORTH","EAST","SOUTH","WEST"]},
          "amount":{"type":"number","minimum":0,"maximum":1000000},"currency":{"type":"string","minLength":3,"maxLength":3},
          "attempts":{"type":"integer","minimum":0},"insured":{"type":"boolean"},
          "tags":{"type":"array","items":{"type":"string"},"maxItems":10,"uniqueItems":true},
          "customer":{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"tier":{"type":"string"}}},
          "note":{"type":"string","maxLength":2000},"due":{"type":"string"}}}
        """));

    private readonly Value parsed = JsonText.Parse(Text, JsonLimits.Default);

    /// <summary>Of arguments that are values already.</summary>
    [Benchmark]
    public bool Validate() => schema.IsValid(parsed);

    /// <summary>From text.</summary>
    [Benchmark]
    public bool ParseAndValidate() => schema.IsValid(JsonText.Parse(Text, JsonLimits.Default));
}
