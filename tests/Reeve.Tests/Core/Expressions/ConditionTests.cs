using Reeve.Core.Expressions;
using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

public sealed class ConditionTests
{
    private const string Record = """
        {
          "exceptionType": "BREAK", "severity": "HIGH", "tenant_id": "t1",
          "rawPayload": { "amount": 1500, "text": "1,250,000", "rate": 0.5, "flag": true, "yes": "yes", "none": null,
                          "items": [ { "price": 5, "tag": "a" }, { "price": 15 } ], "codes": { "x": 1 } }
        }
        """;

    [Theory]
    [InlineData("exceptionType == 'BREAK' && rawPayload.amount > 1000")]
    [InlineData("rawPayload.amount in [1500, 2]")]
    [InlineData("rawPayload.amount == 1500.0 && rawPayload.amount * 1.5 > 2000 && rawPayload.amount + 1u == 1501")]
    [InlineData("rawPayload.items.exists(i, i.price > 10)")]
    [InlineData("rawPayload.items[0].tag == 'a'")]
    [InlineData("tenantId == 't1' && tenant_id == 't1'")]
    [InlineData("rawPayload.missing == null && null == rawPayload.missing && rawPayload.none == null")]
    [InlineData("rawPayload.missing != 'a'")]
    [InlineData("has(rawPayload.amount) && !has(rawPayload.missing) && !has(rawPayload.a.b.c) && has(rawPayload.none)")]
    [InlineData("has(rawPayload) && !has(owner) && !has(nothing) && has(rawPayload.items[1]) && !has(rawPayload.items[7])")]
    [InlineData("!has(rawPayload.text.length) && !has(rawPayload.items.x)")]
    [InlineData("'x' in rawPayload.codes")]
    [InlineData("rawPayload.?missing.orValue(7) == 7")]
    public void A_condition_holds(string text) => Cel.Test(text, Record).Kind.ShouldBe(TruthKind.True);

    [Theory]
    [InlineData("rawPayload.items[3].x == 'a'")]
    [InlineData("rawPayload.missing == 'a'")]
    [InlineData("rawPayload.a.b.c == 1")]
    [InlineData("rawPayload['missing'] == 1")]
    [InlineData("rawPayload.amount.currency == 'EUR'")]
    [InlineData("exceptionType == 5")]
    [InlineData("rawPayload.text == 1250000")]
    [InlineData("nothing == 'a'")]
    public void Equality_with_what_is_missing_or_of_another_type_is_plain_false(string text) => Cel.Test(text, Record).Kind.ShouldBe(TruthKind.False);

    [Theory]
    [InlineData("rawPayload.text > 1000000", "rawPayload.text")]
    [InlineData("1000000 < rawPayload.text", "rawPayload.text")]
    [InlineData("rawPayload.missing > 1000", "rawPayload.missing")]
    [InlineData("missing > 1000", "missing")]
    [InlineData("rawPayload.missing > rawPayload.amount", "rawPayload.missing")]
    [InlineData("rawPayload.amount > rawPayload.missing", "rawPayload.missing")]
    [InlineData("rawPayload.amount > rawPayload.text", "rawPayload.amount")]
    [InlineData("rawPayload.missing in ['a']", "rawPayload.missing")]
    [InlineData("'a' in rawPayload.missing", "rawPayload.missing")]
    [InlineData("rawPayload.missing + 1 == 2", "rawPayload.missing")]
    [InlineData("rawPayload.missing.startsWith('a')", "rawPayload.missing")]
    [InlineData("rawPayload.amount.startsWith('a')", "rawPayload.amount")]
    [InlineData("'abc'.startsWith(rawPayload.missing)", "rawPayload.missing")]
    [InlineData("rawPayload.missing.matches('a')", "rawPayload.missing")]
    [InlineData("size(rawPayload.missing) > 0", "rawPayload.missing")]
    [InlineData("size(rawPayload.items) > 'x'", "rawPayload.items")]
    [InlineData("rawPayload.missing.exists(i, i > 1)", "rawPayload.missing")]
    [InlineData("rawPayload.amount.all(i, i > 1)", "rawPayload.amount")]
    [InlineData("rawPayload.items.all(i, i.tag.startsWith('a'))", "i.tag")]
    [InlineData("rawPayload.items.exists(i, i.cost > 1)", "i.cost")]
    [InlineData("!rawPayload.missing", "rawPayload.missing")]
    [InlineData("-rawPayload.text == 1", "rawPayload.text")]
    [InlineData("rawPayload.yes", "rawPayload.yes")]
    [InlineData("rawPayload.amount", "rawPayload.amount")]
    [InlineData("rawPayload.missing ? true : false", "rawPayload.missing")]
    [InlineData("rawPayload.yes && true", "rawPayload.yes")]
    [InlineData("rawPayload.missing || false", "rawPayload.missing")]
    [InlineData("rawPayload.amount * 9223372036854775807 > 1", "rawPayload.amount")]
    [InlineData("rawPayload.amount / 0 > 1", "rawPayload.amount")]
    [InlineData("rawPayload.amount % 0 > 1", "rawPayload.amount")]
    [InlineData("int(rawPayload.text) > 1", "rawPayload.text")]
    [InlineData("timestamp(rawPayload.text) > now", "rawPayload.text")]
    [InlineData("type(rawPayload.missing) == string", "rawPayload.missing")]
    [InlineData("raw_payload.missing > 1", "raw_payload.missing")]
    [InlineData("rawPayload.items[0].price > 'a'", "rawPayload.items[0].price")]
    [InlineData("rawPayload.items[0]['price'] > 'a'", "rawPayload.items[0]['price']")]
    [InlineData("businessDays.between(timestamp(0), timestamp(1), 'nowhere') > 1", null)]
    public void What_cannot_be_answered_is_unknown_and_names_the_field(string text, string? path) =>
        Cel.Test(text, Record).ShouldBeUnknown(path);

