using System.Text.RegularExpressions;
using Npgsql;
using Reeve.Testing.Databases;

namespace Reeve.IntegrationTests.Storage.Migrations;

/// <summary>
/// What PostgreSQL itself holds: no statement of a node, however wrong, crosses tenants or changes the log. Tables and functions are
/// taken from the catalogue, so that new ones are held to it, too.
/// </summary>
public sealed class RowSecurityTests
{
    private const string TenantTables = """
        select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and a.attname = 'tenant_id' and not a.attisdropped order by 1
        """;

    private static readonly string[] Roles = ["reeve_app", "reeve_engine", "reeve_eraser"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_tenant_table_has_policies_for_exactly_the_roles_that_have_rights_to_it()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        foreach (string table in await Tables(store))
        {
            string[] granted = [.. (await Grantees(store, table)).Where(grantee => grantee != PostgresStore.OwnerRole)];
            granted.ShouldBeSubsetOf(Roles, $"rights to {table}");
            (await store.ScalarAsync($"select relrowsecurity from pg_class where oid = '{table}'::regclass")).ShouldBe(true, $"row-level security of {table}");
            var policies = await store.QueryAsync($"""
                select r.rolname::text, p.polcmd::text, p.polpermissive, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
                from pg_policy p cross join unnest(p.polroles) role(oid) join pg_roles r on r.oid = role.oid where p.polrelid = '{table}'::regclass order by 1
                """);

            policies.Select(policy => policy[0]).ShouldBe(granted, $"roles with a policy on {table}");
            foreach (object?[] policy in policies)
            {
                string seen = policy[0] is "reeve_engine" ? "true" : "(tenant_id = ( SELECT current_setting('reeve.tenant'::text, true) AS current_setting))";
                policy[1..].ShouldBe(["*", true, seen, seen], $"{policy[0]} on {table}");
            }
        }
    }

    [Fact]
    public async Task Tables_without_tenants_are_the_engine_s_alone()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        foreach (string table in new[] { "slots", "commits", "readers" })
        {
            (await Grantees(store, table)).ShouldBe(["reeve_engine", PostgresStore.OwnerRole]);
        }

