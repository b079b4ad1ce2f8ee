using System.Globalization;
using System.Text;
using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

public sealed class CostTests
{
    private const string Numbers = "lists.range(1000)";

    [Theory]
    [InlineData(Numbers + ".all(a, " + Numbers + ".all(b, " + Numbers + ".all(c, a + b + c >= 0)))")]
    [InlineData(Numbers + ".map(a, " + Numbers + ".map(b, " + Numbers + ")).size() > 0")]
    [InlineData("lists.range(100000000).size() > 0")]
    [InlineData(Numbers + ".exists(a, a in " + Numbers + ".map(b, -1))")]
    [InlineData(Numbers + ".distinct().size() > 0")]
    [InlineData("lists.range(5000).map(a, -a).sort().size() > 0")]
    [InlineData("lists.range(5000).map(a, 'x').join('yyyyyyyyyyyyyyyyyyyyyyyy').size() > 0")]
    [InlineData("lists.range(2000).map(a, '%.1000f'.format([a])).size() > 0")]
    public void What_costs_too_much_is_unknown(string text)
    {
        Truth answer = Cel.Test(text);

        answer.IsUnknown.ShouldBeTrue();
        answer.Why!.Message.ShouldBe("the cost limit is exceeded");
    }

    [Fact]
    public void Nothing_absorbs_an_exceeded_cost() => Cel.Test(Numbers + ".all(a, " + Numbers + ".all(b, true)) || true").IsUnknown.ShouldBeTrue();

    [Theory]
    [InlineData("'ab'", "# + #")]
    [InlineData("'ab'", "#.replace('', #)")]
    [InlineData("'ab'", "'%s%s'.format([#, #])")]
    [InlineData("'ab'", "#.split('').join(#)")]
    [InlineData("[1]", "[#, #]")]
    [InlineData("[1]", "[#, #].map(y, y)")]
    [InlineData("[1]", "# + #")]
    [InlineData("[1]", "{'a': #, 'b': #}")]
    public void Doubling_a_value_again_and_again_is_unknown_when_it_is_walked(string start, string step)
    {
        const int Times = 60;
        StringBuilder text = new($"cel.bind(x0, {start}, ");
        for (int i = 0; i < Times; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"cel.bind(x{i + 1}, {step.Replace("#", $"x{i}", StringComparison.Ordinal)}, ");
        }

        text.Append(CultureInfo.InvariantCulture, $"x{Times} == x{Times}").Append(')', Times + 1);

        Expression.Compile(text.ToString(), ExpressionMode.Condition).Test(Activation.Empty).IsUnknown.ShouldBeTrue();
    }

    [Fact]
    public void A_result_that_denotes_more_than_memory_holds_is_an_error()
    {
        string text = "[1]";
        for (int i = 0; i < 60; i++)
        {
            text = $"cel.bind(x, {text}, [x, x])";
        }

        Expression.Compile(text, ExpressionMode.Mapping).Evaluate(Activation.Empty).ShouldBeError();
    }

    [Fact]
    public void A_regular_expression_is_charged_by_text_and_pattern()
    {
        string record = $$"""{ "t": "{{new string('a', 50_000)}}", "p": "c" }""";

        Cel.Test("t.matches('b')", record).Kind.ShouldBe(TruthKind.False);
        Cel.Test("t.matches('b{200}c')", record).IsUnknown.ShouldBeTrue();
        Cel.Test("t.matches('b{200}' + p)", record).IsUnknown.ShouldBeTrue();
    }

    [Fact]
    public void Patterns_from_data_are_charged_for_being_compiled_each_time()
    {
        string record = $$"""{ "t": "b", "p": [{{string.Join(',', Enumerable.Repeat("\"a\"", 300))}}] }""";

        Cel.Test("p.exists(x, t.matches(x))", record).IsUnknown.ShouldBeTrue();
        Cel.Test("p.slice(0, 100).exists(x, t.matches(x))", record).Kind.ShouldBe(TruthKind.False);
    }

    [Fact]
    public void The_limit_can_be_set_for_one_evaluation()
    {
        Cel.Test("[1, 2, 3].all(x, x > 0)", cost: 5).IsUnknown.ShouldBeTrue();
        Cel.Test("[1, 2, 3].all(x, x > 0)", cost: 50).IsTrue.ShouldBeTrue();
    }

    [Fact]
    public void A_usual_condition_costs_little() =>
        Cel.Test("exceptionType == 'X' && rawPayload.amount > 1000 && rawPayload.region in ['A', 'B']",
            """{ "exceptionType": "X", "rawPayload": { "amount": 2000, "region": "B" } }""", cost: 20).IsTrue.ShouldBeTrue();
}
