using Microsoft.Data.Sqlite;
using Reeve.Storage.Databases;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>Both databases have the same tables, columns and keys, each column in the type that docs/decisions/0009 gives it.</summary>
public sealed class SchemaTests
{
    private const string PostgresColumns = """
        select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then 'not null' else 'null' end,
            coalesce((select array_position(i.indkey::int2[], a.attnum) from pg_index i where i.indrelid = c.oid and i.indisprimary) + 1, 0)::bigint
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped
        order by 1, a.attnum
        """;

    private const string SqliteColumns = """
        select t.name, c.name, c.type, case when c."notnull" then 'not null' else 'null' end, c.pk
        from sqlite_schema t join pragma_table_info(t.name) c
        where t.type = 'table' and t.name not like 'sqlite%' order by 1, c.cid
        """;

    // The types of one row of the table in docs/decisions/0009.
    private static readonly Dictionary<string, string> Twin = new()
    {
        ["uuid"] = "BLOB", ["bytea"] = "BLOB", ["text"] = "TEXT", ["timestamp with time zone"] = "INTEGER", ["date"] = "INTEGER",
        ["bigint"] = "INTEGER", ["integer"] = "INTEGER", ["boolean"] = "INTEGER",
    };

    [Fact]
    public async Task Tables_columns_and_keys_are_the_same()
    {
        await using TestStore server = await TestStore.CreateAsync(Dialect.Postgres);
        await using TestStore file = await TestStore.CreateAsync(Dialect.Sqlite);

        string[] postgres = [.. (await server.QueryAsync(PostgresColumns)).Select(row => Line([row[0], row[1], Twin.GetValueOrDefault((string)row[2]!, $"{row[2]} has no twin"), row[3], KeyOf(row)]))];
        string[] sqlite = [.. (await file.QueryAsync(SqliteColumns)).Select(row => Line([row[0], row[1], ((string)row[2]!).ToUpperInvariant(), row[3], row[4]]))];

        postgres.Length.ShouldBeGreaterThan(100);
        sqlite.Except(postgres).ShouldBeEmpty();
        postgres.Except(sqlite).ShouldBeEmpty();
        sqlite.SequenceEqual(postgres).ShouldBeTrue("columns stand in the same order");
    }

    [Fact]
    public async Task Unique_indexes_are_the_same()
    {
        await using TestStore server = await TestStore.CreateAsync(Dialect.Postgres);
        await using TestStore file = await TestStore.CreateAsync(Dialect.Sqlite);

        var postgres = await server.QueryAsync("""
            select c.relname::text, (select string_agg(a.attname, ',' order by array_position(i.indkey::int2[], a.attnum)) from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey))
            from pg_index i join pg_class c on c.oid = i.indexrelid
            where i.indisunique and not i.indisprimary and c.relnamespace = 'public'::regnamespace and not c.relispartition order by 1
            """);
        var sqlite = await file.QueryAsync("""
            select i.name, (select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno))
            from sqlite_schema t join pragma_index_list(t.name) i where t.type = 'table' and i."unique" and i.origin = 'c' order by 1
            """);

        postgres.ShouldNotBeEmpty();
        sqlite.Select(Line).ShouldBe(postgres.Select(Line));
    }

    // A list of words in a check is one, made and dropped for each row.
    [Theory]
    [InlineData("exceptions")]
    [InlineData("events")]
    [InlineData("deliveries")]
    [InlineData("import_items")]
    [InlineData("inbox")]
    [InlineData("tallies")]
    public async Task A_file_makes_no_temporary_table_for_a_row_of_a_commit(string table)
    {
        await using TestStore file = await TestStore.CreateAsync(Dialect.Sqlite);

        List<string> steps = [.. (await file.QueryAsync($"explain insert into {table} default values")).Select(row => (string)row[1]!)]; // not null: every step has a name

        steps.ShouldContain("OpenWrite");
        steps.ShouldNotContain("OpenEphemeral");
    }

    [Theory]
    [InlineData("severity", "'HIGH'", "'ODD'")]
    [InlineData("status", "'PENDING_APPROVAL'", "'ODD'")]
    [InlineData("actionability", "'NON_ACTIONABLE_INFO_ONLY'", "'ODD'")]
    public async Task A_file_takes_no_word_that_is_not_of_its_list(string column, string known, string odd)
    {
        await using TestStore file = await TestStore.CreateAsync(Dialect.Sqlite);
        await file.ExecuteAsync("""
            insert into exceptions (tenant_id, exception_id, exception_key, version, domain, source_system, status, occurred_at, created_at, updated_at, resolved_automatically, run_id, pass_id, record)
            values ('N', 'E', x'00', 1, 'D', 'S', 'OPEN', 0, 0, 0, 0, x'00', x'00', x'00')
            """);
        await file.ExecuteAsync($"update exceptions set {column} = {known}");

        await Should.ThrowAsync<SqliteException>(() => file.ExecuteAsync($"update exceptions set {column} = {odd}"));
    }

    // Differs: the key of a partitioned table has to hold what it is partitioned by.
    private static object KeyOf(object?[] row) => (row[0], row[1]) is ("events", "recorded_at") ? 0L : row[4]!;

    private static string Line(object?[] row) => string.Join(' ', row);
}
