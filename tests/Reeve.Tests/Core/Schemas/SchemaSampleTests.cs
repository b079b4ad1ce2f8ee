using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Tests.Schemas;

public sealed class SchemaSampleTests
{
    [Theory]
    [InlineData("true", "null")]
    [InlineData("""{"const":{"a":1}}""", """{"a":1}""")]
    [InlineData("""{"enum":["x","y"]}""", "\"x\"")]
    [InlineData("""{"type":"string"}""", "\"text\"")]
    [InlineData("""{"type":"string","minLength":6}""", "\"textxx\"")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"te\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2000-01-01T00:00:00Z\"")]
    [InlineData("""{"type":"string","pattern":"^[A-Z]{3}-\\d{4}$"}""", "\"AAA-0000\"")]
    [InlineData("""{"type":"string","pattern":"^a+$","minLength":4}""", "\"aaaa\"")]
    [InlineData("""{"type":"integer"}""", "0")]
    [InlineData("""{"type":"integer","minimum":3}""", "3")]
    [InlineData("""{"type":"integer","exclusiveMinimum":3.5}""", "4")]
    [InlineData("""{"type":"integer","maximum":-3}""", "-3")]
    [InlineData("""{"type":"number","exclusiveMinimum":0,"multipleOf":0.01}""", "0.01")]
    [InlineData("""{"type":"integer","minimum":10,"multipleOf":7}""", "14")]
    [InlineData("""{"type":"boolean"}""", "false")]
    [InlineData("""{"type":["null","integer"]}""", "0")]
    [InlineData("""{"type":"array"}""", "[]")]
    [InlineData("""{"type":"array","minItems":2,"items":{"type":"integer"}}""", "[0,0]")]
    [InlineData("""{"type":"array","minItems":3,"uniqueItems":true,"items":{"type":"integer","minimum":5}}""", "[5,6,7]")]
    [InlineData("""{"type":"array","contains":{"const":7}}""", "[7]")]
    [InlineData("""{"prefixItems":[{"type":"string"},{"type":"boolean"}],"minItems":2}""", """["text",false]""")]
    [InlineData("""{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"n":{"type":"integer"}}}""", """{"id":"text"}""")]
    [InlineData("""{"type":"object","minProperties":1}""", """{"property1":null}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"required":["x"],"properties":{"x":{"const":1}}}}}""", """{"x":1}""")]
    [InlineData("""{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"integer","minimum":2}}}]}""", """{"a":2}""")]
    [InlineData("""{"oneOf":[{"type":"string","maxLength":1,"minLength":2},{"type":"boolean"}]}""", "false")]
    [InlineData("""{"if":{"properties":{"k":{"const":"x"}},"required":["k"]},"then":{"required":["v"],"properties":{"v":{"type":"integer"}}},"type":"object"}""", """{"k":"x","v":0}""")]
    [InlineData("""{"type":"integer","default":42}""", "42")]
    [InlineData("""{"type":"string","examples":["Zug"]}""", "\"Zug\"")]
    [InlineData("""{"type":"object","properties":{"next":{"$ref":"#"}}}""", "{}")]
    public void A_sample_is_small_and_valid(string schema, string expected)
    {
        JsonSchema compiled = JsonSchema.Compile(JsonText.Parse(schema));

        Value? sample = compiled.Sample();

        sample.ShouldNotBeNull();
        JsonText.ToText(sample.Value).ShouldBe(expected);
        compiled.IsValid(sample.Value).ShouldBeTrue();
    }

    [Theory]
    [InlineData("false")]
    [InlineData("""{"type":"integer","minimum":2,"maximum":1}""")]
    [InlineData("""{"required":["next"],"type":"object","properties":{"next":{"$ref":"#"}}}""")]
    public void What_nothing_satisfies_has_no_sample(string schema) =>
        JsonSchema.Compile(JsonText.Parse(schema)).Sample().ShouldBeNull();

    [Fact]
    public void The_sample_of_a_schema_is_always_the_same()
    {
        const string text = """{"type":"object","required":["a","b"],"properties":{"b":{"type":"array","minItems":1,"items":{"format":"uuid","type":"string"}}}}""";

        JsonSchema.Compile(JsonText.Parse(text)).Sample().ShouldBe(JsonSchema.Compile(JsonText.Parse(text)).Sample());
    }
}
