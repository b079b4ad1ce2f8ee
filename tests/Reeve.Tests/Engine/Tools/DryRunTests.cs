using Reeve.Core.Packs;
using Reeve.Core.Values;
using Reeve.Engine.Tools;
using Reeve.Tests.Playbooks;

namespace Reeve.Tests.Tools;

public sealed class DryRunTests
{
    private static readonly ToolDefinition Move = Bench.Tool("move", "from:string,to:string,amount?:number", output: """{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}""");

    [Fact]
    public void Valid_arguments_have_no_problems() => Problems("""{"from":"A","to":"B"}""").ShouldBeEmpty();

    [Fact]
    public void The_answer_is_shaped_by_the_output_schema_and_marked()
    {
        ObjectMap answer = DryRun.Answer(Move);

        answer["dryRun"].ShouldBe(Value.True);
        answer["output"].AsMap()["id"].Kind.ShouldBe(ValueKind.String);
    }

    [Fact]
    public void A_tool_without_endpoint_and_without_output_schema_is_tried_like_any_other()
    {
        ToolDefinition tool = Bench.Tool("plain", "");
        tool.Endpoint.ShouldBeNull();

        DryRun.Problems(tool, ObjectMap.Empty, []).ShouldBeEmpty();
        DryRun.Answer(tool)["output"].ShouldBe(Value.Null);
    }

    [Fact]
    public void Every_violation_names_its_pointer() =>
        Problems("""{"from":1,"to":2}""").Select(problem => problem.Split(':')[0]).ShouldBe(["'/from'", "'/to'"]);

    [Fact]
    public void A_missing_argument_is_a_violation() =>
        Problems("""{"from":"A"}""").ShouldHaveSingleItem().ShouldContain("to");

    [Theory]
    [InlineData("""{"from":"A","to":"B","amount":"{later}"}""", 0)]
    [InlineData("""{"from":1,"to":"B","amount":"{later}"}""", 1)]
    public void Nothing_is_said_of_an_argument_that_is_not_known_yet(string arguments, int problems) =>
        Problems(arguments, "/amount").Count.ShouldBe(problems);

    private static IReadOnlyList<string> Problems(string arguments, params string[] awaited) =>
        DryRun.Problems(Move, (ObjectMap)JsonText.Parse(arguments).AsMap(), awaited);
}
