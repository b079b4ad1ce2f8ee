using Reeve.Core.Errors;
using Reeve.Engine.Schedules.Cron;

namespace Reeve.Tests.Schedules;

public sealed class CronTimesTests
{
    public static TheoryData<string, string, string, string> Known => new()
    {
        // Berlin goes from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
        { "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:30Z" },
        { "0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:00Z" },
        { "0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z 2026-03-30T00:00Z" },
        { "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z 2026-10-26T01:30Z" },
        { "*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:00Z 2026-10-25T00:30Z 2026-10-26T01:00Z" },
        { "30 * * * *", "Europe/Berlin", "2026-10-24T23:45Z", "2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-25T02:30Z" },
        { "30 */2 * * *", "Europe/Berlin", "2026-10-24T23:45Z", "2026-10-25T00:30Z 2026-10-25T01:30Z 2026-10-25T03:30Z" },
        { "30 1-23 * * *", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T00:30Z 2026-10-25T02:30Z" },

        // New York: 8 March 02:00 to 03:00, 1 November 02:00 back to 01:00.
        { "15 2 * * *", "America/New_York", "2026-03-07T12:00Z", "2026-03-08T07:00Z 2026-03-09T06:15Z" },
        { "15 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:15Z 2026-11-02T06:15Z" },

        // Lord Howe moves by half an hour: 4 October 02:00 to 02:30, 5 April 02:00 back to 01:30.
        { "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z 2026-10-04T15:15Z" },
        { "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", "2026-04-04T14:45Z 2026-04-05T15:15Z" },

        // Apia had no 30 December 2011, a Friday.
        { "0 12 * * *", "Pacific/Apia", "2011-12-29T21:00Z", "2011-12-29T22:00Z 2011-12-30T10:00Z 2011-12-30T22:00Z" },
        { "0 12 * * 5", "Pacific/Apia", "2011-12-27T00:00Z", "2011-12-30T10:00Z 2012-01-05T22:00Z" },

        // Either day suffices where both are named, and both are needed where one begins with a star.
        { "0 0 13 * 5", "UTC", "2026-03-01T00:00Z", "2026-03-06T00:00Z 2026-03-13T00:00Z 2026-03-20T00:00Z 2026-03-27T00:00Z 2026-04-03T00:00Z 2026-04-10T00:00Z 2026-04-13T00:00Z" },
        { "0 0 */2 * 1", "UTC", "2026-01-01T00:00Z", "2026-01-05T00:00Z 2026-01-19T00:00Z" },
        { "0 0 * * 7", "UTC", "2026-01-01T00:00Z", "2026-01-04T00:00Z 2026-01-11T00:00Z" },
        { "0 0 * * 0", "UTC", "2026-01-01T00:00Z", "2026-01-04T00:00Z" },
        { "0 0 * * fri-sun", "UTC", "2026-01-01T00:00Z", "2026-01-02T00:00Z 2026-01-03T00:00Z 2026-01-04T00:00Z 2026-01-09T00:00Z" },
        { "0 0 29 feb *", "UTC", "2096-01-01T00:00Z", "2096-02-29T00:00Z 2104-02-29T00:00Z" },
        { "0\t0  1 JAN *", "UTC", "2026-01-01T00:00Z", "2027-01-01T00:00Z" },
        { "59 23 31 12 *", "UTC", "2026-12-31T23:58:59.9Z", "2026-12-31T23:59Z" },
    };

    public static TheoryData<string> Bad =>
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * 0 *", "* * * * 8", "5-1 * * * *", "* * * * sat-mon",
        "*/0 * * * *", "5/10 * * * *", "*/61 * * * *", "1,,2 * * * *", "1, * * * *", "-1 * * * *", "+1 * * * *", "1-3-5 * * * *", "1/2/3 * * * *", "99999999999 * * * *",
        "٣ * * * *", "* * * january *", "* * * ja *", "* * ? * *", "* * L * *", "* * * * 1#2", "@daily", "a * * * *", "*-5 * * * *",
    ];

