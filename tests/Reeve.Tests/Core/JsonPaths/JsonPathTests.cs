using Reeve.Core.Errors;
using Reeve.Core.JsonPaths;
using Reeve.Core.Values;

namespace Reeve.Tests.JsonPaths;

/// <summary>The examples of RFC 9535 by section, and what its prose demands beyond them.</summary>
public sealed class JsonPathTests
{
    // Section 1.5.
    private const string Store = """
        {"store":{"book":[
          {"category":"reference","author":"Nigel Rees","title":"Sayings of the Century","price":8.95},
          {"category":"fiction","author":"Evelyn Waugh","title":"Sword of Honour","price":12.99},
          {"category":"fiction","author":"Herman Melville","title":"Moby Dick","isbn":"0-553-21311-3","price":8.99},
          {"category":"fiction","author":"J. R. R. Tolkien","title":"The Lord of the Rings","isbn":"0-395-19395-8","price":22.99}],
          "bicycle":{"color":"red","price":399}}}
        """;

    // Section 2.3.5.3.
    private const string Filtered = """
        {"a":[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],"o":{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}},"e":"f"}
        """;

    // Section 2.3.5.3, table 11.
    private const string Compared = """{"obj":{"x":"y"},"arr":[2,3]}""";

    [Theory]
    [InlineData("$.store.book[*].author", """["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]""")]
    [InlineData("$..author", """["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]""")]
    [InlineData("$.store..price", "[8.95,12.99,8.99,22.99,399]")]
    [InlineData("$..book[2].title", """["Moby Dick"]""")]
    [InlineData("$..book[2].publisher", "[]")]
    [InlineData("$..book[-1].title", """["The Lord of the Rings"]""")]
    [InlineData("$..book[0,1].title", """["Sayings of the Century","Sword of Honour"]""")]
    [InlineData("$..book[:2].title", """["Sayings of the Century","Sword of Honour"]""")]
    [InlineData("$..book[?@.isbn].title", """["Moby Dick","The Lord of the Rings"]""")]
    [InlineData("$..book[?@.price<10].title", """["Sayings of the Century","Moby Dick"]""")]
    [InlineData("$..book[?(@.price > 10 && @.category == 'fiction')].price", "[12.99,22.99]")]
    [InlineData("$.store.book[?@.price > $.store.book[0].price].title", """["Sword of Honour","Moby Dick","The Lord of the Rings"]""")]
    public void Bookstore_of_the_rfc(string path, string expected) => Selected(path, Store).ShouldBe(expected);

    [Fact]
    public void Descendant_wildcard_finds_every_member_and_element() =>
        JsonPath.Compile("$..*").Select(JsonText.Parse(Store)).Count.ShouldBe(27);

    [Theory]
    [InlineData("$.o['j j']", """[{"k.k":3}]""")]
    [InlineData("$.o['j j']['k.k']", "[3]")]
    [InlineData("""$.o["j j"]["k.k"]""", "[3]")]
    [InlineData("""$["'"]["@"]""", "[2]")]
    public void Names(string path, string expected) =>
        Selected(path, """{"o":{"j j":{"k.k":3}},"'":{"@":2}}""").ShouldBe(expected);

    [Theory]
    [InlineData("$[*]", """[{"j":1,"k":2},[5,3]]""")]
    [InlineData("$.o[*]", "[1,2]")]
    [InlineData("$.o[*, *]", "[1,2,1,2]")]
    [InlineData("$.a[*]", "[5,3]")]
    [InlineData("$.a.*", "[5,3]")]
    public void Wildcards(string path, string expected) =>
        Selected(path, """{"o":{"j":1,"k":2},"a":[5,3]}""").ShouldBe(expected);

    [Theory]
    [InlineData("$[1]", """["b"]""")]
    [InlineData("$[-2]", """["f"]""")]
    [InlineData("$[7]", "[]")]
    [InlineData("$[-8]", "[]")]
    [InlineData("$[1:3]", """["b","c"]""")]
    [InlineData("$[5:]", """["f","g"]""")]
    [InlineData("$[1:5:2]", """["b","d"]""")]
    [InlineData("$[5:1:-2]", """["f","d"]""")]
    [InlineData("$[::-1]", """["g","f","e","d","c","b","a"]""")]
    [InlineData("$[::0]", "[]")]
    [InlineData("$[-3:-1]", """["e","f"]""")]
    [InlineData("$[ 1 : 5 : 3 ]", """["b","e"]""")]
    [InlineData("$[-9007199254740991:9007199254740991:9007199254740991]", """["a"]""")]
    [InlineData("$[9007199254740991:-9007199254740991:-1]", """["g","f","e","d","c","b","a"]""")]
    [InlineData("$[0, 3]", """["a","d"]""")]
    [InlineData("$[0:2, 5]", """["a","b","f"]""")]
    [InlineData("$[0, 0]", """["a","a"]""")]
    public void Indexes_and_slices(string path, string expected) =>
        Selected(path, """["a","b","c","d","e","f","g"]""").ShouldBe(expected);

