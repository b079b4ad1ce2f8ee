using Reeve.Commands.Cel;
using Reeve.Commands.PackVerbs;
using Reeve.Core.Packs;
using Reeve.Core.Values;

namespace Reeve.Tests.PackDocuments;

public sealed class ToolNotationTests
{
    private static ToolDefinition Tool(string members) => PackTexts.ReadDomain(Pack(members)).OrThrow().Tools[0];

    private static string Pack(string members) =>
        "{\"domainName\":\"D\",\"exceptionTypes\":{\"A\":{}},\"entities\":{\"Order\":{\"attributes\":{\"id\":{\"type\":\"string\",\"required\":true},\"n\":{\"type\":\"int\"}}},\"Line\":{\"keys\":[\"k\"],\"fields\":[\"k\",\"f\"]}},"
        + "\"tools\":{\"t\":{\"description\":\"x\"," + members + "}}}";

    [Theory]
    [InlineData("""  "parameters": {"a":{"type":"string","required":true},"b":{"type":"int"}}  """, """{"a":"x","b":1}""", """{"b":1}""")]
    [InlineData("""  "parameters": {"a":{"type":"string","enum":["x"],"description":"d"}}  """, """{"a":"x"}""", """{"a":"y"}""")]
    [InlineData("""  "parameters": {"a":{"type":"Order[]"}}  """, """{"a":[{"id":"1"}]}""", """{"a":[{"n":1}]}""")]
    [InlineData("""  "parameters": {"a":{"type":"array","items":"int"}}  """, """{"a":[1]}""", """{"a":["x"]}""")]
    [InlineData("""  "argsSchema": {"a":"string[]"}  """, """{"a":["x"]}""", """{"a":"x"}""")]
    [InlineData("""  "argsSchema": {"a":"list<list<int>>"}  """, """{"a":[[1]]}""", """{"a":[1]}""")]
    [InlineData("""  "argsSchema": {"a":"Line","b":"any?"}  """, """{"a":{"k":1}}""", """{"a":{"f":1}}""")]
    [InlineData("""  "argsSchema": {"type":"string","properties":"object"}  """, """{"type":"x","properties":{}}""", """{"type":1,"properties":{}}""")]
    [InlineData("""  "argsSchema": {"a":"string?","required":["a"]}  """, """{"a":"x"}""", """{}""")]
    [InlineData("""  "inputSchema": {"type":"object","properties":{"a":{"$ref":"#/$defs/s"}},"$defs":{"s":{"type":"string"}},"required":["a"]}  """, """{"a":"x"}""", """{"a":1}""")]
    [InlineData("""  "inputSchema": {"properties":{"a":{"type":"string"}}}  """, """{"a":"x"}""", """{"a":1}""")]
    [InlineData("""  "parameters": {"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}  """, """{"a":"x"}""", """{"b":1}""")]
    [InlineData("""  "parameters": {}  """, """{"a":1}""", """[]""")]
    public void Every_notation_comes_to_one_schema(string members, string good, string bad)
    {
        ToolDefinition tool = Tool(members);

        tool.InputSchema.IsValid(JsonText.Parse(good)).ShouldBeTrue();
        tool.InputSchema.IsValid(JsonText.Parse(bad)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""  "returns": "Order[]"  """, """[{"id":"1"}]""", """[{"id":1}]""")]
    [InlineData("""  "returns": {"ok":"boolean"}  """, """{"ok":true}""", """{}""")]
    [InlineData("""  "outputSchema": {"type":"integer"}  """, "1", "\"x\"")]
    [InlineData("""  "outputSchema": "Order"  """, """{"id":"1"}""", """{}""")]
    [InlineData("""  "returns": "Order", "outputSchema": {"type":"integer"}  """, "1", "{}")]
    public void Results_are_described_in_the_same_ways(string members, string good, string bad)
    {
        ToolDefinition tool = Tool(members);

        tool.OutputSchema!.IsValid(JsonText.Parse(good)).ShouldBeTrue();
        tool.OutputSchema.IsValid(JsonText.Parse(bad)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("""  "returns": "void"  """)]
    [InlineData("""  "enabled": true  """)]
    public void Nothing_declared_is_no_schema(string members) => Tool(members).OutputSchema.ShouldBeNull();

    [Theory]
    [InlineData("Ordre")]
    [InlineData("Ordre[]")]
    [InlineData("the order and its lines")]
    public void A_result_named_by_an_unknown_word_is_a_warning_and_no_schema(string word)
    {
        Reeve.Core.PackDocuments.PackReading<DomainPack> reading = PackTexts.ReadDomain(Pack($"\"returns\": \"{word}\""));

        reading.OrThrow().Tools[0].OutputSchema.ShouldBeNull();
        reading.Warnings.ShouldHaveSingleItem().Subject.ShouldBe("/tools/t/returns");
    }

    [Theory]
    [InlineData("""  "inputSchema": {"type":"object","propertys":{}}  """, "/tools/t/inputSchema/propertys")]
    [InlineData("""  "inputSchema": {"type":"object","properties":{"a":{"typ":"string"}}}  """, "/tools/t/inputSchema/properties/a/typ")]
    [InlineData("""  "inputSchema": {"$ref":"https://example.com/x"}  """, "/tools/t/inputSchema/$ref")]
    [InlineData("""  "inputSchema": {"$ref":"#/$defs/none"}  """, "/tools/t/inputSchema/$ref")]
    [InlineData("""  "inputSchema": {"type":"object","properties":{"a":{"pattern":"("}}}  """, "/tools/t/inputSchema/properties/a/pattern")]
    [InlineData("""  "outputSchema": {"type":"strng"}  """, "/tools/t/outputSchema/type")]
    [InlineData("""  "parameters": {"a":{"type":"string","pattern":"("}}  """, "/tools/t/parameters/a/pattern")]
    [InlineData("""  "outputSchema": {"a":{"type":"string","minLength":-1}}  """, "/tools/t/outputSchema/a/minLength")]
    public void A_schema_that_does_not_compile_is_refused_at_its_keyword(string members, string pointer)
    {
        var reading = PackTexts.ReadDomain(Pack(members));

        reading.Errors.ShouldContain(error => error.Code == "PACK-017" && error.Subject == pointer, PackTexts.Describe(reading.Errors));
    }

    [Theory]
    [InlineData("""  "type": "command", "command": {"argv":["./x"],"workdir":"w","limits":{"seconds":1,"memoryMb":2,"outputKb":3}}  """, ToolType.Command)]
    [InlineData("""  "command": {"argv":["./x"]}  """, ToolType.Command)]
    [InlineData("""  "command": {"argv":["x","{args.a}"],"dash_allowed":["a"],"refusedExitCodes":[1,255]}  """, ToolType.Command)]
    [InlineData("""  "email": {"to":"{args.a}","subject":"s","allowDomains":["example.com"]}  """, ToolType.Email)]
    [InlineData("""  "mcp": {"command":["x"],"tool":"y","definition_hash":"z"}  """, ToolType.Mcp)]
    [InlineData("""  "mcp": {"url":"https://example.com/mcp","tool":"y"}  """, ToolType.Mcp)]
    [InlineData("""  "email": {"to":["a@example.com"],"subject":"s","body":""}  """, ToolType.Email)]
    [InlineData("""  "type": "grpc", "endpoint": "svc.internal:50051"  """, ToolType.Grpc)]
    [InlineData("""  "auth_type": "apiKey"  """, ToolType.Http)]
    public void Ways_to_reach_a_tool_are_read(string members, ToolType type) => Tool(members).Type.ShouldBe(type);

    [Theory]
    [InlineData("""  "command": {"argv":["x"],"refusedExitCodes":[0]}  """)]
    [InlineData("""  "command": {"argv":["x"],"refusedExitCodes":[256]}  """)]
    [InlineData("""  "command": {"argv":["x"],"refusedExitCodes":["a"]}  """)]
    [InlineData("""  "command": {"argv":["x"],"dashAllowed":true}  """)]
    [InlineData("""  "email": {"to":"a@example.com","allowDomains":[1]}  """)]
    public void What_is_no_exit_code_no_name_and_no_domain_is_refused(string members) => PackTexts.ReadDomain(Pack(members)).Errors.ShouldNotBeEmpty();

    [Fact]
    public void A_word_of_endless_brackets_is_refused()
    {
        string word = "string" + string.Concat(Enumerable.Repeat("[]", 200_000));

        PackTexts.ReadDomain(Pack($"\"argsSchema\":{{\"a\":\"{word}\"}}")).Errors.ShouldHaveSingleItem().Code.ShouldBe("PACK-017");
    }
}
