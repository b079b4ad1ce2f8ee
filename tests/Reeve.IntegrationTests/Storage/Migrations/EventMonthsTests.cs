using System.Globalization;
using Reeve.Core.Errors;
using Reeve.Storage.Databases;
using Reeve.Storage.Migrations;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>The months of the log are there before they are needed.</summary>
public sealed class EventMonthsTests
{
    private const string Months = "select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'events'::regclass order by 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_adds_the_months_that_are_missing_and_no_more()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        DateTime now = (DateTime)(await store.ScalarAsync("select now() at time zone 'UTC'"))!;
        string[] ahead = [.. Enumerable.Range(0, 4).Select(month => $"events_{now.AddMonths(month).ToString("yyyy_MM", CultureInfo.InvariantCulture)}")];
        await store.ExecuteAsync($"drop table {ahead[2]}, {ahead[3]}");

        (await EventMonths.EnsureAsync(store.Database, Token)).ShouldBe(2);
        (await EventMonths.EnsureAsync(store.Database, Token)).ShouldBe(0);

        (await store.QueryAsync(Months)).Select(row => (string)row[0]!).ShouldBe([$"events_{now.AddMonths(-1).ToString("yyyy_MM", CultureInfo.InvariantCulture)}", .. ahead]);
    }

    [Fact]
    public async Task A_month_begins_and_ends_at_midnight_of_UTC_wherever_the_server_is()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        var bounds = await store.QueryAsync("""
            set timezone = 'UTC';
            select pg_get_expr(c.relpartbound, c.oid) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'events'::regclass
            """);

        bounds.Count.ShouldBe(5);
        bounds.ShouldAllBe(row => System.Text.RegularExpressions.Regex.IsMatch(
            (string)row[0]!, @"^FOR VALUES FROM \('\d{4}-\d\d-01 00:00:00\+00'\) TO \('\d{4}-\d\d-01 00:00:00\+00'\)$", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_file_has_no_months()
    {
        await using SqliteFile file = await SqliteFile.CreateAsync();

        (await EventMonths.EnsureAsync(file.Database, Token)).ShouldBe(0);
    }

    [Fact]
    public async Task Months_far_from_the_clock_are_neither_made_nor_dropped()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        foreach (string call in new[] { "add_event_months('2020-01-01', 1)", "add_event_months(now()::date, 13)", "add_event_months(now()::date, 0)", "drop_event_month(now()::date)", "drop_event_month((now() - interval '11 months')::date)" })
        {
            (await Should.ThrowAsync<Npgsql.PostgresException>(() => store.ExecuteAsync("select " + call))).SqlState.ShouldBe("22023", call);
        }
    }

    [Fact]
    public async Task A_role_that_is_no_node_s_makes_none()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        await using PostgresDatabase owner = new(store.Owner);

        (await Should.ThrowAsync<ReeveException>(() => EventMonths.EnsureAsync(owner, Token))).Error.Kind.ShouldBe(ErrorCatalogue.Storage.UnsafeRole);
    }
}
