using Reeve.Core.Values;

namespace Reeve.Tests.Expressions;

public sealed class TimeTests
{
    [Theory]
    [InlineData("timestamp('2024-02-29T12:30:45.123456789Z').getFullYear() == 2024")]
    [InlineData("cel.bind(t, timestamp('2024-02-29T12:30:45.123456789Z'), t.getMonth() == 1 && t.getDate() == 29 && t.getDayOfMonth() == 28 && t.getDayOfYear() == 59)")]
    [InlineData("cel.bind(t, timestamp('2024-02-29T12:30:45.123456789Z'), t.getDayOfWeek() == 4 && t.getHours() == 12 && t.getMinutes() == 30 && t.getSeconds() == 45 && t.getMilliseconds() == 123)")]
    [InlineData("timestamp('2024-02-29T23:30:00Z').getDate('Europe/Berlin') == 1 && timestamp('2024-02-29T23:30:00Z').getHours('+05:30') == 5")]
    [InlineData("timestamp('2024-07-01T00:30:00Z').getHours('America/New_York') == 20 && timestamp('2024-01-01T00:30:00Z').getHours('America/New_York') == 19")]
    [InlineData("timestamp('2024-01-01T00:30:00Z').getHours('-02:00') == 22 && timestamp('2024-01-01T00:30:00Z').getHours('02:00') == 2")]
    [InlineData("timestamp('2024-01-01T02:00:00+02:00') == timestamp('2024-01-01T00:00:00Z') && timestamp('2024-01-01t00:00:00z') == timestamp(1704067200)")]
    [InlineData("string(timestamp('2024-01-01T00:00:00.120Z')) == '2024-01-01T00:00:00.12Z' && string(duration('-1500ms')) == '-1.5s'")]
    [InlineData("duration('1h30m') == duration('5400s') && duration('1.5h') == duration('90m') && duration('-1m') < duration('0s') && duration('0') == duration('0s')")]
    [InlineData("duration('1us') == duration('1000ns') && duration('1µs') == duration('1us') && duration('.5s') == duration('500ms')")]
    [InlineData("duration('3725s').getHours() == 1 && duration('3725s').getMinutes() == 62 && duration('3725.5s').getSeconds() == 3725 && duration('1.25s').getMilliseconds() == 250")]
    [InlineData("timestamp('2024-03-01T00:00:00Z') - duration('24h') == timestamp('2024-02-29T00:00:00Z')")]
    [InlineData("timestamp('2024-01-01T00:00:00Z') + duration('-1ns') == timestamp('2023-12-31T23:59:59.999999999Z')")]
    [InlineData("timestamp(1) - timestamp(3) == duration('-2s') && timestamp(1) < timestamp(2) && duration('1s') + timestamp(1) == timestamp(2)")]
    public void It_holds(string text) => Cel.Checked(text).ShouldBe(Value.True);

    [Theory]
    [InlineData("timestamp('2023-02-29T00:00:00Z')")]
    [InlineData("timestamp('2023-02-28 00:00:00Z')")]
    [InlineData("timestamp('2023-02-28T24:00:00Z')")]
    [InlineData("timestamp('2023-02-28T00:00:00')")]
    [InlineData("timestamp('0000-01-01T00:00:00Z')")]
    [InlineData("timestamp('0001-01-01T00:00:00+01:00')")]
    [InlineData("timestamp('10000-01-01T00:00:00Z')")]
    [InlineData("timestamp(253402300800)")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') + duration('1s')")]
    [InlineData("timestamp('0001-01-01T00:00:00Z') - duration('1ns')")]
    [InlineData("timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')")]
    [InlineData("duration('320000000000s')")]
    [InlineData("duration('200000000000s') + duration('200000000000s')")]
    [InlineData("duration('1')")]
    [InlineData("duration('1d')")]
    [InlineData("duration('')")]
    [InlineData("duration('s')")]
    [InlineData("duration('99999999999999999999s')")]
    [InlineData("timestamp(0).getHours('Mars/Olympus')")]
    [InlineData("timestamp(0).getHours('../UTC')")]
    [InlineData("timestamp(0).getHours('+25:00')")]
    [InlineData("timestamp(0).getHours('')")]
    [InlineData("timestamp('0001-01-01T00:00:00Z').getHours('-01:00')")]
    public void It_is_an_error(string text) => Cel.Checked(text).ShouldBeError();
}
