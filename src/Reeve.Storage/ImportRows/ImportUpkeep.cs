using System.Data.Common;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Core.Ports;
using Reeve.Core.Values;
using Reeve.Storage.Committing;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.ImportRows;

/// <summary>
/// What imports need once a day (docs/decisions/0013): on PostgreSQL the days of items to come, and an end to those that are over; on a file the same in
/// slices between commits. May be run at any time, by several nodes at once, and again when it broke off. Thread-safe.
/// </summary>
/// <param name="database">The store.</param>
/// <param name="upkeep">Writes.</param>
/// <param name="clock">A file's clock; a database has its own.</param>
public sealed class ImportUpkeep(Database database, IUpkeep upkeep, TimeProvider clock)
{
    // A slice holds up commits on a file for some milliseconds; it must stay below 20.
    private const int SliceOfItems = 1000;
    private const int SliceOfImports = 500;
    private static readonly CommitOutcome Nothing = new CommitOutcome.MovedOn();

    /// <summary>Makes the days of items that are missing, today's and seven ahead. Does nothing for a file, which has none.</summary>
    /// <exception cref="ReeveException">STORE-….</exception>
    public static async Task EnsureDaysAsync(Database database, CancellationToken cancellationToken)
    {
        if (database is PostgresDatabase postgres)
        {
            await CallAsync(postgres, "select public.add_import_days((now() at time zone 'UTC')::date, 8)", null, cancellationToken);
        }
    }

    /// <summary>Makes days that are missing, and removes what is two days old and done, or seven days old.</summary>
    /// <returns>How many days, on a file slices, of items went. What could not be locked in time is left for the next run.</returns>
    /// <exception cref="ReeveException">STORE-….</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await EnsureDaysAsync(database, cancellationToken);
        int removed = database is PostgresDatabase postgres
            ? await DropDaysAsync(postgres, cancellationToken)
            : await RepeatAsync(Sql.RemoveItems, SliceOfItems, cancellationToken);
        await RepeatAsync(Sql.RemoveImports, SliceOfImports, cancellationToken);
        return removed;
    }

    private static async Task<int> DropDaysAsync(PostgresDatabase postgres, CancellationToken cancellationToken)
    {
        int dropped = 0;
        foreach (string day in await postgres.ReadAcrossAsync(Sql.OldDays, static _ => { }, row => row.Text(0), cancellationToken))
        {
            dropped += await CallAsync(postgres, "select public.drop_import_day(to_date($1, 'YYYY_MM_DD'))", day, cancellationToken) ? 1 : 0;
        }

        return dropped;
    }

    // False when somebody reads the table, or an import of the day runs.
    private static async Task<bool> CallAsync(PostgresDatabase postgres, string sql, string? day, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await postgres.OpenAsync(cancellationToken);
        try
        {
            NpgsqlBatchCommand command = new(sql);
            if (day is not null)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = day });
            }

            await using NpgsqlBatch batch = new(connection) { BatchCommands = { PostgresDatabase.Become(PostgresDatabase.EngineRole, tenant: null), command } };
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.ObjectInUse)
        {
            return false;
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, postgres.Address);
        }
    }

    private async Task<int> RepeatAsync(Statement statement, int slice, CancellationToken cancellationToken)
    {
        int slices = 0;
        while (await upkeep.MaintainAsync([new StatementCall(statement, Bind, Nothing)], cancellationToken) is CommitOutcome.Committed)
        {
            slices++;
        }

        return slices;

        void Bind(Parameters parameters)
        {
            parameters.Number("slice", slice);
            if (database.Dialect == Dialect.Sqlite)
            {
                DateOnly today = DateOnly.FromDateTime(TimeText.ToMicroseconds(clock.GetUtcNow()).UtcDateTime);
                parameters.Day("old", today.AddDays(-2)).Day("oldest", today.AddDays(-7));
            }
        }
    }

    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("upkeep: old imports", Sql.RemoveImports, "imports", "imports_day", static (sample, now) => sample.Number("slice", 500).Day("old", DateOnly.FromDateTime(now.UtcDateTime)).Day("oldest", DateOnly.FromDateTime(now.UtcDateTime))),
    ];

    private static class Sql
    {
        // Days are partitions, which are of all tenants; so is the rest of the upkeep.
        internal static readonly Statement OldDays = new(
            Postgres: """
                select substr(c.relname::text, 14) from pg_catalog.pg_inherits i
                join pg_catalog.pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'public.import_items'::regclass and c.relname ~ '^import_items_\d{4}_\d\d_\d\d$'
                    and to_date(substr(c.relname::text, 14), 'YYYY_MM_DD') <= (now() at time zone 'UTC')::date - 2
                order by 1
                """,
            Sqlite: "select null where 0") { AcrossTenants = true };

        // The first slice of the first tenant that has a day to remove, found by steps in the key from tenant to tenant and day to day, not by
        // reading rows. Differs: on PostgreSQL whole days are dropped.
        internal static readonly Statement RemoveItems = new(
            Postgres: "select null where false",
            Sqlite: """
                with recursive
                tenants(tenant) as (
                    select (select min(tenant_id) from import_items)
                    union all
                    select (select min(tenant_id) from import_items where tenant_id > tenant) from tenants where tenant is not null),
                days(tenant, day) as (
                    select tenant, (select min(day) from import_items where tenant_id = tenant) from tenants where tenant is not null
                    union all
                    select tenant, (select min(i.day) from import_items i where i.tenant_id = tenant and i.day > days.day) from days where days.day is not null),
                over(tenant, day) as (
                    select tenant, day from days
                    where day <= @oldest or (day <= @old and not exists (select 1 from imports r where r.day = days.day and r.state = 'RUNNING'))
                    limit 1)
                delete from import_items
                where (tenant_id, day, import_id, item, part) in (
                    select i.tenant_id, i.day, i.import_id, i.item, i.part from over o
                    cross join import_items i on i.tenant_id = o.tenant and i.day = o.day
                    order by i.import_id, i.item, i.part limit @slice)
                """) { AcrossTenants = true };

        internal static readonly Statement RemoveImports = new(
            Postgres: """
                delete from imports i
                using (
                    select tenant_id, import_id from imports
                    where day <= (now() at time zone 'UTC')::date - 2 and (state <> 'RUNNING' or day <= (now() at time zone 'UTC')::date - 7)
                    order by day limit @slice for update skip locked) w
                where i.tenant_id = w.tenant_id and i.import_id = w.import_id
                """,
            Sqlite: """
                delete from imports
                where (tenant_id, import_id) in (
                    select tenant_id, import_id from imports where day <= @old and (state <> 'RUNNING' or day <= @oldest) order by day limit @slice)
                """) { AcrossTenants = true };
    }
}
