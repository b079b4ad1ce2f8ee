using System.Globalization;
using Reeve.Core.Calendars;
using Reeve.Core.Errors;

namespace Reeve.Tests.Calendars;

public sealed class BusinessCalendarTests
{
    private static readonly HashSet<DayOfWeek> SaturdayAndSunday = [DayOfWeek.Saturday, DayOfWeek.Sunday];

    // 2026: New Year's Day is a Thursday, Martin Luther King Day Monday 19 January, Good Friday 3 April, Independence Day
    // is kept on Friday 3 July.
    private static readonly BusinessCalendar NewYork = Make("nyc", "America/New_York", new TimeOnly(17, 0), "2026-01-01", "2026-01-19", "2026-04-03", "2026-07-03");
    private static readonly BusinessCalendar London = Make("lon", "Europe/London", new TimeOnly(16, 30), "2026-04-03", "2026-04-06");
    private static readonly BusinessCalendar Plain = Make("utc", "UTC", cutoff: null);

    [Theory]
    [InlineData("2026-01-06T15:00:00Z", 1, "2026-01-07T15:00:00Z")] // Tuesday 10:00 local
    [InlineData("2026-01-09T15:00:00Z", 1, "2026-01-12T15:00:00Z")] // Friday 10:00 -> Monday
    [InlineData("2026-01-16T15:00:00Z", 1, "2026-01-20T15:00:00Z")] // Friday -> Tuesday over the holiday
    [InlineData("2026-01-09T21:59:59Z", 1, "2026-01-12T21:59:59Z")] // Friday 16:59:59
    [InlineData("2026-01-09T22:00:00Z", 1, "2026-01-13T05:00:00Z")] // Friday 17:00 is Monday 00:00 -> Tuesday 00:00
    [InlineData("2026-01-10T15:00:00Z", 1, "2026-01-13T05:00:00Z")] // Saturday counts as Monday 00:00
    [InlineData("2026-01-10T04:30:00Z", 1, "2026-01-13T05:00:00Z")] // Friday 23:30 local although Saturday in UTC
    [InlineData("2026-01-12T03:00:00Z", 0, "2026-01-12T05:00:00Z")] // Sunday 22:00 -> Monday 00:00
    [InlineData("2026-01-06T15:00:00Z", 0, "2026-01-06T15:00:00Z")]
    [InlineData("2026-01-10T15:00:00Z", 0, "2026-01-12T05:00:00Z")]
    [InlineData("2026-01-19T15:00:00Z", 0, "2026-01-20T05:00:00Z")] // holiday
    [InlineData("2026-01-12T15:00:00Z", -1, "2026-01-09T15:00:00Z")]
    [InlineData("2026-01-10T15:00:00Z", -1, "2026-01-09T05:00:00Z")] // Saturday counts as Monday; one back is Friday
    [InlineData("2026-01-20T15:00:00Z", -1, "2026-01-16T15:00:00Z")]
    [InlineData("2026-01-05T15:00:00Z", -3, "2025-12-30T15:00:00Z")] // 2 January, (1 January is off), 31, 30 December
    [InlineData("2026-03-06T15:00:00Z", 1, "2026-03-09T14:00:00Z")] // the clock goes forward on 8 March: still 10:00
    [InlineData("2026-10-30T14:00:00Z", 1, "2026-11-02T15:00:00Z")] // and back on 1 November
    [InlineData("2026-01-02T15:00:00Z", 260, "2027-01-06T15:00:00Z")] // counted by hand over three holidays
    public void Add_in_New_York(string from, int days, string expected) => NewYork.Add(At(from), days).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-03-27T09:00:00Z", 1, "2026-03-30T08:00:00Z")] // summer time begins on 29 March
    [InlineData("2026-10-23T08:00:00Z", 1, "2026-10-26T09:00:00Z")] // and ends on 25 October
    [InlineData("2026-04-02T15:29:59Z", 1, "2026-04-07T15:29:59Z")] // Maundy Thursday 16:29:59 -> Tuesday after Easter
    [InlineData("2026-04-02T15:30:00Z", 1, "2026-04-07T23:00:00Z")] // 16:30 counts as Tuesday 00:00 -> Wednesday 00:00
    [InlineData("2026-06-30T23:30:00Z", 0, "2026-06-30T23:30:00Z")] // 00:30 on 1 July
    public void Add_in_London(string from, int days, string expected) => London.Add(At(from), days).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-01-06T15:00:00Z", 2, "2026-01-08T22:00:00Z")]
    [InlineData("2026-01-06T15:00:00Z", 0, "2026-01-06T22:00:00Z")]
    [InlineData("2026-01-09T22:00:00Z", 0, "2026-01-12T22:00:00Z")]
    [InlineData("2026-01-09T23:00:00Z", 1, "2026-01-13T22:00:00Z")]
    [InlineData("2026-03-06T15:00:00Z", 1, "2026-03-09T21:00:00Z")]
    public void Durations_end_at_the_cutoff(string from, int days, string expected) => NewYork.AddAtCutoff(At(from), days).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-01-09T10:00:00Z", 1, "2026-01-13T00:00:00Z")] // Friday + 1: the end of Monday
    [InlineData("2026-01-10T10:00:00Z", 0, "2026-01-13T00:00:00Z")]
    public void Without_a_cutoff_durations_end_with_the_day(string from, int days, string expected) => Plain.AddAtCutoff(At(from), days).ShouldBe(At(expected));

