using System.Security.Cryptography;
using System.Text;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Databases;

/// <summary>What is written is read back, the same from both databases.</summary>
public sealed class StoredValueTests
{
    private static readonly TenantId North = new("NORTH");

    /// <summary>Both databases are made once for all values.</summary>
    private static async Task Both(Func<TestStore, Task> test)
    {
        await using TestStore file = await TestStore.CreateAsync(Dialect.Sqlite);
        await test(file);
        await using TestStore server = await TestStore.CreateAsync(Dialect.Postgres);
        await test(server);
    }

    // What a statement without a table gives back for one parameter.
    private static async Task<T> Echo<T>(TestStore store, Action<Parameters> bind, Func<Row, T> map, string type)
    {
        Statement statement = new($"select cast(@value as {type}), @tenant", "select @value, @tenant");
        return (await store.Database.ReadAsync(statement, North, bind, map, TestContext.Current.CancellationToken)).Single();
    }

    [Fact]
    public Task Times_keep_their_microseconds_from_year_1_to_9999() => Both(async store =>
    {
        DateTimeOffset[] times =
        [
            DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddTicks(-1),
            new(1969, 12, 31, 23, 59, 59, 999, 999, TimeSpan.Zero), new(2026, 2, 28, 23, 30, 0, 1, 1, TimeSpan.FromHours(-5)), new(1582, 10, 10, 0, 0, 0, TimeSpan.Zero),
        ];
        foreach (DateTimeOffset time in times)
        {
            DateTimeOffset read = await Echo(store, p => p.Time("value", time), row => row.Time(0), "timestamptz");
            read.ShouldBe(Core.Values.TimeText.ToMicroseconds(time));
            read.Offset.ShouldBe(TimeSpan.Zero);
        }

        (await Echo(store, p => p.Time("value", null), row => row.TimeOrNull(0), "timestamptz")).ShouldBeNull();
    });

    [Fact]
    public async Task PostgreSQL_keeps_the_first_and_the_last_moment_as_moments_not_as_infinity()
    {
        await using TestStore store = await TestStore.CreateAsync(Dialect.Postgres);

        (await Echo(store, p => p.Time("value", DateTimeOffset.MinValue), row => row.Text(0), "timestamptz)::text || cast('' as text")).ShouldBe("0001-01-01 00:00:00+00");
        (await Echo(store, p => p.Time("value", DateTimeOffset.MaxValue), row => row.Text(0), "timestamptz)::text || cast('' as text")).ShouldBe("9999-12-31 23:59:59.999999+00");
        (await Echo(store, p => p.Day("value", DateOnly.MaxValue), row => row.Text(0), "date)::text || cast('' as text")).ShouldBe("9999-12-31");
    }

    [Fact]
    public Task Days_numbers_and_flags_are_read_back() => Both(async store =>
    {
        foreach (DateOnly day in new[] { DateOnly.MinValue, DateOnly.MaxValue, new DateOnly(1970, 1, 1), new DateOnly(1969, 12, 31), new DateOnly(2028, 2, 29) })
        {
            (await Echo(store, p => p.Day("value", day), row => row.Day(0), "date")).ShouldBe(day);
        }

        foreach (long? number in new long?[] { 0, -1, long.MinValue, long.MaxValue, null })
        {
            (await Echo(store, p => p.Number("value", number), row => row.LongOrNull(0), "bigint")).ShouldBe(number);
        }

        (await Echo(store, p => p.Flag("value", true), row => row.Flag(0), "boolean")).ShouldBeTrue();
        (await Echo(store, p => p.Flag("value", false), row => row.Flag(0), "boolean")).ShouldBeFalse();
    });

    [Fact]
    public Task Ids_are_read_back_and_sort_alike() => Both(async store =>
    {
        Guid[] ids = [.. Enumerable.Range(0, 50).Select(_ => Guid.NewGuid()), Guid.Empty, Guid.AllBitsSet];
        foreach (Guid id in ids)
        {
            (await Echo(store, p => p.Id("value", id), row => row.Id(0), "uuid")).ShouldBe(id);
        }

        (await Echo(store, p => p.Id("value", null), row => row.IdOrNull(0), "uuid")).ShouldBeNull();

        string[] expected = [.. ids.Select(id => id.ToString("N")).Order(StringComparer.Ordinal)];
        string values = string.Join(", ", ids.Select((_, at) => $"(@v{at})"));
        Statement sorted = new($"select x from (values {values}) as v(x) where @tenant <> '' order by x", $"select column1 from (values {values}) where @tenant <> '' order by column1");
        var read = await store.Database.ReadAsync(
            sorted, North, p => Array.ForEach([.. Enumerable.Range(0, ids.Length)], at => p.Id($"v{at}", ids[at])), row => row.Id(0).ToString("N"), TestContext.Current.CancellationToken);
        read.ShouldBe(expected);
    });

