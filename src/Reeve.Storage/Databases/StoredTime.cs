namespace Reeve.Storage.Databases;

/// <summary>
/// Times and days as the databases keep them: SQLite from 1970, PostgreSQL on its wire from 2000, both in microseconds and days
/// (https://www.postgresql.org/docs/15/datatype-datetime.html; the binary form is its storage form).
/// </summary>
internal static class StoredTime
{
    private static readonly long UnixTicks = DateTimeOffset.UnixEpoch.Ticks;
    private static readonly long WireTicks = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private static readonly int UnixDay = new DateOnly(1970, 1, 1).DayNumber;
    private static readonly int WireDay = new DateOnly(2000, 1, 1).DayNumber;

    internal static long Microseconds(DateTimeOffset time) => Since(UnixTicks, time);

    internal static long WireMicroseconds(DateTimeOffset time) => Since(WireTicks, time);

    internal static DateTimeOffset? FromMicroseconds(long microseconds) => At(UnixTicks, microseconds);

    internal static DateTimeOffset? FromWireMicroseconds(long microseconds) => At(WireTicks, microseconds);

    internal static int Days(DateOnly day) => day.DayNumber - UnixDay;

    internal static int WireDays(DateOnly day) => day.DayNumber - WireDay;

    internal static DateOnly? FromDays(long days) => On(UnixDay, days);

    internal static DateOnly? FromWireDays(long days) => On(WireDay, days);

    // Cut, not rounded, also before the epoch: towards the past, as TimeText.ToMicroseconds does.
    private static long Since(long epoch, DateTimeOffset time) =>
        (time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond) - epoch) / TimeSpan.TicksPerMicrosecond;

    // Null: no time that .NET has, such as infinity.
    private static DateTimeOffset? At(long epoch, long microseconds)
    {
        Int128 ticks = ((Int128)microseconds * TimeSpan.TicksPerMicrosecond) + epoch;
        return ticks >= DateTimeOffset.MinValue.Ticks && ticks <= DateTimeOffset.MaxValue.Ticks ? new DateTimeOffset((long)ticks, TimeSpan.Zero) : null;
    }

    private static DateOnly? On(int epoch, long days) =>
        days >= DateOnly.MinValue.DayNumber - epoch && days <= DateOnly.MaxValue.DayNumber - epoch ? DateOnly.FromDayNumber((int)days + epoch) : null;
}