        string[] others = [.. (await store.QueryAsync($"""
            select c.relname::text from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and not c.relispartition
            and c.relname <> all (array(select x from ({TenantTables}) t(x))) order by 1
            """)).Select(row => (string)row[0]!)];
        others.ShouldBe(["commits", "readers", "schema_migrations", "slots"], "a new table without tenants says here whose it is");
    }

    [Fact]
    public async Task Partitions_have_no_grants_and_cannot_be_named()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();
        string[] partitions = [.. (await store.QueryAsync("select relname::text from pg_class where relispartition and relkind = 'r'")).Select(row => (string)row[0]!)];
        partitions.Count(partition => partition.StartsWith("events_", StringComparison.Ordinal)).ShouldBe(5);
        partitions.Count(partition => partition.StartsWith("import_items_", StringComparison.Ordinal)).ShouldBe(8);
        partitions.Length.ShouldBe(13);

        foreach (string partition in partitions)
        {
            (await Grantees(store, partition)).ShouldBe([PostgresStore.OwnerRole]);
            foreach (string role in Roles)
            {
                (await Refused(store, role, "NORTH", $"select * from {partition}")).ShouldBe("42501", $"{role} on {partition}");
            }
        }
    }

    [Fact]
    public async Task Without_a_tenant_nothing_is_seen_and_with_one_only_its_rows()
    {
        await using PostgresStore store = await PlantedAsync();
        foreach (string role in new[] { "reeve_app", "reeve_eraser" })
        {
            int seen = 0;
            foreach (string table in await Tables(store))
            {
                if (!await May(store, role, table, "select"))
                {
                    continue;
                }

                seen++;
                string count = $"select count(*) from {table}";
                (await Scalar(store, role, tenant: null, count)).ShouldBe(0L, $"{role}, unset, {table}");
                (await Scalar(store, role, "", count)).ShouldBe(0L, $"{role}, empty, {table}");
                (await Scalar(store, role, "EAST", count)).ShouldBe(0L, $"{role}, a tenant without rows, {table}");
                (await Scalar(store, role, "NORTH", $"select array_agg(distinct tenant_id) from {table}")).ShouldBe(new[] { "NORTH" }, $"{role}, {table}");
                (await Scalar(store, role, "NORTH", $"select count(*) from {table} where tenant_id = 'SOUTH'")).ShouldBe(0L, $"{role}, asking for another, {table}");
            }

            seen.ShouldBeGreaterThan(1);
        }
    }

    [Fact]
    public async Task The_tenant_does_not_outlast_its_transaction()
    {
        await using PostgresStore store = await PlantedAsync();
        await using NpgsqlConnection connection = new(store.Node.Target);
        await connection.OpenAsync(Token);

        (await Run(connection, "begin; set local role reeve_app; set local reeve.tenant = 'NORTH'; select count(*) from tenants")).ShouldBe(1L);
        (await Run(connection, "commit; begin; set local role reeve_app; select count(*) from tenants")).ShouldBe(0L, "it reads empty now, not null");
    }

    [Fact]
    public async Task No_row_of_another_tenant_is_written_or_changed()
    {
        await using PostgresStore store = await PlantedAsync();
        foreach (string table in await Tables(store))
        {
            string row = await RowOf(store, table, "EAST");
            foreach (string? tenant in new[] { null, "", "NORTH" })
            {
                if (await May(store, "reeve_app", table, "insert"))
                {
                    (await Refused(store, "reeve_app", tenant, row)).ShouldBe("42501", $"insert into {table} as {tenant}");
                }

                if (await May(store, "reeve_app", table, "update"))
                {
                    (await Affected(store, "reeve_app", tenant, $"update {table} set tenant_id = tenant_id where tenant_id = 'SOUTH'")).ShouldBe(0, $"update {table} as {tenant}");
                }

                if (await May(store, "reeve_app", table, "delete"))
                {
                    (await Affected(store, "reeve_app", tenant, $"delete from {table} where tenant_id = 'SOUTH'")).ShouldBe(0, $"delete from {table} as {tenant}");
                }
            }

            if (await May(store, "reeve_app", table, "update"))
            {
                (await Refused(store, "reeve_app", "NORTH", $"update {table} set tenant_id = 'SOUTH'")).ShouldBe("42501", $"give away a row of {table}");
            }
        }

        (await store.ScalarAsync("select count(*) from tenants")).ShouldBe(2L);
    }

    [Fact]
    public async Task The_log_is_append_only_for_those_who_write_it()
    {
        await using PostgresStore store = await PlantedAsync();
        foreach (string statement in new[] { "update events set body = null", "update events set tenant_id = tenant_id", "delete from events", "truncate events" })
        {
            (await Refused(store, "reeve_app", "NORTH", statement)).ShouldBe("42501", statement);
            (await Refused(store, "reeve_engine", "NORTH", statement)).ShouldBe("42501", statement);
        }

        (await Refused(store, "reeve_app", "NORTH", await RowOf(store, "events", "NORTH", "7"))).ShouldBe("42501", "only the engine appends");
    }

    [Fact]
    public async Task The_eraser_empties_salt_and_body_of_its_tenant_and_changes_nothing_else()
    {
        await using PostgresStore store = await PlantedAsync();

        (await store.QueryAsync("""
            select distinct a.attname::text from pg_attribute a
            where a.attrelid = 'events'::regclass and a.attnum > 0 and has_column_privilege('reeve_eraser', 'events', a.attname, 'update') order by 1
            """)).ShouldBe([["body"], ["salt"]]);
        foreach (string column in (await store.QueryAsync("select attname::text from pg_attribute where attrelid = 'events'::regclass and attnum > 0 and not attisdropped")).Select(row => (string)row[0]!).Except(["salt", "body"]))
        {
            (await Refused(store, "reeve_eraser", "NORTH", $"update events set {column} = {column}")).ShouldBe("42501", column);
        }

        (await Refused(store, "reeve_eraser", "NORTH", "delete from events")).ShouldBe("42501");
        (await Refused(store, "reeve_eraser", "NORTH", await RowOf(store, "events", "NORTH", "7"))).ShouldBe("42501");
        (await Affected(store, "reeve_eraser", tenant: null, "update events set salt = null, body = null")).ShouldBe(0);
        (await Affected(store, "reeve_eraser", "NORTH", "update events set salt = null, body = null")).ShouldBe(1);
        (await store.QueryAsync("select tenant_id from events where body is null")).ShouldBe([["NORTH"]]);
        (await Refused(store, "reeve_eraser", "NORTH", "delete from import_items")).ShouldBe("42501", "the place of what was erased stays taken");
        (await Affected(store, "reeve_eraser", "NORTH", "update import_items set exception_id = null")).ShouldBe(1);
        (await Refused(store, "reeve_eraser", "NORTH", "update tool_executions set status = status")).ShouldBe("42501", "that it happened is not erased");
        (await Affected(store, "reeve_eraser", "NORTH", "update tool_executions set digest = '', content = ''")).ShouldBe(1);
        foreach (string table in (await Tables(store)).Except(["events", "exceptions", "deliveries", "inbox", "import_items", "tool_executions", "playbook_runs", "steps", "approvals", "approval_decisions"]))
        {
            (await Refused(store, "reeve_eraser", "NORTH", $"select * from {table}")).ShouldBe("42501", table);
        }
    }

    [Fact]
    public async Task A_node_that_takes_on_no_role_sees_and_calls_nothing()
    {
        await using PostgresStore store = await PlantedAsync();
        foreach (string table in (await Tables(store)).Concat(["slots", "commits", "readers"]))
        {
            (await Refused(store, role: null, "NORTH", $"select * from {table}")).ShouldBe("42501", table);
        }

        (await Refused(store, role: null, "NORTH", "select * from key_by_id(gen_random_uuid())")).ShouldBe("42501");
        (await Refused(store, role: null, "NORTH", "select add_event_months(now()::date, 1)")).ShouldBe("42501");
        (await Refused(store, role: null, "NORTH", "create table mine (x integer)")).ShouldBe("42501");
    }

    [Fact]
    public async Task No_function_is_everybody_s_and_the_owner_s_look_names_up_where_nobody_else_can_put_any()
    {
        await using PostgresStore store = await PostgresStore.CreateAsync();

        var functions = await store.QueryAsync("""
            select proname::text, prosecdef, proacl is null or exists (select from aclexplode(proacl) where grantee = 0), array_to_string(proconfig, ';')
            from pg_proc where pronamespace = 'public'::regnamespace order by 1
            """);

        functions.Count.ShouldBeGreaterThanOrEqualTo(3);
        foreach (object?[] function in functions)
        {
            function[2].ShouldBe(false, $"{function[0]} is public");
            ((string?)function[3] ?? "").ShouldContain("search_path=pg_catalog, pg_temp", customMessage: $"{function[0]}");
        }
    }

    // Two tenants with a row in every tenant table; a table that this cannot fill fails the test that needs it.
    private static async Task<PostgresStore> PlantedAsync()
    {
        PostgresStore store = await PostgresStore.CreateAsync();
        foreach (string table in await Tables(store))
        {
            await store.ExecuteAsync(await RowOf(store, table, "NORTH"));
            await store.ExecuteAsync(await RowOf(store, table, "SOUTH"));
        }

        return store;
    }

    private static async Task<string[]> Tables(PostgresStore store)
    {
        string[] tables = [.. (await store.QueryAsync(TenantTables)).Select(row => (string)row[0]!)];
        tables.Length.ShouldBeGreaterThan(10);
        return tables;
    }

    // An insert of a row that the table's checks accept, made from the catalogue.
    private static async Task<string> RowOf(PostgresStore store, string table, string tenant, string number = "1")
    {
        string checks = string.Join('\n', (await store.QueryAsync($"select pg_get_constraintdef(oid) from pg_constraint where conrelid = '{table}'::regclass and contype = 'c'")).Select(row => row[0]));
        var columns = await store.QueryAsync($"""
            select attname::text, format_type(atttypid, null) from pg_attribute
            where attrelid = '{table}'::regclass and attnum > 0 and not attisdropped and (attnotnull or attname in ('salt', 'body')) order by attnum
            """);
        return $"insert into {table} ({string.Join(", ", columns.Select(column => column[0]))}) values ({string.Join(", ", columns.Select(column => Value((string)column[0]!, (string)column[1]!)))})";

        string Value(string name, string type)
        {
            Match length = Regex.Match(checks, $@"octet_length\({name}\) = (\d+)", RegexOptions.None, TimeSpan.FromSeconds(1));
            Match choice = Regex.Match(checks, $@"\({name} = ANY \(ARRAY\['(\w+)'", RegexOptions.None, TimeSpan.FromSeconds(1));
            return (name, type) switch
            {
                ("tenant_id", _) => $"'{tenant}'",
                _ when length.Success => $"decode(repeat('ab', {length.Groups[1].Value}), 'hex')",
                _ when choice.Success => $"'{choice.Groups[1].Value}'",
                (_, "uuid") => "gen_random_uuid()",
                (_, "timestamp with time zone") => "now()",
                (_, "date") => "now()::date",
                (_, "boolean") => "false",
                (_, "bytea") => "'\\x7b7d'",
                (_, "integer" or "bigint") => number,
                _ => "'x'",
            };
        }
    }

    private static async Task<string[]> Grantees(PostgresStore store, string table) => [.. (await store.QueryAsync($"""
        select distinct case when g.grantee = 0 then 'public' else g.grantee::regrole::text end
        from (
            select (aclexplode(coalesce(relacl, acldefault('r', relowner)))).grantee from pg_class where oid = '{table}'::regclass
            union all select (aclexplode(attacl)).grantee from pg_attribute where attrelid = '{table}'::regclass and attacl is not null
        ) g order by 1
        """)).Select(row => (string)row[0]!)];

    private static async Task<bool> May(PostgresStore store, string role, string table, string right) =>
        await store.ScalarAsync($"select has_table_privilege('{role}', '{table}', '{right}')") is true;

    private static async Task<string> Refused(PostgresStore store, string? role, string? tenant, string sql) =>
        (await Should.ThrowAsync<PostgresException>(() => As(store, role, tenant, sql, command => command.ExecuteNonQueryAsync(Token)), $"{role}: {sql}")).SqlState;

    private static Task<int> Affected(PostgresStore store, string role, string? tenant, string sql) => As(store, role, tenant, sql, command => command.ExecuteNonQueryAsync(Token));

    private static Task<object?> Scalar(PostgresStore store, string role, string? tenant, string sql) => As(store, role, tenant, sql, command => command.ExecuteScalarAsync(Token));

    // On a connection of its own, so that what was never set is null. Rolled back.
    private static async Task<T> As<T>(PostgresStore store, string? role, string? tenant, string sql, Func<NpgsqlCommand, Task<T>> run)
    {
        await using NpgsqlConnection connection = new(store.Node.Target + ";Pooling=false");
        await connection.OpenAsync(Token);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Token);
        await Run(connection, (role is null ? "" : $"set local role {role};") + (tenant is null ? "select 1" : $"set local reeve.tenant = '{tenant}'; select 1"));
        await using NpgsqlCommand command = new(sql, connection);
        T result = await run(command);
        if (sql.StartsWith("update", StringComparison.Ordinal))
        {
            await transaction.CommitAsync(Token);
        }

        return result;
    }

    private static async Task<object?> Run(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Token);
        object? last = null;
        do
        {
            last = await reader.ReadAsync(Token) ? reader.GetValue(0) : last;
        }
        while (await reader.NextResultAsync(Token));
        return last;
    }
}