    [Theory]
    [InlineData("$..j", "[1,4]")]
    [InlineData("$..[0]", """[5,{"j":4}]""")]
    [InlineData("$..o", """[{"j":1,"k":2}]""")]
    [InlineData("$.o..[*, *]", "[1,2,1,2]")]
    [InlineData("$.a..[0, 1]", """[5,3,{"j":4},{"k":6}]""")]
    public void Descendants(string path, string expected) =>
        Selected(path, """{"o":{"j":1,"k":2},"a":[5,3,[{"j":4},{"k":6}]]}""").ShouldBe(expected);

    [Theory]
    [InlineData("$.absent1 == $.absent2", true)]
    [InlineData("$.absent1 <= $.absent2", true)]
    [InlineData("$.absent == 'g'", false)]
    [InlineData("$.absent1 != $.absent2", false)]
    [InlineData("$.absent != 'g'", true)]
    [InlineData("1 <= 2", true)]
    [InlineData("1 > 2", false)]
    [InlineData("13 == '13'", false)]
    [InlineData("'a' <= 'b'", true)]
    [InlineData("'a' > 'b'", false)]
    [InlineData("$.obj == $.arr", false)]
    [InlineData("$.obj != $.arr", true)]
    [InlineData("$.obj == $.obj", true)]
    [InlineData("$.obj != $.obj", false)]
    [InlineData("$.arr == $.arr", true)]
    [InlineData("$.arr != $.arr", false)]
    [InlineData("$.obj == 17", false)]
    [InlineData("$.obj != 17", true)]
    [InlineData("$.obj <= $.arr", false)]
    [InlineData("$.obj < $.arr", false)]
    [InlineData("$.obj <= $.obj", true)]
    [InlineData("$.arr <= $.arr", true)]
    [InlineData("1 <= $.arr", false)]
    [InlineData("1 >= $.arr", false)]
    [InlineData("1 > $.arr", false)]
    [InlineData("1 < $.arr", false)]
    [InlineData("true <= true", true)]
    [InlineData("true > true", false)]
    [InlineData("null == null", true)]
    [InlineData("null <= $.absent", false)]
    [InlineData("1 == 1.0", true)]
    [InlineData("-0 == 0", true)]
    [InlineData("1e2 == 100", true)]
    [InlineData("'\\uD83D\\uDE00' > '\\uFFFD'", true)]
    public void Comparisons(string condition, bool expected) =>
        JsonPath.Compile($"$[?{condition}]").Ask(JsonText.Parse(Compared)).ShouldBe(expected ? PathAnswer.Something : PathAnswer.Nothing);

    [Theory]
    [InlineData("$.a[?@.b == 'kilo']", """[{"b":"kilo"}]""")]
    [InlineData("$.a[?(@.b == 'kilo')]", """[{"b":"kilo"}]""")]
    [InlineData("$.a[?@>3.5]", "[5,4,6]")]
    [InlineData("$.a[?@.b]", """[{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]""")]
    [InlineData("$[?@.*]", """[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}],{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]""")]
    [InlineData("$[?@[?@.b]]", """[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]]""")]
    [InlineData("$.o[?@<3, ?@<3]", "[1,2,1,2]")]
    [InlineData("""$.a[?@<2 || @.b == "k"]""", """[1,{"b":"k"}]""")]
    [InlineData("$.o[?@>1 && @<4]", "[2,3]")]
    [InlineData("$.o[?@.u || @.x]", """[{"u":6}]""")]
    [InlineData("$.a[?@.b == $.x]", "[3,5,1,2,4,6]")]
    [InlineData("$.a[?@ == @]", """[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]""")]
    [InlineData("$.a[?!@.b && @ > 4]", "[5,6]")]
    [InlineData("$.a[?!(@.b == 'j') && @.b]", """[{"b":"k"},{"b":{}},{"b":"kilo"}]""")]
    [InlineData("$.a[?length(@.b) == 4]", """[{"b":"kilo"}]""")]
    [InlineData("$[?count(@.*) > 5]", """[[3,5,1,2,4,6,{"b":"j"},{"b":"k"},{"b":{}},{"b":"kilo"}]]""")]
    [InlineData("$[?value(@..u) == 6]", """[{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]""")]
    [InlineData("$[?length(@) == 5]", """[{"p":1,"q":2,"r":3,"s":5,"t":{"u":6}}]""")]
    [InlineData("$.a[?length(@) == length($.absent)]", "[3,5,1,2,4,6]")]
    [InlineData("$.a[?value(@..*) == 'k']", """[{"b":"k"}]""")]
    public void Filters(string path, string expected) => Selected(path, Filtered).ShouldBe(expected);