    [Theory]
    [InlineData("2026-01-05T15:00:00Z", "2026-01-09T15:00:00Z", 4)] // Monday to Friday
    [InlineData("2026-01-09T15:00:00Z", "2026-01-05T15:00:00Z", -4)]
    [InlineData("2026-01-09T15:00:00Z", "2026-01-12T15:00:00Z", 1)]
    [InlineData("2026-01-09T22:00:00Z", "2026-01-12T15:00:00Z", 0)] // Friday 17:00 already counts as Monday
    [InlineData("2026-01-10T15:00:00Z", "2026-01-11T15:00:00Z", 0)] // both count as Monday
    [InlineData("2026-01-16T15:00:00Z", "2026-01-20T15:00:00Z", 1)]
    [InlineData("2026-01-16T15:00:00Z", "2026-01-20T22:00:00Z", 2)] // Tuesday 17:00 counts as Wednesday
    [InlineData("2026-01-06T05:00:00Z", "2026-01-06T21:59:59Z", 0)]
    [InlineData("2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z", 257)] // from 2 January (1st is off) to Friday 1 January 2027: 261 weekdays, less the 2nd and three holidays
    public void Between_in_New_York(string from, string to, int expected) => NewYork.Between(At(from), At(to)).ShouldBe(expected);

    [Fact]
    public void A_day_of_the_zone_begins_where_its_clock_first_shows_midnight_or_later()
    {
        // Lebanon's clock went from Saturday 23:59:59 to Sunday 01:00 on 27 March 2022; every day works here.
        BusinessCalendar beirut = Make("bey", "Asia/Beirut", new TimeOnly(12, 0), weekend: []);

        beirut.Add(At("2022-03-26T15:00:00Z"), 0).ShouldBe(At("2022-03-26T22:00:00Z"));
    }

    [Fact]
    public void A_skipped_local_time_becomes_the_end_of_the_gap()
    {
        BusinessCalendar all = Make("all", "America/New_York", cutoff: null, weekend: []);

        all.Add(At("2026-03-07T07:30:00Z"), 1).ShouldBe(At("2026-03-08T07:00:00Z")); // 02:30 -> 03:00 EDT
    }

    [Fact]
    public void A_repeated_local_time_is_its_first_reading()
    {
        BusinessCalendar all = Make("all", "America/New_York", cutoff: null, weekend: []);

        all.Add(At("2026-10-31T05:30:00Z"), 1).ShouldBe(At("2026-11-01T05:30:00Z")); // 01:30 EDT, not EST
        all.Add(At("2026-11-01T06:30:00Z"), 0).ShouldBe(At("2026-11-01T06:30:00Z")); // the second reading stays itself
    }

    [Fact]
    public void A_whole_skipped_day_is_stepped_over()
    {
        // Samoa had no 30 December 2011.
        BusinessCalendar samoa = Make("apia", "Pacific/Apia", cutoff: null, weekend: []);

        samoa.Add(At("2011-12-29T22:00:00Z"), 1).ShouldBe(At("2011-12-30T10:00:00Z"));
    }

    [Fact]
    public void Later_times_never_count_as_earlier_days()
    {
        const int seed = 20260117;
        Random random = new(seed);
        BusinessCalendar calendar = Make("all", "America/New_York", new TimeOnly(1, 30), weekend: []);
        DateTimeOffset start = At("2026-10-30T00:00:00Z");
        for (int i = 0; i < 2_000; i++)
        {
            DateTimeOffset a = start.AddSeconds(random.Next(4 * 86_400));
            DateTimeOffset b = a.AddSeconds(random.Next(86_400));

            calendar.Between(a, b).ShouldBeGreaterThanOrEqualTo(0, $"seed {seed}: {a:O} to {b:O}");
        }
    }

