using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Values;
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

    [Theory]
    [InlineData("[{\"a\":1},\n{\"b\":}, {\"c\":3}]", 3)]
    [InlineData("[{\"a\":\"x,]}\\\\\"}, {\"b\":\"\\\"]\"}]", 2)]
    [InlineData("[1, [2, 3], \"4,5\"]", 3)]
    public async Task An_item_of_an_array_ends_where_its_brackets_do(string input, int count)
    {
        List<RawItem> items = await Read(input);

        items.Count.ShouldBe(count);
        items.ShouldAllBe(item => item.Error == null);
    }

    [Theory]
    [InlineData("[{\"a\":1},\n{\"b\":1", 3, 2)]
    [InlineData("[{\"a\":1},,{\"b\":1}]", 3, 1)]
    [InlineData("[{\"a\":1},]", 2, 1)]
    [InlineData("[{\"a\":1}] {\"b\":1}", 2, 1)]
    public async Task A_broken_array_keeps_its_items_and_says_where_it_broke(string input, int count, int line)
    {
        List<RawItem> items = await Read(input);

        items.Count.ShouldBe(count);
        ReeveError error = items.Single(item => item.Error is not null).Error!;
        error.Code.ShouldBe("INPUT-003");
        error.Position.ShouldNotBeNull().Line.ShouldBe(line);
    }

    [Fact]
    public async Task An_item_nested_without_end_costs_only_itself()
    {
        string deep = new string('[', 200_000) + new string(']', 200_000);

        List<RawItem> items = await Read($"[{{\"a\":1}},{deep},{{\"b\":2}}]");

        items.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_document_over_many_lines_is_one_even_if_a_line_of_it_stands_by_itself()
    {
        List<RawItem> items = await Read("{\n \"parts\": [\n  {\"x\": 1},\n  {\"x\": 2}\n ]\n}\n");

        items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Many_broken_items_cost_no_more_than_their_text()
    {
        // One look back over the text per item would take hours.
        List<RawItem> items = await Read("[" + new string(',', 2_000_000) + "]");

        items.Count.ShouldBe(2_000_001);
    }

    [Theory]
    [InlineData("{\"a\":1}\n\n{\"b\":1,\"b\":2}", 3, 8)]
    [InlineData("\uFEFF{\"a\":1,\"a\":2}\n{\"b\":1}", 1, 8)]
    [InlineData("[{\"a\":1},\n {\"é🙂\":1}, {\"b\":1,\n\"b\":2}]", 3, 1)]
    [InlineData("[{\"a\":1},\n {\"é🙂\":1}, {\"b\":1,\"b\":2}]", 2, 20)]
    [InlineData("\n {\"b\":1,\n  \"b\":2}", 3, 3)]
    public async Task An_error_inside_an_item_is_placed_in_the_whole_input(string input, int line, int column)
    {
        RawItem item = (await Read(input)).Single(item => Encoding.UTF8.GetString(item.Bytes.Span).Count(c => c == '2') == 1);

        ReeveError error = Should.Throw<ReeveException>(() => JsonText.Parse(item.Bytes.Span, JsonLimits.Default)).Error;

        item.Place(error).Position.ShouldBe(new SourcePosition(line, column));
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

    [Theory]
    [InlineData("[{},{}]")]
    [InlineData("{}\n{}\n")]
    public async Task The_input_stays_open_for_its_owner(string input)
    {
        MemoryStream stream = new(Encoding.UTF8.GetBytes(input));

        await foreach (RawItem _ in BatchReader.ReadAsync(stream, lines: null, TestContext.Current.CancellationToken))
        {
        }

        stream.CanRead.ShouldBeTrue();
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_skipped_and_the_next_one_is_read()
    {
        string input = "{\"a\":1}\n\"" + new string('x', BatchReader.MaxLineBytes + 100_000) + "\"\n{\"b\":2}\n";

        List<RawItem> items = await Read(input, lines: true);

        items.Count.ShouldBe(3);
        items[1].Error.ShouldNotBeNull().Code.ShouldBe("INPUT-008");
        items[1].Error!.Position.ShouldBe(new SourcePosition(2, 1));
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
