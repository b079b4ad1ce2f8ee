using System.Diagnostics;
using Reeve.Core.Packs.StepTexts;
using Reeve.Core.Records;

namespace Reeve.Tests.Packs;

public sealed class StepTextTests
{
    private static readonly NamedList<string> Tools = new(["getOrder", "getItems", "repair", "get-order"], name => name);

    [Theory]
    [InlineData("Fetch using getOrder/getItems", "getOrder,getItems")]
    [InlineData("Retry with repair(orderId).", "repair")]
    [InlineData("use get-order now", "get-order")]
    [InlineData("regetOrder getOrders getOrder_2", "")]
    [InlineData("GetOrder", "")]
    [InlineData("see {exception.getOrder} then getOrder", "getOrder")]
    [InlineData("{getOrder", "getOrder")]
    [InlineData("getOrder getOrder", "getOrder,getOrder")]
    [InlineData("", "")]
    public void Tools_are_found_as_whole_words(string text, string expected) => Called(text).ShouldBe(expected);

    [Theory]
    [InlineData("repair(getOrder)", "repair")]
    [InlineData("repair('with getOrder')", "repair")]
    [InlineData("repair(order='getOrder', 7)", "repair")]
    [InlineData("repair({exception.getOrder})", "repair")]
    [InlineData("notATool(getOrder)", "getOrder")]
    public void What_a_tool_takes_is_no_call(string text, string expected) => Called(text).ShouldBe(expected);

    [Theory]
    [InlineData("repair(getOrder(orderId))", "repair,getOrder")]
    [InlineData("repair(what getOrder says)", "repair,getOrder")]
    [InlineData("repair(orderId, see getOrder) then getItems", "repair,getOrder,getItems")]
    [InlineData("repair(orderId and getOrder", "repair,getOrder")]
    public void No_tool_hides_in_what_cannot_be_read_as_an_argument(string text, string expected) => Called(text).ShouldBe(expected);

    [Theory]
    [InlineData("call getOrdr(x)", "getOrdr")]
    [InlineData("call getOrdr(x), getOrdr(y) and getItms(x)", "getOrdr,getItms")]
    [InlineData("call getOrder(x)", "")]
    [InlineData("call getOrder(getItms(x))", "getItms")]
    [InlineData("the item(s) and batch(es)", "")]
    [InlineData("see (below) and 3(b)", "")]
    public void Words_written_like_calls_are_strangers(string text, string expected) =>
        string.Join(",", StepTextReader.Read(text, Tools).Strangers).ShouldBe(expected);

    [Fact]
    public void After_a_bracket_that_is_never_closed_nothing_is_an_argument()
    {
        StepText text = StepTextReader.Read("repair(don't, but getOrder('x')", Tools);

        text.Calls.Count.ShouldBe(2);
        text.Calls.ShouldAllBe(call => call.Arguments.Count == 0);
    }

    // Each of these took the square of its length in one reader or the other: minutes, for a million characters.
    [Theory]
    [InlineData("{")]
    [InlineData("{repair(")]
    [InlineData("repair(")]
    [InlineData("repair('")]
    [InlineData("repair(\\'")]
    [InlineData("repair([{")]
    [InlineData("stranger(")]
    [InlineData("a-")]
    [InlineData("repair(x y, ")]
    public void Hostile_texts_cost_no_more_than_their_length(string piece)
    {
        string open = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        string closed = open + new string(')', open.Length / 2);

        long start = Stopwatch.GetTimestamp();
        StepTextReader.Read(open, Tools);
        StepTextReader.Read(closed, Tools);
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    private static string Called(string text) => string.Join(",", StepTextReader.Read(text, Tools).Calls.Select(call => call.Tool.Value));
}