    [Fact]
    public Task Texts_of_any_language_are_read_back_byte_for_byte() => Both(async store =>
    {
        string[] texts = ["", " ", "NORTH", "naïve", "e\u0301", "\u00e9", "日本", "😀🏳️‍🌈", "\u0001\u001f\u007f", "'\";--\\", "\ufffe\uffff", "end"];
        foreach (string text in texts)
        {
            (await Echo(store, p => p.Text("value", text), row => row.Text(0), "text")).ShouldBe(text);
        }

        (await Echo(store, p => p.Text("value", null), row => row.TextOrNull(0), "text")).ShouldBeNull();
        (await Echo(store, p => p.Text("value", new string('x', 1_000_000)), row => row.Text(0), "text")).Length.ShouldBe(1_000_000);

        Statement any = new(
            """select x from unnest(@all) as u(x) where x = any(@some) and @tenant <> '' order by x collate "C" """,
            "select value from json_each(@all) where value in (select value from json_each(@some)) and @tenant <> '' order by value");
        (await store.Database.ReadAsync(any, North, p => p.Texts("all", texts).Texts("some", texts[3..]), row => row.Text(0), TestContext.Current.CancellationToken))
            .ShouldBe(texts[3..].OrderBy(text => Convert.ToHexString(Encoding.UTF8.GetBytes(text)), StringComparer.Ordinal)); // by bytes, not by UTF-16 units
        (await store.Database.ReadAsync(any, North, p => p.Texts("all", texts).Texts("some", []), row => row.Text(0), TestContext.Current.CancellationToken)).ShouldBeEmpty();
    });

    [Theory]
    [InlineData('a', '\0')]
    [InlineData('a', '\ud83d')]
    [InlineData('\ude00', '\ud83d')]
    public Task A_text_that_one_of_them_cannot_hold_is_refused_by_both(char first, char second) => Both(async store =>
    {
        string text = $"{first}{second}";
        ReeveException refused = await Should.ThrowAsync<ReeveException>(() => Echo(store, p => p.Text("value", text), row => row.Text(0), "text"));
        refused.Error.Kind.ShouldBe(ErrorCatalogue.Input.ForbiddenCharacter);
        (await Should.ThrowAsync<ReeveException>(() => Echo(store, p => p.Texts("value", ["a", text]), row => row.Text(0), "text[]")))
            .Error.Kind.ShouldBe(ErrorCatalogue.Input.ForbiddenCharacter);
    });

    [Fact]
    public Task Bytes_are_read_back_whatever_they_are_and_however_many() => Both(async store =>
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        foreach (byte[] bytes in new[] { [], [0], all, RandomNumberGenerator.GetBytes(20_000_000) })
        {
            (await Echo(store, p => p.Bytes("value", bytes), row => row.Bytes(0), "bytea")).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        }

        (await Echo(store, p => p.Bytes("value", all.AsMemory(3, 5)), row => row.Bytes(0), "bytea")).ShouldBe(all[3..8]);
        (await Echo(store, p => p.Bytes("value", null), row => row.BytesOrNull(0), "bytea")).ShouldBeNull();
    });

    [Fact]
    public Task What_Reeve_cannot_have_written_is_named_by_its_column() => Both(async store =>
    {
        await Refuses("text", p => p.Text("value", null), row => row.Text(0));
        await Refuses("bigint", p => p.Number("value", null), row => row.Long(0));
        await Refuses("bigint", p => p.Number("value", long.MaxValue), row => row.Int(0));
        await Refuses("uuid", p => p.Id("value", null), row => row.Id(0));
        await Refuses("timestamptz", p => p.Time("value", null), row => row.Time(0));
        await Refuses("bytea", p => p.Bytes("value", null), row => row.Bytes(0));
        if (store.Dialect == Dialect.Sqlite)
        {
            await Refuses("", p => p.Bytes("value", new byte[15]), row => row.Id(0));
            await Refuses("", p => p.Number("value", long.MaxValue), row => row.Time(0));
            await Refuses("", p => p.Number("value", long.MinValue), row => row.Day(0));
        }
        else
        {
            await Refuses("text)::timestamptz::timestamptz + cast('0' as interval", p => p.Text("value", "infinity"), row => row.Time(0));
            await Refuses("text)::date + cast(0 as integer", p => p.Text("value", "-infinity"), row => row.Day(0));
        }

        async Task Refuses<T>(string type, Action<Parameters> bind, Func<Row, T> map)
        {
            ReeveException fault = await Should.ThrowAsync<ReeveException>(() => Echo(store, bind, map, type));
            fault.Error.Kind.ShouldBe(ErrorCatalogue.Storage.Corrupt);
            fault.Error.Subject.ShouldNotBeNullOrEmpty();
        }
    });
}