    [Theory]
    [InlineData("$.a[?match(@.b, '[jk]')]", """[{"b":"j"},{"b":"k"}]""")]
    [InlineData("$.a[?search(@.b, '[jk]')]", """[{"b":"j"},{"b":"k"},{"b":"kilo"}]""")]
    [InlineData("$.a[?match(@.b, 'k.*')]", """[{"b":"k"},{"b":"kilo"}]""")]
    [InlineData("$.a[?match(@.b, $.e)]", "[]")]
    [InlineData("$.a[?search(@, '1')]", "[]")]
    [InlineData("$.a[?!match(@.b, 'k|kilo') && @.b]", """[{"b":"j"},{"b":{}}]""")]
    public void Patterns_match_the_whole_string_or_a_part(string path, string expected) => Selected(path, Filtered).ShouldBe(expected);

    [Theory]
    [InlineData("$[?match(@, '.')]", """["a"," "]""")]
    [InlineData("$[?match(@, '[.]')]", "[]")]
    [InlineData("$[?search(@, 'a|b')]", """["a","ab"]""")]
    [InlineData("$[?match(@, $[0])]", """["a"]""")]
    public void A_dot_is_any_character_but_a_line_break(string path, string expected) =>
        Selected(path, """["a","\n","\r"," ","ab"]""").ShouldBe(expected);

    [Fact]
    public void A_pattern_from_the_document_that_is_none_matches_nothing() =>
        Selected("$[?match(@, $[0])]", """["(","("]""").ShouldBe("[]");

    [Theory]
    [InlineData("$[?length(@) == 1]", 2)]
    [InlineData("$[?length(@) == 2]", 1)]
    public void Characters_are_unicode_scalars(string path, int expected) =>
        JsonPath.Compile(path).Select(JsonText.Parse("""["é","😀","ab"]""")).Count.ShouldBe(expected);

    [Theory]
    [InlineData("$.ключ", "[1]")]
    [InlineData("$['\\u043A\\u043B\\u044E\\u0447']", "[1]")]
    [InlineData("$['\\ud83d\\ude00']", "[2]")]
    [InlineData("$.😀", "[2]")]
    [InlineData("""$["a\"b"]""", "[3]")]
    [InlineData("$['a\"b']", "[3]")]
    [InlineData("$\n .ключ", "[1]")]
    public void Names_may_be_any_text(string path, string expected) =>
        Selected(path, """{"ключ":1,"😀":2,"a\"b":3}""").ShouldBe(expected);

    [Theory]
    [InlineData("", "PATH-001", 1)]
    [InlineData("a.b", "PATH-001", 1)]
    [InlineData(" $", "PATH-001", 1)]
    [InlineData("$ ", "PATH-001", 2)]
    [InlineData("$.", "PATH-001", 3)]
    [InlineData("$.a.", "PATH-001", 5)]
    [InlineData("$..", "PATH-001", 4)]
    [InlineData("$. a", "PATH-001", 3)]
    [InlineData("$.1a", "PATH-001", 3)]
    [InlineData("$[01]", "PATH-001", 3)]
    [InlineData("$[-0]", "PATH-001", 3)]
    [InlineData("$[9007199254740992]", "PATH-001", 3)]
    [InlineData("$[1.0]", "PATH-001", 4)]
    [InlineData("$[]", "PATH-001", 3)]
    [InlineData("$[a]", "PATH-001", 3)]
    [InlineData("$['a'", "PATH-001", 6)]
    [InlineData("$['a", "PATH-001", 3)]
    [InlineData("$['\\x']", "PATH-001", 4)]
    [InlineData("$[\"\\'\"]", "PATH-001", 4)]
    [InlineData("$['\\ud83d']", "PATH-001", 4)]
    [InlineData("$['\\ude00']", "PATH-001", 4)]
    [InlineData("$['\t']", "PATH-001", 4)]
    [InlineData("$[?]", "PATH-001", 4)]
    [InlineData("$[?1]", "PATH-001", 4)]
    [InlineData("$[?true]", "PATH-001", 4)]
    [InlineData("$[?@.a == 01]", "PATH-001", 11)]
    [InlineData("$[?@.a == 1.]", "PATH-001", 11)]
    [InlineData("$[?@.a = 1]", "PATH-001", 8)]
    [InlineData("$[?!@.a == 1]", "PATH-001", 4)]
    [InlineData("$[?(@.a) == 1]", "PATH-001", 10)]
    [InlineData("$[?@.a == TRUE]", "PATH-001", 11)]
    [InlineData("$[?(@.a]", "PATH-001", 8)]
    [InlineData("$[?@.* == 1]", "PATH-002", 4)]
    [InlineData("$[?@..a == 1]", "PATH-002", 4)]
    [InlineData("$[?length(@.*) == 1]", "PATH-002", 4)]
    [InlineData("$[?length(@)]", "PATH-002", 4)]
    [InlineData("$[?count(1) == 1]", "PATH-002", 4)]
    [InlineData("$[?count(@.*)]", "PATH-002", 4)]
    [InlineData("$[?length(@, @) == 1]", "PATH-002", 4)]
    [InlineData("$[?match(@.a, 'x') == true]", "PATH-001", 20)]
    [InlineData("$[?true == match(@.a, 'x')]", "PATH-002", 12)]
    [InlineData("$[?match(@.a)]", "PATH-002", 4)]
    [InlineData("$[?first(@.a) == 1]", "PATH-002", 4)]
    public void A_malformed_path_is_refused_at_its_position(string path, string code, int column)
    {
        ReeveError error = Should.Throw<ReeveException>(() => JsonPath.Compile(path)).Error;

        error.Code.ShouldBe(code);
        error.Position.ShouldBe(new SourcePosition(1, column));
    }

