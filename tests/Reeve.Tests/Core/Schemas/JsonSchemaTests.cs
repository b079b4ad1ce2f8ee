using Reeve.Core.Schemas;
using Reeve.Core.Values;

namespace Reeve.Tests.Schemas;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("{}", "null", true)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1e2", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":"integer"}""", "1e400", true)]
    [InlineData("""{"type":"integer"}""", "123456789012345678901234567890", true)]
    [InlineData("""{"type":"integer"}""", "12345678901234567890.5", false)]
    [InlineData("""{"type":"integer"}""", "1e-400", false)]
    [InlineData("""{"type":"integer"}""", "0e-400", true)]
    [InlineData("""{"type":["number","null"]}""", "null", true)]
    [InlineData("""{"type":["integer","number"]}""", "1.5", true)]
    [InlineData("""{"type":"number"}""", "true", false)]
    [InlineData("""{"const":1}""", "1.0", true)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740992", false)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740993.0", true)]
    [InlineData("""{"const":9007199254740993}""", "9007199254740992.0", false)]
    [InlineData("""{"const":12345678901234567890123}""", "12345678901234567890124", false)]
    [InlineData("""{"const":1e400}""", "10e399", true)]
    [InlineData("""{"const":1e400}""", "1e401", false)]
    [InlineData("""{"const":0}""", "-0.0", true)]
    [InlineData("""{"const":false}""", "0", false)]
    [InlineData("""{"const":{"a":1,"b":[2]}}""", """{"b":[2.0],"a":1.0}""", true)]
    [InlineData("""{"enum":[1,2,3,4,5,6,7,8,9,"x"]}""", "9.0", true)]
    [InlineData("""{"enum":[1,2,3,4,5,6,7,8,9,"x"]}""", "\"9\"", false)]
    [InlineData("""{"minimum":0.1}""", "0.1", true)]
    [InlineData("""{"exclusiveMinimum":0.1}""", "0.10", false)]
    [InlineData("""{"exclusiveMinimum":9007199254740992}""", "9007199254740993", true)]
    [InlineData("""{"exclusiveMinimum":9007199254740992}""", "9007199254740992.00001", true)]
    [InlineData("""{"maximum":18446744073709551615}""", "18446744073709551616", false)]
    [InlineData("""{"maximum":-1e400}""", "-1e399", false)]
    [InlineData("""{"maximum":-1e400}""", "-1e401", true)]
    [InlineData("""{"multipleOf":0.01}""", "0.07", true)]
    [InlineData("""{"multipleOf":0.01}""", "1250.50", true)]
    [InlineData("""{"multipleOf":0.01}""", "4.359", false)]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"multipleOf":0.01}""", "1e308", true)]
    [InlineData("""{"multipleOf":1e-8}""", "12391239123", true)]
    [InlineData("""{"multipleOf":0.123456789}""", "1e308", false)]
    [InlineData("""{"multipleOf":7}""", "1e1000000", false)]
    [InlineData("""{"multipleOf":5e-1000000}""", "1e1000000", true)]
    [InlineData("""{"multipleOf":3}""", "-9", true)]
    [InlineData("""{"multipleOf":0.5}""", "0", true)]
    [InlineData("""{"maxLength":1}""", "\"😀\"", true)]
    [InlineData("""{"minLength":2}""", "\"😀\"", false)]
    [InlineData("""{"minLength":2}""", "\"😀a\"", true)]
    [InlineData("""{"maxLength":2.0}""", "\"abc\"", false)]
    [InlineData("""{"pattern":"^\\p{L}+$"}""", "\"Ünïcode\"", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", "[1,true,\"1\",[1],{\"a\":1},null,0,false]", true)]
    [InlineData("""{"uniqueItems":true}""", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,1.0]", false)]
    [InlineData("""{"uniqueItems":true}""", "[[1],[2],[3],[4],[5],[6],[7],[8],[9],[10],[11],[12],[13],[14],[15],[16],{\"a\":1},{\"a\":2}]", true)]
    [InlineData("""{"contains":{"const":1},"minContains":2,"maxContains":2}""", "[1,1,2]", true)]
    [InlineData("""{"contains":{"const":1},"maxContains":1}""", "[1,1]", false)]
    [InlineData("""{"contains":{"const":1},"minContains":0}""", "[]", true)]
    [InlineData("""{"minContains":2}""", "[]", true)]
    [InlineData("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [InlineData("""{"dependentSchemas":{"a":{"required":["c"]}}}""", """{"b":1}""", true)]
    [InlineData("""{"propertyNames":{"maxLength":1}}""", """{"ab":1}""", false)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":1}""", true)]
    [InlineData("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"y":1}""", false)]
    [InlineData("""{"format":"date-time"}""", "\"no\"", true)]
    [InlineData("""{"then":false,"else":false}""", "1", true)]
    [InlineData("""{"if":{"const":1},"then":{"type":"string"}}""", "1", false)]
    [InlineData("""{"definitions":{"a":{"type":"null"}},"$ref":"#/definitions/a"}""", "null", true)]
    [InlineData("""{"$ref":"#/$defs/a%25b~1c","$defs":{"a%b/c":{"const":1}}}""", "2", false)]
    [InlineData("""{"$id":"https://e.com/x/y","$defs":{"a":{"$id":"../z","$anchor":"n","const":1}},"$ref":"/z#n"}""", "1", true)]
    [InlineData("""{"$id":"urn:a:b","$defs":{"n":{"type":"null"}},"$ref":"urn:a:b#/$defs/n"}""", "1", false)]
    public void Instances_are_judged(string schema, string instance, bool valid)
    {
        JsonSchema compiled = JsonSchema.Compile(JsonText.Parse(schema));
        Value value = JsonText.Parse(instance);

        compiled.IsValid(value).ShouldBe(valid);
        (compiled.Validate(value).Count == 0).ShouldBe(valid);
    }

    [Theory]
    [InlineData("""{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"allOf":[{"properties":{"a":true}},{"unevaluatedProperties":false}]}""", """{"a":1}""", false)]
    [InlineData("""{"anyOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":1}""", false)]
    [InlineData("""{"anyOf":[{"properties":{"a":true}},{"properties":{"b":true}}],"unevaluatedProperties":false}""", """{"a":1,"b":1}""", true)]
    [InlineData("""{"not":{"properties":{"a":false}},"unevaluatedProperties":false}""", """{"a":1}""", false)]
    [InlineData("""{"if":{"properties":{"a":{"const":1}}},"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [InlineData("""{"if":{"properties":{"a":{"const":1}}},"unevaluatedProperties":false}""", """{"a":2}""", false)]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"unevaluatedProperties":true}},"unevaluatedProperties":false}""", """{"a":2}""", true)]
    [InlineData("""{"prefixItems":[true],"contains":{"const":2},"unevaluatedItems":false}""", "[1,2]", true)]
    [InlineData("""{"prefixItems":[true],"contains":{"const":2},"unevaluatedItems":false}""", "[1,2,3]", false)]
    [InlineData("""{"unevaluatedItems":{"type":"string"}}""", """["a",1]""", false)]
    [InlineData("""{"properties":{"a":{"unevaluatedProperties":false}},"unevaluatedProperties":false}""", """{"a":{}}""", true)]
    [InlineData("""{"dependentSchemas":{"a":{"properties":{"b":true}}},"properties":{"a":true},"unevaluatedProperties":false}""", """{"a":1,"b":2}""", true)]
    public void Unevaluated_children_are_those_nothing_looked_at(string schema, string instance, bool valid) =>
        JsonSchema.Compile(JsonText.Parse(schema)).IsValid(JsonText.Parse(instance)).ShouldBe(valid);

    [Fact]
    public void More_than_64_children_are_tracked()
    {
        string named = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i}\":true"));
        string filled = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"p{i}\":1"));
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("{\"anyOf\":[{\"properties\":{" + named + "}}],\"unevaluatedProperties\":false}"));

        schema.IsValid(JsonText.Parse("{" + filled + "}")).ShouldBeTrue();
        schema.IsValid(JsonText.Parse("{" + filled + ",\"q\":1}")).ShouldBeFalse();
    }

    [Fact]
    public void Problems_name_the_place_and_the_keyword()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""
            {"type":"object","required":["id","a/b"],"additionalProperties":false,
             "properties":{"id":{"type":"string"},"a/b":{"items":{"$ref":"#/$defs/small"}},"n":{"anyOf":[{"const":1},{"const":2}]}},
             "$defs":{"small":{"maximum":9}}}
            """));

        IReadOnlyList<SchemaProblem> problems = schema.Validate(JsonText.Parse("""{"a/b":[1,10],"n":3,"extra":1}"""));

        problems.Select(problem => (problem.InstancePointer, problem.KeywordLocation)).ShouldBe(
        [
            ("", "/required"), ("/a~1b/1", "/$defs/small/maximum"), ("/n", "/properties/n/anyOf"), ("/extra", "/additionalProperties"),
        ]);
        problems[0].Message.ShouldContain("id");
    }

    [Fact]
    public void At_most_twenty_problems_are_reported()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"items":{"type":"string"}}"""));

        schema.Validate(JsonText.Parse("[" + string.Join(',', Enumerable.Repeat("1", 1_000)) + "]")).Count.ShouldBe(JsonSchema.MaxProblems);
    }

    [Fact]
    public void Values_that_are_not_JSON_are_judged_as_their_text()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"type":"string","pattern":"^2026-"}"""));

        schema.IsValid(Value.Of(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))).ShouldBeTrue();
        JsonSchema.Compile(JsonText.Parse("""{"type":"null"}""")).IsValid(Value.Of(double.NaN)).ShouldBeTrue();
    }

    [Fact]
    public void Judging_allocates_nothing_once_warm()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""
            {"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1},"b":{"type":"string","pattern":"^x","maxLength":9},
             "c":{"type":"array","items":{"enum":["p","q"]},"uniqueItems":true},"d":{"oneOf":[{"type":"null"},{"multipleOf":0.01}]}},
             "unevaluatedProperties":false}
            """));
        Value instance = JsonText.Parse("""{"a":5,"b":"xyz","c":["p","q"],"d":12.34}""");
        for (int i = 0; i < 50; i++)
        {
            schema.IsValid(instance).ShouldBeTrue();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            _ = schema.IsValid(instance);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(20_000);
    }

    [Fact]
    public void Threads_share_a_schema()
    {
        JsonSchema schema = JsonSchema.Compile(JsonText.Parse("""{"properties":{"a":{"$ref":"#"}},"unevaluatedProperties":{"type":"integer"}}"""));
        Value good = JsonText.Parse("""{"a":{"a":{"b":1}},"c":2}""");
        Value bad = JsonText.Parse("""{"a":{"a":{"b":"x"}},"c":2}""");
        int wrong = 0;

        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                if (!schema.IsValid(good) || schema.IsValid(bad))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        wrong.ShouldBe(0);
    }
}
