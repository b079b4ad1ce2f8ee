using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Calendars;

namespace Reeve.Tests.Calendars;

public sealed class ZoneDataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("UTC\n0\n", "UTC")]
    [InlineData("Asia/Kathmandu\n19800\n504901800 20700\n", "Asia/Kathmandu")] // since 1986 a quarter of an hour later
    [InlineData("Asia/Kathmandu\n19800\n504901800 20700\nUTC\n0\n", "UTC", "Asia/Kathmandu", "UTC")]
    public void The_fingerprint_is_of_every_zone_once_with_its_changes(string text, params string[] zones) =>
        ZoneData.Fingerprint(zones.Select((zone, i) => new BusinessCalendar($"c{i}", BusinessCalendar.FindZone(zone), new HashSet<DayOfWeek>(), new HashSet<DateOnly>(), null)))
            .ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]);
}
