using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;
using Reeve.Engine.PackFiles;

namespace Reeve.Tests.PackFiles;

public sealed class YamlTests
{
    private static Document Yaml(string text) => Yaml(Encoding.UTF8.GetBytes(text));

    private static Document Yaml(byte[] text) => PackFileReader.Parse(text, "test.yaml");

    private static ReeveError Refused(byte[] text) => Should.Throw<ReeveException>(() => Yaml(text)).Error;

    private static ReeveError Refused(string text) => Refused(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("Null", "null")]
    [InlineData("nULL", "\"nULL\"")]
    [InlineData("true", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("No", "\"No\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("off", "\"off\"")]
    [InlineData("y", "\"y\"")]
    [InlineData("12", "12")]
    [InlineData("+12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("012", "12")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("0b1", "\"0b1\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("1.5", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5.0")]
    [InlineData("1e3", "1e3")]
    [InlineData("1.10", "1.10")]
    [InlineData("-0", "-0")]
    [InlineData("9223372036854775808", "9223372036854775808")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("2026-01-02", "\"2026-01-02\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData(".", "\".\"")]
    [InlineData("'12'", "\"12\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("|\n  12\n", "\"12\\n\"")]
    [InlineData("<<", "\"<<\"")]
    public void Scalars_are_what_the_core_schema_says(string yaml, string json)
    {
        Value value = Yaml("a: " + yaml).Root.AsMap()["a"];

        JsonText.ToText(value).ShouldBe(json);
    }

    [Fact]
    public void Numbers_that_are_none_in_JSON_are_still_numbers()
    {
        MapValue map = Yaml("a: .inf\nb: -.INF\nc: .nan\nd: 0xFFFFFFFFFFFFFFFFFF").Root.AsMap();

        map["a"].AsDouble().ShouldBe(double.PositiveInfinity);
        map["b"].AsDouble().ShouldBe(double.NegativeInfinity);
        map["c"].AsDouble().ShouldBe(double.NaN);
        map["d"].AsDouble().ShouldBe(4722366482869645213695d);
    }

    [Fact]
    public void Keys_are_texts_even_when_they_look_like_numbers() =>
        ((ObjectMap)Yaml("404: a\ntrue: b\n\"<<\": c").Root.AsMap()).Keys.ToArray().ShouldBe(["404", "true", "<<"]);

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_are_accepted() =>
        JsonText.ToText(Yaml("\uFEFFa: 1\r\nb:\r\n  - x\r\n").Root).ShouldBe("""{"a":1,"b":["x"]}""");

    [Fact]
    public void An_alias_is_the_value_of_its_anchor() =>
        JsonText.ToText(Yaml("a: &x {n: 1}\nb: *x\nc: [*x, *x]").Root).ShouldBe("""{"a":{"n":1},"b":{"n":1},"c":[{"n":1},{"n":1}]}""");

    [Theory]
    [InlineData("a: !!str 1", "INPUT-004", 1)]
    [InlineData("a: !mine {b: 1}", "INPUT-004", 1)]
    [InlineData("a: ! x", "INPUT-004", 1)]
    [InlineData("!!str a: 1", "INPUT-004", 1)]
    [InlineData("a: 1\nb: *nowhere", "INPUT-004", 2)]
    [InlineData("a: &a [*a]", "INPUT-004", 1)]
    [InlineData("a: 1\nb: {<<: {c: 1}}", "INPUT-004", 2)]
    [InlineData("a: 1\n---\nb: 2", "INPUT-004", 2)]
    [InlineData("? [a]\n: 1", "INPUT-004", 1)]
    [InlineData("a: 1\na: 2", "INPUT-006", 2)]
    [InlineData("a: {b: 1, \"b\": 2}", "INPUT-006", 1)]
    [InlineData("a: [1\nb: 2", "INPUT-004", 1)]
    [InlineData("a: b: c", "INPUT-004", 1)]
    [InlineData("a: \"x", "INPUT-004", 1)]
    [InlineData("a:\n\tb: 1", "INPUT-004", 2)]
    [InlineData("a: |\n  x\n  \ty\nb:\n  c:\n\td: 2", "INPUT-004", 6)]
    [InlineData("a: \"\\0\"", "INPUT-009", 1)]
    [InlineData("a: 1\nb: \"\\uD800\"", "INPUT-004", 2)]
    [InlineData("a: @x", "INPUT-004", 1)]
    public void What_is_not_accepted_is_refused_with_its_line(string text, string code, int line)
    {
        ReeveError error = Refused(text);

        error.Code.ShouldBe(code, error.ToString());
        error.Position!.Value.Line.ShouldBe(line, error.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("   \n\n")]
    public void A_text_without_content_is_empty(string text) => Refused(text).Code.ShouldBe("INPUT-002");

    [Fact]
    public void Raw_control_characters_are_refused_where_they_stand()
    {
        ReeveError error = Refused("a: 1\nb: x\0y"u8.ToArray());

        (error.Code, error.Position).ShouldBe(("INPUT-009", new SourcePosition(2, 5)));
        Refused("a: \u0007"u8.ToArray()).Code.ShouldBe("INPUT-009");
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_where_they_stand()
    {
        ReeveError error = Refused([.. "a: 1\nb: é"u8, 0xC3, 0x28]);

        (error.Code, error.Position).ShouldBe(("INPUT-005", new SourcePosition(2, 5)));
    }

    [Theory]
    [InlineData(127, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    [InlineData(200, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int levels, bool accepted)
    {
        string text = new string('[', levels) + new string(']', levels);

        if (accepted)
        {
            Yaml(text).Root.Kind.ShouldBe(ValueKind.List);
        }
        else
        {
            Refused(text).Code.ShouldBe("INPUT-007");
        }
    }

    [Fact]
    public void Nesting_is_bounded_through_aliases_too()
    {
        StringBuilder text = new("a0: &a0 [x]\n");
        for (int i = 1; i <= 200; i++)
        {
            text.Append($"a{i}: &a{i} [*a{i - 1}]\n");
        }

        Refused(text.ToString()).Code.ShouldBe("INPUT-007");
    }

    [Fact]
    public void A_thousand_aliases_are_accepted_and_no_more()
    {
        static string Text(int count) => "a: &a x\nb: [" + string.Join(",", Enumerable.Repeat("*a", count)) + "]";

        Yaml(Text(1_000)).Root.AsMap()["b"].AsList().Count.ShouldBe(1_000);
        Refused(Text(1_001)).Code.ShouldBe("INPUT-008");
    }

    [Fact]
    public void A_billion_laughs_are_not_laughed()
    {
        StringBuilder text = new("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i <= 9; i++)
        {
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        }

        Refused(text.ToString()).Code.ShouldBe("INPUT-008");
    }

    [Fact]
    public void A_long_text_may_not_be_repeated_without_bound() =>
        Refused("a: &a " + new string('x', 1_000_000) + "\nb: [*a, *a, *a, *a, *a]").Code.ShouldBe("INPUT-008");

    [Fact]
    public void Ten_megabytes_are_read()
    {
        StringBuilder text = new("items:\n");
        string words = string.Join(' ', Enumerable.Repeat("many words", 50));
        for (int i = 0; text.Length < 10_000_000; i++)
        {
            text.Append($"  - {{id: {i}, text: \"{words}\"}}\n");
        }

        Yaml(text.ToString()).Root.AsMap()["items"].AsList().Count.ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public void More_than_the_limit_is_refused_unread() => Refused(new byte[JsonLimits.Default.MaxBytes + 1]).Code.ShouldBe("INPUT-008");

    [Fact]
    public void Errors_stand_where_their_key_does()
    {
        Document document = Yaml("# comment\na:\n  b:\n    - c: 1\n      d: 2\n    - x\ne: *none".Replace("*none", "y"));
        ReeveError At(string pointer) => document.Place([new ReeveError(ErrorCatalogue.Packs.WrongType, "x", pointer)])[0];

        At("/a/b/0/d").Position.ShouldBe(new SourcePosition(5, 7));
        At("/a/b/1").Position.ShouldBe(new SourcePosition(6, 7));
        At("/e").Position.ShouldBe(new SourcePosition(7, 1));
        At("").Position.ShouldBe(new SourcePosition(2, 1));
        At("/a/b/0/nothing/at/all").Position.ShouldBe(new SourcePosition(4, 7));
    }

    [Fact]
    public void A_file_is_read_by_its_extension()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a.yml"), "a: 1");
        File.WriteAllText(folder.File("a.JSON"), "{\"a\":1}");
        File.WriteAllText(folder.File("a.txt"), "a: 1");

        ContentHash.Of(PackFileReader.Read(folder.File("a.yml")).Root).ShouldBe(ContentHash.Of(PackFileReader.Read(folder.File("a.JSON")).Root));
        Should.Throw<ReeveException>(() => PackFileReader.Read(folder.File("a.txt"))).Error.Code.ShouldBe("PACK-026");
        Should.Throw<ReeveException>(() => PackFileReader.Read(folder.File("none.json"))).Error.Code.ShouldBe("INPUT-001");
        Should.Throw<ReeveException>(() => PackFileReader.Read(folder.Path + "/.yaml")).Error.Code.ShouldBe("INPUT-001");
    }
}