    [Theory, MemberData(nameof(Known))]
    public void A_time_is_what_the_wall_shows(string cron, string zone, string after, string expected)
    {
        CronTimes times = CronTimes.Parse(cron, zone);
        DateTimeOffset at = DateTimeOffset.Parse(after, System.Globalization.CultureInfo.InvariantCulture);

        foreach (string next in expected.Split(' '))
        {
            at = times.Next(at).ShouldNotBeNull();
            at.ShouldBe(DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Theory, MemberData(nameof(Bad))]
    public void What_programs_read_differently_is_refused(string cron) =>
        Should.Throw<ReeveException>(() => CronTimes.Parse(cron, "UTC")).Error.Kind.ShouldBe(ErrorCatalogue.Schedules.BadCron);

    [Theory]
    [InlineData("Europe/Nowhere")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("W. Europe Standard Time")]
    public void A_zone_that_is_none_is_refused(string zone) =>
        Should.Throw<ReeveException>(() => CronTimes.Parse("* * * * *", zone)).Error.Kind.ShouldBe(ErrorCatalogue.Schedules.UnknownZone);

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    public void A_day_that_never_comes_has_no_time(string cron)
    {
        CronTimes.Parse(cron, "UTC").Next(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).ShouldBeNull();
        CronTimes.Parse(cron, "UTC").Next(new DateTimeOffset(9989, 12, 31, 0, 0, 0, TimeSpan.Zero)).ShouldBeNull();
    }

    // Against a walk over every minute, which knows nothing but what the wall shows at it and showed before.
    [Theory]
    [InlineData("Europe/Berlin", 2026)]
    [InlineData("America/New_York", 2026)]
    [InlineData("Australia/Lord_Howe", 2026)]
    [InlineData("Pacific/Apia", 2011)]
    [InlineData("Africa/Casablanca", 2026)]
    [InlineData("America/Sao_Paulo", 2018)]
    [InlineData("UTC", 2026)]
    public void Every_time_is_found_and_no_other_around_every_change_of_a_zone(string zone, int year)
    {
        TimeZoneInfo rules = TimeZoneInfo.FindSystemTimeZoneById(zone);
        Random random = new(20_261);
        foreach (DateTime change in Changes(rules, year))
        {
            DateTime from = change.AddDays(-2);
            DateTime to = change.AddDays(2);
            for (int i = 0; i < 40; i++)
            {
                Drawn drawn = Drawn.Next(random);
                CronTimes times = CronTimes.Parse(drawn.Text, zone);

                List<DateTime> found = [];
                DateTimeOffset at = new(from.AddMinutes(-1), TimeSpan.Zero);
                while (times.Next(at, TimeSpan.FromDays(5)) is { } next && next.UtcDateTime < to)
                {
                    found.Add(next.UtcDateTime);
                    at = next;
                }

                List<DateTime> walked = [.. Walk(rules, drawn, from, to)];
                found.ShouldBe(walked, $"{drawn.Text} in {zone} around {change:u}");
                DateTimeOffset start = new(from, TimeSpan.Zero);
                DateTimeOffset? last = times.Last(start, new DateTimeOffset(to.AddMinutes(-1), TimeSpan.Zero));
                last?.UtcDateTime.ShouldBe(walked[^1]);
                (last is null).ShouldBe(walked.Count == 0);
            }
        }
    }

    private static IEnumerable<DateTime> Walk(TimeZoneInfo zone, Drawn drawn, DateTime from, DateTime to)
    {
        // What the wall showed in the two days before counts as shown.
        HashSet<DateTime> shown = [];
        DateTime before = default;
        for (DateTime at = from.AddDays(-2); at < to; at = at.AddMinutes(1))
        {
            DateTime wall = DateTime.SpecifyKind(at + zone.GetUtcOffset(at), DateTimeKind.Unspecified);
            bool isDue = drawn.Names(wall) && (drawn.EveryHour || !shown.Contains(wall));
            for (DateTime skipped = before.AddMinutes(1); before != default && skipped < wall; skipped = skipped.AddMinutes(1))
            {
                isDue |= drawn.Names(skipped);
            }

            shown.Add(wall);
            before = wall;
            if (isDue && at >= from)
            {
                yield return at;
            }
        }
    }

    private static IEnumerable<DateTime> Changes(TimeZoneInfo zone, int year)
    {
        DateTime at = new(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        bool any = false;
        for (TimeSpan offset = zone.GetUtcOffset(at); at.Year < year + 1; at = at.AddMinutes(15))
        {
            TimeSpan now = zone.GetUtcOffset(at);
            if (now != offset)
            {
                any = true;
                offset = now;
                yield return at;
            }
        }

        if (!any)
        {
            yield return new DateTime(year, 2, 28, 0, 0, 0, DateTimeKind.Utc);
        }
    }

    // Fields with what they mean, drawn together, so that nothing here reads cron.
    private sealed record Drawn(string Text, HashSet<int> Minutes, HashSet<int> Hours, HashSet<int> Days, HashSet<int> Weekdays, bool EveryHour, bool EitherDay)
    {
        internal bool Names(DateTime wall)
        {
            bool month = Days.Contains(wall.Day);
            bool week = Weekdays.Contains((int)wall.DayOfWeek);
            return Minutes.Contains(wall.Minute) && Hours.Contains(wall.Hour) && (EitherDay ? month || week : month && week);
        }

        internal static Drawn Next(Random random)
        {
            (string minute, HashSet<int> minutes) = Field(random, 0, 59, 4);
            (string hour, HashSet<int> hours) = Field(random, 0, 23, 2);
            (string day, HashSet<int> days) = Field(random, 1, 31, 1);
            (string weekday, HashSet<int> weekdays) = Field(random, 0, 6, 1);
            return new Drawn(
                $"{minute} {hour} {day} * {weekday}", minutes, hours, days, weekdays, hour.StartsWith('*'), !day.StartsWith('*') && !weekday.StartsWith('*'));
        }

        private static (string, HashSet<int>) Field(Random random, int first, int last, int named)
        {
            int step = random.Next(2, 8);
            int from = random.Next(first, last);
            int to = random.Next(from, last + 1);
            int[] some = [.. Enumerable.Range(0, named + 2).Select(_ => random.Next(first, last + 1))];
            return random.Next(6) switch
            {
                0 or 1 => ("*", [.. Enumerable.Range(first, last - first + 1)]),
                2 => ($"*/{step}", [.. Enumerable.Range(first, last - first + 1).Where(value => (value - first) % step == 0)]),
                3 => ($"{from}-{to}", [.. Enumerable.Range(from, to - from + 1)]),
                4 when step <= last - first => ($"{from}-{to}/{step}", [.. Enumerable.Range(from, to - from + 1).Where(value => (value - from) % step == 0)]),
                _ => (string.Join(',', some), [.. some]),
            };
        }
    }
}
