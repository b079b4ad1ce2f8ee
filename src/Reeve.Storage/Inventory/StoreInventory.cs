using System.Data.Common;
using Npgsql;
using Reeve.Storage.Databases;

namespace Reeve.Storage.Inventory;

/// <summary>What a store consists of, for whoever operates it. Reads catalogues and ends of indexes; no row's content.</summary>
public static class StoreInventory
{
    // This month and three ahead, as nodes make them.
    private const int MonthsAhead = 4;

    /// <summary>Looks at a store that is at this release's schema; on PostgreSQL as its owner or as a node.</summary>
    /// <exception cref="Core.Errors.ReeveException">STORE-… when it cannot be read.</exception>
    public static async Task<StoreContents> ReadAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        if (address.Dialect == Dialect.Postgres)
        {
            return await ReadPostgresAsync(address, cancellationToken);
        }

        await using SqliteDatabase file = new(address);
        IReadOnlyList<DateTimeOffset?> oldest = await file.ReadAcrossAsync(Sql.OldestEvent, static _ => { }, static row => row.TimeOrNull(0), cancellationToken);
        return new StoreContents
        {
            Bytes = new FileInfo(address.Target).Length,
            Tables = [],
            Months = [],
            MissingMonths = [],
            OldestEvent = oldest is [{ } time] ? time : null,
            Logins = [],
        };
    }

    private static async Task<StoreContents> ReadPostgresAsync(StoreAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = new(PostgresSettings.ForOwner(address));
            await connection.OpenAsync(cancellationToken);
            List<string> months = await ListAsync(connection, Sql.Months, static row => row.Text(0), cancellationToken);
            DateTimeOffset now = (await ListAsync(connection, Sql.Now, static row => row.Time(0), cancellationToken))[0];
            List<string> wanted = [.. Enumerable.Range(0, MonthsAhead).Select(month => Month(now.AddMonths(month)))];
            if (months.Count > 0)
            {
                // A hole between two months, too: nothing could be recorded there if a clock were set back.
                for (DateTimeOffset month = Begin(months[0]); Month(month) != Month(now); month = month.AddMonths(1))
                {
                    wanted.Add(Month(month));
                }
            }

            return new StoreContents
            {
                Bytes = (await ListAsync(connection, Sql.Size, static row => row.Long(0), cancellationToken))[0],
                Tables = await ListAsync(connection, Sql.Tables, static row => new TableSize(row.Text(0), row.Long(1)), cancellationToken),
                Months = months,
                MissingMonths = [.. wanted.Where(month => !months.Contains(month)).Order(StringComparer.Ordinal)],
                Logins = await ListAsync(connection, Sql.Logins, static row => new StoreLogin(row.Text(0), row.Text(1)), cancellationToken),
                OldestEvent = await OldestEventAsync(connection, cancellationToken),
            };
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, address);
        }
    }

    // A node sees no row as itself; an owner sees all of them, and is no engine.
    private static async Task<DateTimeOffset?> OldestEventAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        bool isNode = (await ListAsync(connection, Sql.MayBeEngine, static row => row.Flag(0), cancellationToken))[0];
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (isNode)
        {
            await using NpgsqlCommand become = new(Sql.BecomeEngine, connection, transaction);
            await become.ExecuteNonQueryAsync(cancellationToken);
        }

        return (await ListAsync(connection, Sql.OldestEvent.Postgres, static row => row.TimeOrNull(0), cancellationToken)) is [{ } time] ? time : null;
    }

    private static string Month(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    private static DateTimeOffset Begin(string month) => DateTimeOffset.ParseExact(
        month + "-01", "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);

    private static async Task<List<T>> ListAsync<T>(NpgsqlConnection connection, string sql, Func<Row, T> map, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(map(new Row(reader)));
        }

        return rows;
    }

    private static class Sql
    {
        internal const string Now = "select clock_timestamp()";

        internal const string Size = "select pg_database_size(current_database())";

        // Largest first; partitions count with their table, indexes and what was moved out of rows with theirs.
        internal const string Tables = """
            select c.relname::text, case when c.relkind = 'p'
                then coalesce((select sum(pg_total_relation_size(i.inhrelid)) from pg_catalog.pg_inherits i where i.inhparent = c.oid), 0)::bigint
                else pg_total_relation_size(c.oid) end
            from pg_catalog.pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            order by 2 desc, 1
            """;

        internal const string Months = """
            select replace(substr(c.relname::text, 8), '_', '-') from pg_catalog.pg_inherits i
            join pg_catalog.pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'public.events'::regclass and c.relname ~ '^events_\d{4}_\d\d$'
            order by 1
            """;

        // Whoever may connect, and as what.
        internal const string Logins = """
            select r.rolname::text, case
                when r.rolsuper then 'SUPERUSER'
                when pg_has_role(r.oid, d.datdba, 'MEMBER') then 'OWNER'
                when e.oid is not null and pg_has_role(r.oid, e.oid, 'MEMBER') then 'NODE'
                else 'OTHER' end
            from pg_catalog.pg_roles r
            join pg_catalog.pg_database d on d.datname = current_database()
            left join pg_catalog.pg_roles e on e.rolname = 'reeve_engine'
            where r.rolcanlogin and (r.rolsuper or has_database_privilege(r.oid, d.oid, 'CONNECT'))
            order by 1
            """;

        internal const string MayBeEngine = "select not rolsuper and pg_has_role(oid, 'reeve_engine', 'MEMBER') from pg_catalog.pg_roles where rolname = current_user";

        internal const string BecomeEngine = "set local role reeve_engine";

        // Of each chain the first event is the oldest; chains are found by steps in the key. Across tenants: the log is everybody's.
        internal static readonly Statement OldestEvent = new(
            Postgres: """
                with recursive chains(tenant_id, slot) as (
                    (select tenant_id, slot from events order by tenant_id, slot limit 1)
                    union all
                    select next.tenant_id, next.slot from chains
                    cross join lateral (
                        select e.tenant_id, e.slot from events e where (e.tenant_id, e.slot) > (chains.tenant_id, chains.slot) order by e.tenant_id, e.slot limit 1) next)
                select min((select e.recorded_at from events e where e.tenant_id = chains.tenant_id and e.slot = chains.slot order by e.n, e.ordinal limit 1)) from chains
                """,
            Sqlite: """
                with recursive
                tenants(tenant) as (
                    select (select min(tenant_id) from events)
                    union all
                    select (select min(tenant_id) from events where tenant_id > tenant) from tenants where tenant is not null),
                chains(tenant, slot) as (
                    select tenant, (select min(slot) from events where tenant_id = tenant) from tenants where tenant is not null
                    union all
                    select tenant, (select min(e.slot) from events e where e.tenant_id = tenant and e.slot > chains.slot) from chains where chains.slot is not null)
                select min((select e.recorded_at from events e where e.tenant_id = tenant and e.slot = chains.slot order by e.n, e.ordinal limit 1)) from chains where slot is not null
                """) { AcrossTenants = true };
    }
}
