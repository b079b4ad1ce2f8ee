using Reeve.Core.Values;

namespace Reeve.Tests.Values;

public sealed class ValueTests
{
    [Fact]
    public void Numbers_are_equal_by_their_exact_mathematical_value()
    {
        Value.Of(1L).ShouldBe(Value.Of(1.0));
        Value.Of(1L).ShouldBe(Value.Of(1UL));
        Value.Of(1L).GetHashCode().ShouldBe(Value.Of(1.0).GetHashCode());
        Value.Of(0.0).GetHashCode().ShouldBe(Value.Of(-0.0).GetHashCode());
        Value.Of(9007199254740993L).ShouldNotBe(Value.Of(9007199254740992.0));
        Value.Of(long.MaxValue).ShouldNotBe(Value.Of(9223372036854775808.0));
        Value.Of(ulong.MaxValue).ShouldNotBe(Value.Of(18446744073709551616.0));
        Value.Of(-1L).ShouldNotBe(Value.Of(ulong.MaxValue));
    }

    [Theory]
    [InlineData(long.MinValue, -9223372036854775808.0, 0)]
    [InlineData(3, 3.5, -1)]
    [InlineData(-3, -3.5, 1)]
    [InlineData(long.MaxValue, double.PositiveInfinity, -1)]
    [InlineData(long.MinValue, double.NegativeInfinity, 1)]
    public void An_int_and_a_double_compare_exactly(long whole, double number, int order)
    {
        ValueEquality.CompareNumbers(Value.Of(whole), Value.Of(number)).ShouldBe(order);
        ValueEquality.CompareNumbers(Value.Of(number), Value.Of(whole)).ShouldBe(-order);
    }

    [Fact]
    public void Nothing_compares_with_NaN_and_yet_a_value_equals_itself()
    {
        ValueEquality.CompareNumbers(Value.Of(double.NaN), Value.Of(1L)).ShouldBeNull();
        ValueEquality.CompareNumbers(Value.Of(1UL), Value.Of(double.NaN)).ShouldBeNull();
        Value.Of(double.NaN).ShouldBe(Value.Of(double.NaN));
    }

    [Fact]
    public void Maps_are_equal_whatever_their_order_and_lists_are_not()
    {
        JsonText.Parse("""{"a":1,"b":[1,2]}""").ShouldBe(JsonText.Parse("""{"b":[1.0,2],"a":1}"""));
        JsonText.Parse("[1,2]").ShouldNotBe(JsonText.Parse("[2,1]"));
    }

    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-1, 500_000_000, "1969-12-31T23:59:59.500Z")]
    [InlineData(1_763_640_000, 123_456_000, "2025-11-20T12:00:00.123456Z")]
    [InlineData(253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999999Z")]
    public void A_timestamp_is_written_with_as_many_digits_as_it_needs(long seconds, int nanos, string text) =>
        TimeText.Timestamp(Value.Timestamp(seconds, nanos)).ShouldBe(text);

    [Theory]
    [InlineData(0, 0, "0s")]
    [InlineData(-1, -500_000_000, "-1.500s")]
    [InlineData(0, -1, "-0.000000001s")]
    [InlineData(3600, 0, "3600s")]
    public void A_duration_is_written_in_seconds(long seconds, int nanos, string text) =>
        TimeText.Duration(Value.Duration(seconds, nanos)).ShouldBe(text);

    [Fact]
    public void A_net_time_keeps_its_ticks_before_and_after_the_epoch()
    {
        TimeText.Timestamp(new DateTimeOffset(1969, 12, 31, 23, 59, 59, TimeSpan.Zero).AddMicroseconds(1)).ShouldBe("1969-12-31T23:59:59.000001Z");
        TimeText.Timestamp(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(2))).ShouldBe("2026-01-02T01:04:05Z");
    }
}
