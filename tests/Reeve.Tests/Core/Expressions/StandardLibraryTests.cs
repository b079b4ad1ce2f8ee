using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

/// <summary>The semantics of google/cel-spec, in cases of our own.</summary>
public sealed class StandardLibraryTests
{
    [Theory]
    [InlineData("1 + 2 * 3 == 7 && (1 + 2) * 3 == 9 && -7 / 2 == -3 && -7 % 2 == -1")]
    [InlineData("0x1F == 31 && 0x1Fu == 31u && 1e3 == 1000.0 && .5 == 0.5 && -9223372036854775808 < 0")]
    [InlineData("'a' + \"b\" == 'ab' && b'a' + b'b' == b'ab' && [1] + [2] == [1, 2]")]
    [InlineData("r'\\d' == '\\\\d' && '\\u00e9' == '\\xe9' && '\\101' == 'A' && b'\\xff' == b'\\377' && b'\\xff' != b'ÿ'")]
    [InlineData("'''a\nb''' == 'a\\nb' // a comment")]
    [InlineData("dyn(1) == 1u && dyn(1) == 1.0 && !(0.0 / 0.0 == 0.0 / 0.0) && 0.0 / 0.0 != 0.0 / 0.0")]
    [InlineData("[1.0, 2] == [1, 2u] && {1: 'a'} == {1u: 'a'} && {'a': 1, 'b': 2} == {'b': 2, 'a': 1}")]
    [InlineData("1 / 0 > 1 || true")]
    [InlineData("!(false && 1 / 0 > 1) && !('x' && false) && ('x' || true)")]
    [InlineData("2 in [1, 2] && 'k' in {'k': 1} && 2.0 in {2: 1} && !(3 in [])")]
    [InlineData("{1: 'a'}[1.0] == 'a' && [7, 8][dyn(1u)] == 8 && [7, 8][dyn(0.0)] == 7")]
    [InlineData("has({'a': 1}.a) && !has({'a': 1}.b) && {'if': 1}.if == 1 && {'a-b': 2}.`a-b` == 2")]
    [InlineData("[1, 2, 3].all(x, x > 0) && [1, 2, 3].exists(x, x == 2) && [1, 2, 3].exists_one(x, x > 2)")]
    [InlineData("[1, 2, 3].filter(x, x > 1).map(x, x * 2) == [4, 6] && [1, 2].map(x, x > 1, x) == [2]")]
    [InlineData("{'a': 1}.map(k, k) == ['a'] && [3, 1].exists(x, 6 / (x - 3) < 0)")]
    [InlineData("[1, 2].all(x, [x].exists(y, y == x)) && [[1], [2]].map(x, x.map(x, x + 1)) == [[2], [3]]")]
    [InlineData("int('-5') == -5 && int(1.9) == 1 && int(-1.9) == -1 && int(timestamp('1970-01-01T00:01:00Z')) == 60 && uint('7') == 7u")]
    [InlineData("double('1.5') == 1.5 && double('-inf') < 0.0 && string(-4.5e-3) == '-0.0045' && string(1.0) == '1' && string(1e100) == '1e+100'")]
    [InlineData("string(b'\\303\\277') == 'ÿ' && bytes('ÿ') == b'\\303\\277' && bool('True') && !bool('f') && string(true) == 'true'")]
    [InlineData("type(1) == int && type(int) == type && type(null) == null_type && type([]) == list && type(timestamp(0)) == google.protobuf.Timestamp")]
    [InlineData("size('🐱ab') == 3 && 'ab'.size() == 2 && size(b'é') == 2 && size({1: 2}) == 1 && 'ab' < 'b' && b'a' < b'b' && false < true")]
    [InlineData("'a\\U0001F431' > 'a\\uFFFF'")]
    [InlineData("'hubba'.matches('ubb') && matches('cows', '') && '🐱😀😀'.matches('(a|😀){2}') && !'a'.matches('[[:digit:]]')")]
    [InlineData("google.protobuf.Int64Value{value: 5} == 5 && google.protobuf.StringValue{} == '' && google.protobuf.Timestamp{seconds: 5} == timestamp(5)")]
    [InlineData("google.protobuf.Value{list_value: [1.0]} == [1.0] && google.protobuf.Value{null_value: google.protobuf.NullValue.NULL_VALUE} == null")]
    public void It_holds(string text) => Cel.Strict(text).ShouldBe(Value.True);

    [Theory]
    [InlineData("9223372036854775807 + 1")]
    [InlineData("-9223372036854775808 - 1")]
    [InlineData("-(-9223372036854775808)")]
    [InlineData("-9223372036854775808 / -1")]
    [InlineData("5000000000 * 5000000000")]
    [InlineData("0u - 1u")]
    [InlineData("18446744073709551615u * 2u")]
    [InlineData("1 / 0")]
    [InlineData("1u % 0u")]
    [InlineData("5.0 % 2.0")]
    [InlineData("1 + 1.0")]
    [InlineData("[1][1]")]
    [InlineData("[1][-1]")]
    [InlineData("[1][dyn(0.5)]")]
    [InlineData("{'a': 1}.b")]
    [InlineData("'a'.b")]
    [InlineData("{1.5: 1}")]
    [InlineData("{null: 1}")]
    [InlineData("{1: 1, 1u: 2}")]
    [InlineData("int(9223372036854775807.0)")]
    [InlineData("int(18446744073709551615u)")]
    [InlineData("int('1 ')")]
    [InlineData("int('1\\u0000')")]
    [InlineData("uint('1\\u0000')")]
    [InlineData("double('1\\u0000')")]
    [InlineData("uint(-1)")]
    [InlineData("double('1,5')")]
    [InlineData("bool('yes')")]
    [InlineData("string(b'\\xff')")]
    [InlineData("[0] < [1]")]
    [InlineData("null < null")]
    [InlineData("x")]
    [InlineData("unknown_function(1)")]
    [InlineData("'a' && true")]
    [InlineData("'a' ? 1 : 2")]
    [InlineData("!1")]
    [InlineData("[3, 0].exists_one(x, 6 / x > 1)")]
    [InlineData("1.all(x, true)")]
    [InlineData("'a'.matches('(' + 'b')")]
    [InlineData("google.protobuf.Int32Value{value: 12345678900}")]
    [InlineData("some.unknown.Message{field: 1}")]
    public void It_is_an_error(string text) => Cel.Strict(text).ShouldBeError();

    [Fact]
    public void A_struct_takes_a_map_from_data() =>
        Cel.Strict("google.protobuf.Struct{fields: m}.a == 1", """{ "m": { "a": 1 } }""").ShouldBe(Value.True);

    [Fact]
    public void A_variable_with_dots_wins_over_fields() =>
        Cel.Strict("a.b.c", """{ "a.b.c": "whole", "a.b": { "c": "part" } }""").AsString().ShouldBe("whole");

    [Fact]
    public void A_longer_prefix_wins_over_a_shorter_one() =>
        Cel.Strict("a.b.c", """{ "a.b": { "c": "two" }, "a": { "b": { "c": "one" } } }""").AsString().ShouldBe("two");

    [Fact]
    public void A_variable_of_a_macro_hides_one_with_dots_unless_asked_by_a_leading_dot()
    {
        Cel.Strict("[{'z': 0}].exists(y, y.z == 0)", """{ "y.z": 42 }""").ShouldBe(Value.True);
        Cel.Strict("[{'z': 0}].exists(y, .y.z == 42)", """{ "y.z": 42 }""").ShouldBe(Value.True);
    }
}