    [Fact]
    public void A_literal_pattern_that_is_none_is_refused() =>
        Should.Throw<ReeveException>(() => JsonPath.Compile("$[?match(@.a, '(')]")).Error.Code.ShouldBe("PATH-004");

    [Theory]
    [InlineData(5_000, "$", "(", "PATH-003")]
    [InlineData(100, "$[?", "(", "PATH-003")]
    [InlineData(100, "$[?", "@[?", "PATH-003")]
    [InlineData(100, "$[?", "length(", "PATH-003")]
    [InlineData(200, "$", ".a", "PATH-003")]
    public void A_path_that_nests_too_deeply_is_refused(int times, string start, string repeated, string code)
    {
        string path = start + string.Concat(Enumerable.Repeat(repeated, times));

        Should.Throw<ReeveException>(() => JsonPath.Compile(path)).Error.Code.ShouldBe(code);
    }

    [Fact]
    public void A_query_that_costs_too_much_gives_up_and_says_so()
    {
        Value document = JsonText.Parse("[" + string.Join(',', Enumerable.Range(0, 3_000)) + "]");
        JsonPath path = JsonPath.Compile("$[?$[?$[?@ == 'x']]]");

        path.Ask(document).ShouldBe(PathAnswer.Unknown);
        Should.Throw<ReeveException>(() => path.Select(document)).Error.Code.ShouldBe("PATH-005");
    }

    [Fact]
    public void Comparing_large_parts_counts_towards_the_cost()
    {
        string large = "[" + string.Join(',', Enumerable.Range(0, 2_000)) + "]";
        Value document = JsonText.Parse($$"""{"a":{{large}},"b":{{large}},"rows":{{large}}}""");

        JsonPath.Compile("$.rows[?$.a != $.b]").Ask(document).ShouldBe(PathAnswer.Unknown);
    }

    [Fact]
    public void A_value_nested_deeper_than_the_stack_allows_is_walked()
    {
        Value document = Value.Of(1L);
        for (int i = 0; i < 200_000; i++)
        {
            document = Value.Of(new ListValue([document]));
        }

        JsonPath.Compile("$..*").Select(document).Count.ShouldBe(200_000);
    }

    [Fact]
    public void The_first_node_answers()
    {
        Value document = JsonText.Parse("[" + string.Join(',', Enumerable.Range(0, 100_000)) + "]");

        JsonPath.Compile("$[*]").Ask(document).ShouldBe(PathAnswer.Something);
        JsonPath.Compile("$.a").Ask(document).ShouldBe(PathAnswer.Nothing);
    }

    [Fact]
    public void No_text_makes_the_reader_fail_otherwise_than_by_its_codes()
    {
        const int Seed = 20_260_101;
        Random random = new(Seed);
        string[] pieces =
        [
            "$", "@", ".", "..", "*", "[", "]", "'a'", "\"b\"", "0", "-1", ":", ",", "?", "(", ")", "!", "==", "<", ">=", "&&", "||",
            " ", "a", "length(", "count(", "value(", "true", "null", "1.5e3", "\\u00e9", "é", "\ud83d", "'",
        ];
        Value document = JsonText.Parse(Filtered);
        for (int i = 0; i < 50_000; i++)
        {
            string path = "$" + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            try
            {
                JsonPath.Compile(path).Ask(document);
            }
            catch (ReeveException fault)
            {
                fault.Error.Code.ShouldStartWith("PATH-", Case.Sensitive, $"seed {Seed}, case {i}: {path}");
            }
        }
    }

    private static string Selected(string path, string document) =>
        JsonText.ToText(Value.Of(new ListValue([.. JsonPath.Compile(path).Select(JsonText.Parse(document))])));
}
