using System.Globalization;
using Reeve.Core.Values;

namespace Reeve.Tests.Values;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("2026-11-19T09:00:00.123456789Z", "2026-11-19T09:00:00.123456Z")]
    [InlineData("2026-11-19T09:00:00.12345678901234567890+01:00", "2026-11-19T08:00:00.123456Z")]
    [InlineData("2026-11-19 09:00:00.999999999z", "2026-11-19T09:00:00.999999Z")]
    [InlineData("2026-11-19T09:00:00.5Z", "2026-11-19T09:00:00.5Z")]
    [InlineData("2026-11-19T09:00:00Z", "2026-11-19T09:00:00Z")]
    public void A_time_may_be_finer_than_what_is_kept_of_it(string text, string kept)
    {
        TimeText.TryRead(text, out DateTimeOffset time).ShouldBeTrue();

        time.ShouldBe(DateTimeOffset.Parse(kept, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2026-11-19T09:00:00.12345678x9Z")]
    [InlineData("2026-11-19T09:00:00.123456789.1Z")]
    [InlineData("2026-11-19.123456789")]
    [InlineData("12:00")]
    [InlineData("")]
    public void What_is_no_time_stays_none(string text) => TimeText.TryRead(text, out _).ShouldBeFalse();
}
