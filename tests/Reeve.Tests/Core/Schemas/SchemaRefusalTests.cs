using System.Diagnostics;
using Reeve.Core.Errors;
using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Tests.Schemas;

public sealed class SchemaRefusalTests
{
    [Fact]
    public void A_hostile_keyword_does_not_break_the_line_of_its_message() =>
        Should.Throw<ReeveException>(() => JsonSchema.Compile(JsonText.Parse("""{"a\tb\nc": 1}"""))).Error.Message
            .ShouldBe("The keyword \"a\uFFFDb\uFFFDc\" is not one of draft 2020-12.");

    [Theory]
    [InlineData("1", "SCHEMA-001", "")]
    [InlineData("""{"type":"text"}""", "SCHEMA-001", "/type")]
    [InlineData("""{"type":[]}""", "SCHEMA-001", "/type")]
    [InlineData("""{"type":["null","null"]}""", "SCHEMA-001", "/type")]
    [InlineData("""{"properties":{"a":{"minLength":-1}}}""", "SCHEMA-001", "/properties/a/minLength")]
    [InlineData("""{"maxItems":1.5}""", "SCHEMA-001", "/maxItems")]
    [InlineData("""{"multipleOf":0}""", "SCHEMA-001", "/multipleOf")]
    [InlineData("""{"minimum":"1"}""", "SCHEMA-001", "/minimum")]
    [InlineData("""{"required":["a","a"]}""", "SCHEMA-001", "/required")]
    [InlineData("""{"required":true}""", "SCHEMA-001", "/required")]
    [InlineData("""{"enum":1}""", "SCHEMA-001", "/enum")]
    [InlineData("""{"allOf":[]}""", "SCHEMA-001", "/allOf")]
    [InlineData("""{"items":[{}]}""", "SCHEMA-001", "/items")]
    [InlineData("""{"properties":[]}""", "SCHEMA-001", "/properties")]
    [InlineData("""{"uniqueItems":1}""", "SCHEMA-001", "/uniqueItems")]
    [InlineData("""{"dependentRequired":{"a":"b"}}""", "SCHEMA-001", "/dependentRequired")]
    [InlineData("""{"$anchor":"1a"}""", "SCHEMA-001", "/$anchor")]
    [InlineData("""{"$id":"#frag"}""", "SCHEMA-001", "/$id")]
    [InlineData("""{"$ref":1}""", "SCHEMA-001", "/$ref")]
    [InlineData("""{"typ":"string"}""", "SCHEMA-002", "/typ")]
    [InlineData("""{"properties":{"a/b":{"additionalItems":false}}}""", "SCHEMA-002", "/properties/a~1b/additionalItems")]
    [InlineData("""{"$recursiveRef":"#"}""", "SCHEMA-002", "/$recursiveRef")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "SCHEMA-003", "/$ref")]
    [InlineData("""{"$ref":"#none"}""", "SCHEMA-003", "/$ref")]
    [InlineData("""{"items":{"$ref":"other.json"}}""", "SCHEMA-003", "/items/$ref")]
    [InlineData("""{"$ref":"https://json-schema.org/draft/2020-12/schema"}""", "SCHEMA-003", "/$ref")]
    [InlineData("""{"$dynamicRef":"#none"}""", "SCHEMA-003", "/$dynamicRef")]
    [InlineData("""{"const":{"$anchor":"a"},"items":{"$ref":"#a"}}""", "SCHEMA-003", "/items/$ref")]
    [InlineData("""{"$ref":"#/const","const":{}}""", "SCHEMA-003", "/$ref")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "SCHEMA-004", "/$schema")]
    [InlineData("""{"$vocabulary":{"https://example.com/v":true}}""", "SCHEMA-004", "/$vocabulary/https:~1~1example.com~1v")]
    [InlineData("""{"pattern":"(?=a)"}""", "SCHEMA-005", "/pattern")]
    [InlineData("""{"patternProperties":{"(":true}}""", "SCHEMA-005", "/patternProperties/(")]
    [InlineData("""{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}""", "SCHEMA-006", "/$defs/b/$anchor")]
    [InlineData("""{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}""", "SCHEMA-006", "/$defs/b/$id")]
    [InlineData("""{"$ref":"#"}""", "SCHEMA-007", "")]
    [InlineData("""{"$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}}""", "SCHEMA-007", "/$defs/a")]
    public void What_cannot_be_judged_is_refused(string schema, string code, string pointer)
    {
        ReeveErrorsException error = Should.Throw<ReeveErrorsException>(() => JsonSchema.Compile(JsonText.Parse(schema)));

        error.Errors.Count.ShouldBe(1);
        error.Error.Code.ShouldBe(code);
        error.Error.Subject.ShouldBe(pointer);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        ReeveErrorsException error = Should.Throw<ReeveErrorsException>(() => JsonSchema.Compile(JsonText.Parse(
            """{"typo":1,"type":"x","items":{"$ref":"#/no"},"pattern":"["}""")));

        error.Errors.Select(each => each.Code).ShouldBe(["SCHEMA-002", "SCHEMA-001", "SCHEMA-005", "SCHEMA-003"], ignoreOrder: true);
    }

    [Fact]
    public void Annotations_are_allowed() => JsonSchema.Compile(JsonText.Parse("""
        {"$schema":"https://json-schema.org/draft/2020-12/schema#","$comment":"c","title":"t","description":"d","default":1,"examples":[1],
         "deprecated":true,"readOnly":true,"writeOnly":false,"format":"x","contentEncoding":"base64","contentMediaType":"a/b","contentSchema":true,
         "$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true}}
        """)).IsValid(Value.Null).ShouldBeTrue();

    [Fact]
    public void Deep_schemas_and_long_chains_are_refused()
    {
        Value deep = Value.True;
        for (int i = 0; i < 1_000; i++)
        {
            deep = Value.Of(ObjectMap.Of(("not", deep)));
        }

        string links = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$"""
            "d{{i}}":{"$ref":"#/$defs/d{{i + 1}}"}
            """));
        Value chain = JsonText.Parse("{\"$defs\":{" + links + ",\"d20000\":{}}}");

        Should.Throw<ReeveErrorsException>(() => JsonSchema.Compile(deep)).Error.Code.ShouldBe("SCHEMA-008");
        Should.Throw<ReeveErrorsException>(() => JsonSchema.Compile(chain)).Error.Code.ShouldBe("SCHEMA-008");
    }

    [Fact]
    public void Doubling_references_end_at_the_limit_of_steps_and_are_not_valid()
    {
        string defs = string.Join(',', Enumerable.Range(0, 60).Select(i => $$"""
            "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}
            """));
        foreach (string root in (string[])["\"not\":{\"$ref\":\"#/$defs/d0\"}", "\"anyOf\":[{\"not\":{\"$ref\":\"#/$defs/d0\"}},true]"])
        {
            JsonSchema schema = JsonSchema.Compile(JsonText.Parse("{" + root + ",\"$defs\":{" + defs + ",\"d60\":{\"type\":\"integer\"}}}"));
            Stopwatch watch = Stopwatch.StartNew();

            schema.IsValid(Value.Of(1L)).ShouldBeFalse();
            schema.Validate(Value.Of(1L)).ShouldHaveSingleItem().Message.ShouldContain("steps");
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3)); // a guard against work without end, not a measurement
        }
    }

    [Fact]
    public void Dynamic_references_without_end_are_not_valid()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"$dynamicAnchor":"n","$dynamicRef":"#n"}"""));

        schema.IsValid(Value.Null).ShouldBeFalse();
        schema.Validate(Value.Null).ShouldHaveSingleItem();
    }

    [Fact]
    public void Deep_instances_are_judged_or_refused_without_a_crash()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"items":{"$ref":"#"}}"""));
        Value shallow = Nested(500);
        Value deep = Nested(100_000);

        schema.IsValid(shallow).ShouldBeTrue();
        schema.IsValid(deep).ShouldBeFalse();

        static Value Nested(int levels)
        {
            Value value = Value.Of(1L);
            for (int i = 0; i < levels; i++)
            {
                value = Value.Of(new ListValue([value]));
            }

            return value;
        }
    }

    [Fact]
    public void A_hundred_thousand_unique_items_take_no_time()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"uniqueItems":true}"""));
        Value items = Value.Of(new ListValue([.. Enumerable.Range(0, 100_000).Select(i => Value.Of(BitConverter.Int64BitsToDouble(((long)i << 32) | (uint)i)))]));
        Stopwatch watch = Stopwatch.StartNew();

        schema.IsValid(items).ShouldBeTrue();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3)); // a guard against work without end, not a measurement
    }

    [Fact]
    public void Numbers_of_any_size_are_judged_in_no_time()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"multipleOf":1e-300,"minimum":-1e999999999999,"exclusiveMaximum":1e99999999999999999999}"""));
        Stopwatch watch = Stopwatch.StartNew();

        schema.IsValid(JsonText.Parse("1e999999999")).ShouldBeTrue();
        schema.IsValid(JsonText.Parse("1e-999999999")).ShouldBeFalse();
        schema.IsValid(JsonText.Parse(new string('9', 200_000))).ShouldBeTrue();

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(3)); // a guard against work without end, not a measurement
    }
}
