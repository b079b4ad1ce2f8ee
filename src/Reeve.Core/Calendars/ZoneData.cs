using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Reeve.Core.Calendars;

/// <summary>
/// What this machine's time-zone data say about the zones that calendars name. Business days depend on it and zones change by
/// law, so a decision records it (docs/decisions/0007).
/// </summary>
public static class ZoneData
{
    private static readonly DateTime First = new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Last = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>
    /// The first 16 hex digits of the SHA-256 of a text: for each zone once, in ordinal order of their names, a line with its
    /// name, a line with its offset at 1970-01-01T00:00:00Z, and a line for each change of it until 2100 with the second since
    /// 1970 at which it changes and the offset from then on, in seconds. Lines end in LF. Without calendars the text is empty.
    /// </summary>
    public static string Fingerprint(IEnumerable<BusinessCalendar> calendars)
    {
        StringBuilder text = new();
        foreach (TimeZoneInfo zone in calendars.Select(calendar => calendar.Zone).DistinctBy(zone => zone.Id, StringComparer.Ordinal).OrderBy(zone => zone.Id, StringComparer.Ordinal))
        {
            Describe(zone, text);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    // No zone changes its offset twice in a day, so a look at each day finds every change.
    private static void Describe(TimeZoneInfo zone, StringBuilder text)
    {
        long offset = OffsetAt(zone, First);
        text.Append(zone.Id).Append('\n').Append(CultureInfo.InvariantCulture, $"{offset}\n");
        for (DateTime day = First; day < Last; day = day.AddDays(1))
        {
            long next = OffsetAt(zone, day.AddDays(1));
            if (next != offset)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Change(zone, day, next)} {next}\n");
                offset = next;
            }
        }
    }

    private static long Change(TimeZoneInfo zone, DateTime day, long offset)
    {
        int low = 0;
        int high = 24 * 60 * 60;
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (OffsetAt(zone, day.AddSeconds(middle)) == offset)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return ((day.Ticks - First.Ticks) / TimeSpan.TicksPerSecond) + high;
    }

    private static long OffsetAt(TimeZoneInfo zone, DateTime at) => zone.GetUtcOffset(at).Ticks / TimeSpan.TicksPerSecond;
}
