using System.Data.Common;
using Npgsql;
using Reeve.Core.Errors;
using Reeve.Core.Records;
using Reeve.Storage.ApprovalRows;
using Reeve.Storage.Cases;
using Reeve.Storage.Databases;
using Reeve.Storage.ImportRows;
using Reeve.Storage.Ledger;
using Reeve.Storage.Probes;
using Reeve.Storage.Settings;
using Reeve.Storage.Signalling;
using Reeve.Storage.Timetables;
using Reeve.Storage.ToolRows;

namespace Reeve.Storage.Plans;

/// <summary>
/// The door to the question whether the indexes of a store serve what they are for (HX-48): explains the statements of all stores over the tables
/// that are there, as the roles they run as and under row-level security, and executes none of them. Thread-safe.
/// </summary>
public sealed class PlanVerifier(Database database)
{
    /// <summary>Every statement that must be served by an index, store by store.</summary>
    public static IReadOnlyList<ExpectedPlan> All =>
    [
        .. SqlExceptionStore.Plans, .. SqlRunStore.Plans, .. SqlCounterStore.Plans, .. SqlInboxStore.Plans, .. SqlPlaybookRunStore.Plans, .. SqlEventLog.Plans, .. SqlReaderStore.Plans,
        .. SqlAuditSource.Plans, .. SqlErasure.Plans, .. SqlRetentionStore.Plans, .. SqlImportStore.Plans, .. ImportUpkeep.Plans, .. SqlScheduleStore.Plans,
        .. SqlPackStore.Plans, .. SqlKeyStore.Plans, .. SqlSealedStore.Plans, .. SqlTenantStore.Plans, .. PostgresSignals.Plans,
        .. SqlExecutionStore.Plans, .. SqlToolSwitchStore.Plans, .. SqlBreakerStore.Plans,
        .. SqlApprovalStore.Plans,
    ];

    /// <summary>Explains them.</summary>
    /// <exception cref="ReeveException">STORE-…: the store cannot be asked, or (STORE-007) its login is no node's.</exception>
    public async Task<IReadOnlyList<PlanFinding>> VerifyAsync(CancellationToken cancellationToken)
    {
        // One that is there, so that what the database knows of its rows counts.
        IReadOnlyList<string> tenants = await database.ReadAcrossAsync(Sql.SomeTenant, static _ => { }, static row => row.Text(0), cancellationToken);
        TenantId tenant = new(tenants is [var some] ? some : "NOBODY");
        DateTimeOffset now = await new StoreProbe(database).TimeAsync(cancellationToken);
        List<PlanFinding> findings = [];
        if (database is PostgresDatabase postgres)
        {
            PostgresIndexes indexes = new(await postgres.ReadAcrossAsync(
                Sql.Indexes, static _ => { }, static row => new PostgresIndex(row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Long(4)), cancellationToken));
            foreach (ExpectedPlan expected in All.Where(plan => plan.Only is not Dialect.Sqlite))
            {
                findings.Add(PostgresPlan.Judge(expected, await ExplainAsync(postgres, expected, tenant, now, cancellationToken), indexes));
            }

            return findings;
        }

        foreach (ExpectedPlan expected in All.Where(plan => plan.Only is not Dialect.Postgres))
        {
            findings.Add(await ExplainAsync((SqliteDatabase)database, expected, tenant, now, cancellationToken));
        }

        return findings;
    }

    private static async Task<PlanFinding> ExplainAsync(SqliteDatabase file, ExpectedPlan expected, TenantId tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            return SqlitePlan.Judge(expected, await file.ExplainAsync(
                expected.Statement, parameters => expected.Sample(expected.Statement.AcrossTenants ? parameters : parameters.Text("tenant", tenant.Value), now), cancellationToken));
        }
        catch (ReeveException fault) when (fault.InnerException?.Message.Contains("no such index", StringComparison.Ordinal) == true)
        {
            // A statement that names its index cannot even be explained without it.
            return new PlanFinding(expected, PlanOutcome.Unused, "none: the statement names the index, and there is no such index");
        }
    }

    // Reading tables as a whole is forbidden to the planner, for this transaction alone: over small tables it would do so, and rightly.
    private static async Task<string> ExplainAsync(PostgresDatabase postgres, ExpectedPlan expected, TenantId tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool isTenants = !expected.Statement.AcrossTenants;
        string role = expected.Erases ? PostgresDatabase.EraserRole : isTenants ? PostgresDatabase.AppRole : PostgresDatabase.EngineRole;
        NpgsqlBatchCommand explain = new("explain (format json, costs off) " + expected.Statement.Postgres);
        Parameters parameters = Parameters.Of(explain.Parameters);
        expected.Sample(isTenants ? parameters.Text("tenant", tenant.Value) : parameters, now);
        await using NpgsqlConnection connection = await postgres.OpenAsync(cancellationToken);
        try
        {
            await using NpgsqlBatch batch = new(connection)
            {
                BatchCommands = { PostgresDatabase.Become(role, isTenants ? tenant.Value : null), new NpgsqlBatchCommand(Settings), explain },
            };
            await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return reader.GetString(0);
        }
        catch (DbException fault)
        {
            throw StoreFaults.Of(fault, postgres.Address);
        }
    }

    private const string Settings =
        "select set_config('enable_seqscan', 'off', true), set_config('statement_timeout', '5s', true), set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true)";

    private static class Sql
    {
        // Across tenants: any of them will do.
        internal static readonly Statement SomeTenant = new("select tenant_id from tenants order by tenant_id limit 1") { AcrossTenants = true };

        // The catalogue belongs to no tenant. An index of a partition goes by the name of the table's.
        internal static readonly Statement Indexes = new(
            Postgres: """
                select c.relname::text, coalesce(root.relname, c.relname)::text, t.relname::text, coalesce(whole.relname, t.relname)::text,
                    case when t.relkind = 'p' then 0 else pg_relation_size(t.oid) end
                from pg_catalog.pg_index x
                join pg_catalog.pg_class c on c.oid = x.indexrelid
                join pg_catalog.pg_class t on t.oid = x.indrelid
                left join pg_catalog.pg_inherits i on i.inhrelid = c.oid
                left join pg_catalog.pg_class root on root.oid = i.inhparent
                left join pg_catalog.pg_inherits p on p.inhrelid = t.oid
                left join pg_catalog.pg_class whole on whole.oid = p.inhparent
                where t.relnamespace = 'public'::regnamespace and x.indisvalid
                """,
            Sqlite: "select null, null, null, null, null where 0") { AcrossTenants = true };
    }
}