    [Fact]
    public void Adding_days_puts_as_many_between()
    {
        const int seed = 7;
        Random random = new(seed);
        for (int i = 0; i < 5_000; i++)
        {
            DateTimeOffset from = At("2024-01-01T00:00:00Z").AddSeconds(random.NextInt64(4L * 365 * 86_400));
            int n = random.Next(-400, 400);
            int m = random.Next(-400, 400);
            DateTimeOffset to = NewYork.Add(from, n);

            NewYork.Between(from, to).ShouldBe(n, $"seed {seed}: {from:O} + {n}");
            NewYork.Add(to, m).ShouldBe(NewYork.Add(from, n + m), $"seed {seed}: {from:O} + {n} + {m}");
        }
    }

    [Fact]
    public void A_naive_count_of_days_agrees()
    {
        const int seed = 11;
        Random random = new(seed);
        for (int i = 0; i < 300; i++)
        {
            DateOnly a = new DateOnly(2025, 12, 1).AddDays(random.Next(400));
            DateOnly b = a.AddDays(random.Next(400));
            int expected = 0;
            HashSet<DateOnly> holidays = [new(2026, 1, 1), new(2026, 1, 19), new(2026, 4, 3), new(2026, 7, 3)];
            bool Works(DateOnly day) => !SaturdayAndSunday.Contains(day.DayOfWeek) && !holidays.Contains(day);
            while (!Works(a))
            {
                a = a.AddDays(1);
            }

            while (!Works(b))
            {
                b = b.AddDays(1);
            }

            for (DateOnly day = a.AddDays(1); day <= b; day = day.AddDays(1))
            {
                expected += Works(day) ? 1 : 0;
            }

            NewYork.Between(Noon(a), Noon(b)).ShouldBe(expected, $"seed {seed}: {a} to {b}");
        }

        static DateTimeOffset Noon(DateOnly day) => new(day, new TimeOnly(17, 0), TimeSpan.Zero);
    }

    [Fact]
    public void A_weekend_of_seven_days_is_refused() =>
        Code(() => Make("never", "UTC", cutoff: null, weekend: Enum.GetValues<DayOfWeek>())).ShouldBe("CAL-002");

    [Fact]
    public void Holidays_to_the_end_of_time_end_in_an_error()
    {
        HashSet<DateOnly> holidays = [];
        for (DateOnly day = new(9000, 1, 1); ; day = day.AddDays(1))
        {
            holidays.Add(day);
            if (day == DateOnly.MaxValue)
            {
                break;
            }
        }

        BusinessCalendar calendar = new("end", TimeZoneInfo.Utc, SaturdayAndSunday, holidays, null);

        Code(() => calendar.Add(At("9500-01-01T00:00:00Z"), 1)).ShouldBe("CAL-003");
        Code(() => calendar.Between(At("2026-01-01T00:00:00Z"), At("9500-01-01T00:00:00Z"))).ShouldBe("CAL-003");
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(4_000_000)]
    [InlineData(-800_000)]
    public void Days_out_of_reach_are_refused(long days) => Code(() => NewYork.Add(At("2026-01-06T15:00:00Z"), days)).ShouldBe("CAL-003");

    [Fact]
    public void The_ends_of_time_are_refused_or_answered_but_never_crash()
    {
        Code(() => Make("ny", "America/New_York", null).Add(DateTimeOffset.MinValue, 0)).ShouldBe("CAL-003");
        Code(() => Make("tok", "Asia/Tokyo", null).Add(DateTimeOffset.MaxValue, 0)).ShouldBe("CAL-003");
        Plain.Add(DateTimeOffset.MinValue, 0).ShouldBe(DateTimeOffset.MinValue);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("/etc/localtime")]
    [InlineData("Europe")]
    public void Unknown_zones_are_refused(string id) => Code(() => BusinessCalendar.FindZone(id)).ShouldBe("CAL-001");

    [Fact]
    public void The_answer_is_in_UTC_and_ignores_the_offset_of_the_question()
    {
        DateTimeOffset answer = NewYork.Add(DateTimeOffset.Parse("2026-01-06T20:30:00+05:30", CultureInfo.InvariantCulture), 1);

        answer.Offset.ShouldBe(TimeSpan.Zero);
        answer.ShouldBe(At("2026-01-07T15:00:00Z"));
    }

    private static string Code(Action act) => Should.Throw<ReeveException>(act).Error.Code;

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static BusinessCalendar Make(string name, string zone, TimeOnly? cutoff, params string[] holidays) =>
        new(name, BusinessCalendar.FindZone(zone), SaturdayAndSunday, holidays.Select(day => DateOnly.Parse(day, CultureInfo.InvariantCulture)).ToHashSet(), cutoff);

    private static BusinessCalendar Make(string name, string zone, TimeOnly? cutoff, DayOfWeek[] weekend) =>
        new(name, BusinessCalendar.FindZone(zone), weekend.ToHashSet(), new HashSet<DateOnly>(), cutoff);
}
