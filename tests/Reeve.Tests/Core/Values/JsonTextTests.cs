using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Reeve.Core.Errors;
using Reeve.Core.Values;

namespace Reeve.Tests.Values;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-0")]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("1.10")]
    [InlineData("1e3")]
    [InlineData("1E+400")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.1")]
    [InlineData("\"\"")]
    [InlineData("\"Zürich\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"b\":1,\"a\":[1.0,{\"c\":null}]}")]
    public void What_is_read_is_written_as_its_source_spelled_it(string text) =>
        JsonText.ToText(JsonText.Parse(text)).ShouldBe(text);

    [Fact]
    public void A_number_without_fraction_that_fits_is_an_int_and_any_other_a_double()
    {
        JsonText.Parse("12").Kind.ShouldBe(ValueKind.Int);
        JsonText.Parse("12.0").Kind.ShouldBe(ValueKind.Double);
        JsonText.Parse("1e2").Kind.ShouldBe(ValueKind.Double);
        JsonText.Parse("9223372036854775808").Kind.ShouldBe(ValueKind.Double);
        JsonText.Parse("1e400").AsDouble().ShouldBe(double.PositiveInfinity);
    }

    [Theory]
    [InlineData("", "INPUT-002", 0, 0)]
    [InlineData("  \n ", "INPUT-002", 0, 0)]
    [InlineData("{\"a\":1,\n \"b\":}", "INPUT-003", 2, 6)]
    [InlineData("{\"a\":1} x", "INPUT-003", 1, 9)]
    [InlineData("{\"a\":1,}", "INPUT-003", 1, 8)]
    [InlineData("// no\n1", "INPUT-003", 1, 1)]
    [InlineData("{\"a\":1,\n\"a\":2}", "INPUT-006", 2, 1)]
    [InlineData("[\"\\u0000\"]", "INPUT-009", 1, 2)]
    [InlineData("[\"\\ud800\"]", "INPUT-009", 1, 2)]
    [InlineData("[\"\\udc00\\ud800\"]", "INPUT-009", 1, 2)]
    public void What_cannot_be_read_says_what_and_where(string text, string code, int line, int column)
    {
        ReeveError error = Should.Throw<ReeveException>(() => JsonText.Parse(text)).Error;

        error.Code.ShouldBe(code);
        (error.Position ?? default).ShouldBe(new SourcePosition(line, column));
    }

    [Fact]
    public void An_error_shows_nothing_of_what_follows_it_in_the_text()
    {
        ReeveError error = Should.Throw<ReeveException>(() => JsonText.Parse("""{"a": nul, "password": "hunter2", "b": "LineNumber: 3' is an invalid JSON literal"}""")).Error;

        error.Message.ShouldBe("This is an invalid JSON literal. Expected the literal 'null'.");
    }

    [Fact]
    public void An_error_shows_a_long_or_hostile_key_cut_between_characters_and_on_one_line()
    {
        string key = new string('k', 63) + "🙂";

        ReeveError cut = Should.Throw<ReeveException>(() => JsonText.Parse($$$"""{"{{{key}}}": {"x": 1, "x": 2}}""")).Error;
        ReeveError twice = Should.Throw<ReeveException>(() => JsonText.Parse($$"""{"{{key}}": 1, "{{key}}": 2}""")).Error;
        ReeveError broken = Should.Throw<ReeveException>(() => JsonText.Parse("""{"a\r\nb": 1, "a\r\nb": 2}""")).Error;

        cut.Subject.ShouldBe($"/{key[..63]}…/x");
        twice.Message.ShouldBe($"The key \"{key[..63]}…\" occurs twice in one object.");
        broken.Message.ShouldBe("The key \"a\uFFFD\uFFFDb\" occurs twice in one object.");
    }

    [Fact]
    public void An_error_deep_inside_names_its_pointer()
    {
        ReeveError error = Should.Throw<ReeveException>(() => JsonText.Parse("""{"a/b":[0,{"~":{"x":1,"x":2}}]}""")).Error;

        error.Subject.ShouldBe("/a~1b/1/~0/x");
    }

    [Fact]
    public void Invalid_utf8_is_refused_inside_and_outside_strings()
    {
        Should.Throw<ReeveException>(() => JsonText.Parse([(byte)'"', 0xFF, (byte)'"'], JsonLimits.Default)).Error.Code.ShouldBe("INPUT-005");
        Should.Throw<ReeveException>(() => JsonText.Parse([(byte)'[', 0xC0, 0x80], JsonLimits.Default)).Error.Code.ShouldBe("INPUT-005");
    }

    [Fact]
    public void The_deepest_accepted_level_is_accepted_and_the_next_is_not()
    {
        string deepest = new string('[', 64) + new string(']', 64);
        string deeper = new string('[', 65) + new string(']', 65);

        JsonText.Parse(Encoding.UTF8.GetBytes(deepest), JsonLimits.Payload).Kind.ShouldBe(ValueKind.List);
        Should.Throw<ReeveException>(() => JsonText.Parse(Encoding.UTF8.GetBytes(deeper), JsonLimits.Payload)).Error.Code.ShouldBe("INPUT-007");
    }

    [Fact]
    public void A_very_deep_text_is_refused_and_does_not_end_the_process() =>
        Should.Throw<ReeveException>(() => JsonText.Parse(new string('[', 5_000_000))).Error.Code.ShouldBe("INPUT-007");

    [Fact]
    public void A_text_over_the_limit_is_refused() =>
        Should.Throw<ReeveException>(() => JsonText.Parse(new byte[(1024 * 1024) + 1], JsonLimits.Payload)).Error.Code.ShouldBe("INPUT-008");

    [Fact]
    public void An_object_remembers_the_bytes_it_stood_in()
    {
        byte[] text = "\uFEFF [ {\"a\": 1} , {\"b\" :2 } ]"u8.ToArray();

        ObjectMap second = (ObjectMap)JsonText.Parse(text, JsonLimits.Default).AsList()[1].AsMap();

        Encoding.UTF8.GetString(text, second.SourceStart, second.SourceLength).ShouldBe("{\"b\" :2 }");
    }

    [Fact]
    public void Many_keys_are_found_and_their_repetition_is_noticed()
    {
        string members = string.Join(",", Enumerable.Range(0, 100).Select(i => $"\"k{i}\":{i}"));

        JsonText.Parse($"{{{members}}}").AsMap()["k77"].AsInt().ShouldBe(77);
        Should.Throw<ReeveException>(() => JsonText.Parse($"{{{members},\"k3\":0}}")).Error.Subject.ShouldBe("/k3");
    }

    [Fact]
    public void The_canonical_form_sorts_keys_at_every_level() =>
        Encoding.UTF8.GetString(JsonText.ToUtf8(JsonText.Parse("""{"b":{"z":1,"a":2},"B":[{"y":0,"x":1}]}"""), sortKeys: true))
            .ShouldBe("""{"B":[{"x":1,"y":0}],"b":{"a":2,"z":1}}""");

    [Fact]
    public void Any_string_survives_a_round_trip() =>
        Prop.ForAll<NonNull<string>>(text =>
        {
            string sound = new([.. text.Get.Where(c => c != '\0' && !char.IsSurrogate(c))]);
            return JsonText.Parse(JsonText.ToText(Value.Of(sound))).AsString() == sound;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_double_survives_a_round_trip() =>
        Prop.ForAll<double>(number => !double.IsFinite(number) || JsonText.Parse(JsonText.ToText(Value.Of(number))).AsDouble().Equals(number))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Broken_text_never_does_anything_but_be_refused()
    {
        const int seed = 20261120;
        System.Random random = new(seed);
        byte[] sound = Encoding.UTF8.GetBytes("""{"a":[1,2.5e3,"x\u00e9\ud83d\ude42",{"b":null,"c":true}],"d":"Zürich"}""");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] broken = [.. sound];
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            }

            try
            {
                JsonText.Parse(broken, JsonLimits.Payload);
            }
            catch (ReeveException refused)
            {
                refused.Error.Code.ShouldStartWith("INPUT-", customMessage: $"seed {seed}, case {i}");
            }
        }
    }
}