    [Theory]
    [InlineData("rawPayload.missing > 1 && false", TruthKind.False)]
    [InlineData("false && rawPayload.missing > 1", TruthKind.False)]
    [InlineData("rawPayload.missing > 1 && true", TruthKind.Unknown)]
    [InlineData("rawPayload.missing > 1 || true", TruthKind.True)]
    [InlineData("true || rawPayload.missing > 1", TruthKind.True)]
    [InlineData("rawPayload.missing > 1 || false", TruthKind.Unknown)]
    [InlineData("!(rawPayload.missing > 1)", TruthKind.Unknown)]
    [InlineData("rawPayload.items.exists(i, i.tag == 'a' && i.cost > 1 || i.price == 15)", TruthKind.True)]
    [InlineData("rawPayload.items.all(i, i.cost > 1 && i.price == 5)", TruthKind.False)]
    [InlineData("rawPayload.items.exists_one(i, i.cost > 1)", TruthKind.Unknown)]
    public void Unknown_is_absorbed_as_errors_are(string text, TruthKind expected) => Cel.Test(text, Record).Kind.ShouldBe(expected);

    [Fact]
    public void Both_sides_unknown_names_the_left_one() =>
        Cel.Test("rawPayload.left > 1 && rawPayload.right > 1").ShouldBeUnknown("rawPayload.left");

    [Fact]
    public void A_threshold_written_with_separators_asks_instead_of_passing()
    {
        Truth answer = Cel.Test("amount > 1000000", """{ "amount": "1,250,000" }""");

        answer.ShouldBeUnknown("amount");
    }

    [Fact]
    public void Numbers_compare_by_their_exact_values()
    {
        Cel.Test("a <= b", """{ "a": 9007199254740993, "b": 9007199254740992.0 }""").Kind.ShouldBe(TruthKind.False);
        Cel.Test("a > 9007199254740992.0", """{ "a": 9007199254740993 }""").Kind.ShouldBe(TruthKind.True);
    }

    [Fact]
    public void A_field_named_like_a_type_is_the_field() =>
        Cel.Test("type == 'alert' && string == 's'", """{ "type": "alert", "string": "s" }""").Kind.ShouldBe(TruthKind.True);

    [Fact]
    public void A_minus_zero_spelled_in_a_source_is_a_number() =>
        Cel.Test("a > -1 && a == 0 && a in [0]", """{ "a": -0 }""").Kind.ShouldBe(TruthKind.True);

    [Fact]
    public void Business_days_come_from_the_calendar_of_the_activation()
    {
        // 2026-01-02 is a Friday.
        const string Text = "businessDays.add(timestamp('2026-01-02T10:00:00Z'), 1, 'weekdays') == timestamp('2026-01-05T10:00:00Z')"
            + " && businessDays.between(timestamp('2026-01-02T10:00:00Z'), timestamp('2026-01-06T10:00:00Z'), 'weekdays') == 2";

        Expression.Compile(Text, ExpressionMode.Condition).Test(new Cel.WithCalendar()).Kind.ShouldBe(TruthKind.True);
    }

    [Fact]
    public void A_business_day_past_year_9999_is_unknown() =>
        Expression.Compile("businessDays.add(timestamp('9999-12-31T00:00:00Z'), 9000000000, 'weekdays') == now", ExpressionMode.Condition)
            .Test(new Cel.WithCalendar()).IsUnknown.ShouldBeTrue();

    [Fact]
    public void The_reason_has_the_place_in_the_text() => Cel.Test("true && rawPayload.a > 1").Why!.Position.ShouldBe(21);
}
