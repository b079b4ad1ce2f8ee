using System.Text;
using Reeve.Core.Documents;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Tests.Documents;

public sealed class DocumentTests
{
    private static SourcePosition? PlaceOf(string json, string pointer)
    {
        Document document = DocumentReader.ReadJson(Encoding.UTF8.GetBytes(json), JsonLimits.Default);
        return document.Place([new ReeveError(ErrorCatalogue.Packs.WrongType, "x", pointer)])[0].Position;
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("/a", 2, 3)]
    [InlineData("/a/1", 2, 12)]
    [InlineData("/a/1/b~1c", 3, 5)]
    [InlineData("/é", 5, 3)]
    [InlineData("/none", 1, 1)]
    [InlineData("/a/7", 2, 3)]
    public void A_pointer_leads_to_its_line_and_column(string pointer, int line, int column) =>
        PlaceOf("{\n  \"a\": [1, {\n    \"b/c\": true\n  }],\n  \"é\": 1}", pointer).ShouldBe(new SourcePosition(line, column));

    [Fact]
    public void Columns_count_UTF16_units_after_a_byte_order_mark() =>
        PlaceOf("\uFEFF{\"😀\": 1, \"a\": 2}", "/a").ShouldBe(new SourcePosition(1, 11));

    [Fact]
    public void An_error_that_has_a_place_or_is_about_no_pointer_stays_as_it_is()
    {
        Document document = DocumentReader.ReadJson("{}"u8.ToArray(), JsonLimits.Default);
        ReeveError placed = new(ErrorCatalogue.Packs.WrongType, "x", "/a", new SourcePosition(9, 9));
        ReeveError file = new(ErrorCatalogue.Packs.WrongType, "x", "file.json");

        document.Place([placed, file]).ShouldBe([placed, file]);
    }

    [Theory]
    [InlineData("""{"a":1,"b":[true,null]}""", """{ "a": 1, "b": [true, null] }""", true)]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""", false)]
    [InlineData("""{"a":1}""", """{"a":1.0}""", false)]
    [InlineData("""{"a":100}""", """{"a":1e2}""", false)]
    [InlineData("""{"a":0}""", """{"a":-0}""", false)]
    [InlineData("""{"a":"é"}""", """{"a":"\u00e9"}""", true)]
    [InlineData("""{"a":1}""", """{"a":"1"}""", false)]
    [InlineData("""{"a":9007199254740993}""", """{"a":9007199254740992}""", false)]
    [InlineData("""{"a":[1,2]}""", """{"a":[2,1]}""", false)]
    [InlineData("""{"a":null}""", """{}""", false)]
    public void The_hash_is_of_what_is_said(string left, string right, bool same) =>
        (ContentHash.Of(JsonText.Parse(left)) == ContentHash.Of(JsonText.Parse(right))).ShouldBe(same);

    [Fact]
    public void The_hash_is_that_of_the_canonical_text()
    {
        string expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""{"b":"x","a":[1.0,2.50]}"""u8));

        ContentHash.Of(JsonText.Parse("""{"b":"x","a":[1.0,2.50]}""")).ShouldBe(expected);
    }

    [Fact]
    public void A_stored_document_keeps_its_order_and_its_spelling()
    {
        StoredDocument stored = new(JsonText.Parse("""{ "b": 1.10, "a": {"c": []} }"""));

        JsonText.ToText(Value.Of(stored.Read())).ShouldBe("""{"b":1.10,"a":{"c":[]}}""");
    }
}
