using System.Globalization;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;

namespace Reeve.Tests.Calendars;

public sealed class PackDurationTests
{
    [Theory]
    [InlineData("48h", 48 * 3600, "48h")]
    [InlineData("30m", 1800, "30m")]
    [InlineData("90s", 90, "90s")]
    [InlineData("2d", 172_800, "2d")]
    [InlineData("0s", 0, "0s")]
    [InlineData("1h30m", 5400, "90m")]
    [InlineData("1d12h", 129_600, "36h")]
    [InlineData("PT48H", 172_800, "48h")]
    [InlineData("P2D", 172_800, "2d")]
    [InlineData("P1DT12H", 129_600, "36h")]
    [InlineData("PT1H30M", 5400, "90m")]
    [InlineData("36525d", 36_525L * 86_400, "36525d")]
    public void Spans_are_read_and_written(string text, long seconds, string written)
    {
        PackDuration duration = PackDuration.Parse(text);

        duration.Span.ShouldBe(TimeSpan.FromSeconds(seconds));
        duration.ToString().ShouldBe(written);
        PackDuration.Parse(written).ShouldBe(duration);
    }

    [Fact]
    public void Business_days_keep_their_calendar()
    {
        PackDuration duration = PackDuration.Parse("2bd@new-york");

        duration.ShouldBe(new PackDuration(2, DurationUnit.BusinessDays, "new-york"));
        duration.Span.ShouldBeNull();
        duration.ToString().ShouldBe("2bd@new-york");
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("48")]
    [InlineData("h")]
    [InlineData("48 h")]
    [InlineData(" 48h")]
    [InlineData("48h ")]
    [InlineData("48H")]
    [InlineData("-1h")]
    [InlineData("+1h")]
    [InlineData("1.5h")]
    [InlineData("1w")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1ms")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("P1DT")]
    [InlineData("P1M")]
    [InlineData("P1Y")]
    [InlineData("P1H")]
    [InlineData("PT1D")]
    [InlineData("PT1HT1M")]
    [InlineData("T1H")]
    [InlineData("٤٨h")]
    [InlineData("36526d")]
    [InlineData("99999999999h")]
    [InlineData("2bd")]
    [InlineData("2bd@")]
    [InlineData("bd@x")]
    [InlineData("-2bd@x")]
    [InlineData("1.5bd@x")]
    [InlineData("2bd@a b")]
    [InlineData("10001bd@x")]
    [InlineData("1d2bd@x")]
    public void What_is_not_a_duration_is_refused(string text)
    {
        PackDuration.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<ReeveException>(() => PackDuration.Parse(text)).Error.Code.ShouldBe("CAL-005");
    }

    [Fact]
    public void A_span_is_added_as_elapsed_time()
    {
        DateTimeOffset from = At("2026-03-28T12:00:00+01:00");

        PackDuration.Parse("1d").AddTo(from, _ => null).ShouldBe(At("2026-03-29T11:00:00Z"));
    }

    [Fact]
    public void Business_days_end_at_the_cutoff_of_their_calendar()
    {
        BusinessCalendar calendar = new(
            "x", TimeZoneInfo.Utc, new HashSet<DayOfWeek> { DayOfWeek.Saturday, DayOfWeek.Sunday }, new HashSet<DateOnly>(), new TimeOnly(17, 0));

        DateTimeOffset due = PackDuration.Parse("2bd@x").AddTo(At("2026-01-08T09:00:00Z"), name => name == "x" ? calendar : null);

        due.ShouldBe(At("2026-01-12T17:00:00Z"));
    }

    [Fact]
    public void An_unknown_calendar_is_named()
    {
        ReeveException error = Should.Throw<ReeveException>(() => PackDuration.Parse("2bd@nowhere").AddTo(At("2026-01-08T09:00:00Z"), _ => null));

        error.Error.Code.ShouldBe("CAL-004");
        error.Message.ShouldContain("nowhere");
    }

    [Fact]
    public void A_sum_past_the_last_year_is_refused() =>
        Should.Throw<ReeveException>(() => PackDuration.Parse("1d").AddTo(DateTimeOffset.MaxValue, _ => null)).Error.Code.ShouldBe("CAL-003");

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
