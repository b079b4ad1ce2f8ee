using System.Text;
using Reeve.Core.Errors;
using Reeve.Engine.Intake;

namespace Reeve.Tests.Intake;

public sealed class BatchReaderTests
{
    [Theory]
    [InlineData("""[{"a":1}, {"b":[2]} ,3]""", new[] { """{"a":1}""", """{"b":[2]}""", "3" })]
    [InlineData("{\n \"a\": 1\n}", new[] { "{\n \"a\": 1\n}" })]
    [InlineData("{\"a\":1}\n{\"b\":2}\r\n\r\n{\"c\":3}", new[] { "{\"a\":1}", "{\"b\":2}", "{\"c\":3}" })]
    [InlineData("\uFEFF{\"a\":1}\n{\"b\":2}\n", new[] { "{\"a\":1}", "{\"b\":2}" })]
    [InlineData("{\"a\":1}", new[] { "{\"a\":1}" })]
    public async Task An_input_is_cut_into_its_items(string input, string[] expected)
    {
        List<RawItem> items = await Read(input);

        items.Select(item => Encoding.UTF8.GetString(item.Bytes.Span).Trim()).ShouldBe(expected);
    }

    [Fact]
    public async Task A_broken_line_is_one_item_and_the_rest_goes_on()
    {
        List<RawItem> items = await Read("{\"a\":\n{\"b\":2}\n");

        items.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_broken_array_keeps_what_came_before_and_says_where_it_broke()
    {
        List<RawItem> items = await Read("[{\"a\":1},\n{\"b\":}, {\"c\":3}]");

        items.Count.ShouldBe(2);
        items[0].Error.ShouldBeNull();
        items[1].Error.ShouldNotBeNull().Code.ShouldBe("INPUT-003");
        items[1].Error!.Position.ShouldNotBeNull().Line.ShouldBe(2);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("[]")]
    public async Task An_input_without_items_is_refused(string input)
    {
        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => Read(input));

        refused.Error.Code.ShouldBe("INPUT-002");
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_skipped_and_the_next_one_is_read()
    {
        string input = "{\"a\":1}\n\"" + new string('x', BatchReader.MaxLineBytes + 100_000) + "\"\n{\"b\":2}\n";

        List<RawItem> items = await Read(input, lines: true);

        items.Count.ShouldBe(3);
        items[1].Error.ShouldNotBeNull().Code.ShouldBe("INPUT-008");
        Encoding.UTF8.GetString(items[2].Bytes.Span).ShouldBe("{\"b\":2}");
    }

    [Fact]
    public async Task Lines_arrive_whole_however_the_stream_is_cut()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 500).Select(i => $$"""{"n":{{i}},"text":"Zürich"}""")));
        List<RawItem> items = [];

        await foreach (RawItem item in BatchReader.ReadAsync(new DrippingStream(bytes), lines: null, TestContext.Current.CancellationToken))
        {
            items.Add(item);
        }

        items.Count.ShouldBe(500);
        Encoding.UTF8.GetString(items[499].Bytes.Span).ShouldBe("""{"n":499,"text":"Zürich"}""");
    }

    private static async Task<List<RawItem>> Read(string input, bool? lines = null)
    {
        List<RawItem> items = [];
        await foreach (RawItem item in BatchReader.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), lines, TestContext.Current.CancellationToken))
        {
            items.Add(item);
        }

        return items;
    }

    private sealed class DrippingStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
    }
}
