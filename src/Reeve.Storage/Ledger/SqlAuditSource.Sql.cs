using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Ledger;

/// <content>The statements.</content>
public sealed partial class SqlAuditSource
{
    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("rows of a chain", Sql.Rows, "events", "events_pkey", static (sample, _) => SampleRow(sample, "0 (0,0)")) { Only = Dialect.Postgres },
        new("rows of a chain", Sql.Rows, "events", "events_pkey", static (sample, _) => SampleRow(sample, "-1")) { Only = Dialect.Sqlite },
        new("all chains", Sql.Chains, "events", "events_pkey", static (sample, _) => sample.Text("tenant", null)) { Only = Dialect.Postgres },
        new("listed commits", Sql.Commits, "commits", "commits_pkey", static (sample, _) => sample.Number("slot", 0).Number("n", 0).Number("limit", 100)),
    ];

    private static Parameters SampleRow(Parameters sample, string place) =>
        sample.Text("tenant", "-").Number("slot", 1).Number("n", 0).Number("ordinal", 0).Text("place", place).Number("limit", 100);

    // Whoever checks the log may check every tenant's; which one it is about is the door's to decide.
    private static class Sql
    {
        // The first column whose value is of no type that Reeve writes there; null when none is.
        private const string OddColumn = """
            case
                when typeof(e.tenant_id) <> 'text' then 'tenant_id' when typeof(e.slot) <> 'integer' then 'slot'
                when typeof(e.n) <> 'integer' then 'n' when typeof(e.ordinal) <> 'integer' then 'ordinal'
                when typeof(e.event_id) <> 'blob' then 'event_id' when typeof(e.recorded_at) <> 'integer' then 'recorded_at'
                when typeof(e.type) <> 'text' then 'type' when typeof(e.version) <> 'integer' then 'version'
                when typeof(e.occurred_at) <> 'integer' then 'occurred_at' when typeof(e.exception_key) not in ('blob', 'null') then 'exception_key'
                when typeof(e.row_version) not in ('integer', 'null') then 'row_version' when typeof(e.run_id) not in ('blob', 'null') then 'run_id'
                when typeof(e.pass_id) not in ('blob', 'null') then 'pass_id' when typeof(e.stage) not in ('text', 'null') then 'stage'
                when typeof(e.actor_kind) <> 'text' then 'actor_kind' when typeof(e.actor_id) <> 'text' then 'actor_id'
                when typeof(e.commitment) <> 'blob' then 'commitment' when typeof(e.hash) <> 'blob' then 'hash'
                when typeof(e.salt) not in ('blob', 'null') then 'salt' when typeof(e.body) not in ('blob', 'null') then 'body'
            end
            """;

        internal static readonly Statement Starts = new(
            Postgres: "select tenant_id, slot, n, ordinal, hash from chain_starts where @tenant::text is null or tenant_id = @tenant order by tenant_id, slot",
            Sqlite: "select tenant_id, slot, n, ordinal, hash from chain_starts where @tenant is null or tenant_id = @tenant order by tenant_id, slot") { AcrossTenants = true };

        // Differs: in the key PostgreSQL jumps from chain to chain; SQLite reads the key once, and tells what chain a row of an odd type is of.
        internal static readonly Statement Chains = new(
            Postgres: """
                with recursive found(tenant_id, slot) as (
                    (select tenant_id, slot from events order by tenant_id, slot limit 1)
                    union all
                    select next.tenant_id, next.slot from found
                    cross join lateral (
                        select e.tenant_id, e.slot from events e where (e.tenant_id, e.slot) > (found.tenant_id, found.slot) order by e.tenant_id, e.slot limit 1) next)
                select tenant_id, slot from found where @tenant::text is null or tenant_id = @tenant order by tenant_id, slot
                """,
            Sqlite: """
                select distinct coalesce(cast(tenant_id as text), ''), coalesce(cast(slot as integer), 0) from events
                where @tenant is null or cast(tenant_id as text) = @tenant
                order by 1, 2
                """) { AcrossTenants = true };

        // Duplicates, which only tampering makes, come by where they lie.
        internal static readonly Statement Rows = new(
            Postgres: $"""
                select 0, null::text, e.n, e.ordinal, e.tableoid::bigint || ' ' || e.ctid::text, {EventColumns.All}
                from events e
                where e.tenant_id = @tenant and e.slot = @slot
                    and (e.n, e.ordinal, e.tableoid::bigint, e.ctid) > (@n, @ordinal, split_part(@place, ' ', 1)::bigint, split_part(@place, ' ', 2)::tid)
                order by e.n, e.ordinal, e.tableoid::bigint, e.ctid limit @limit
                """,
            Sqlite: $"""
                select 0, {OddColumn}, e.n, e.ordinal, cast(e.rowid as text), {EventColumns.All}
                from events e
                where e.tenant_id = @tenant and e.slot = @slot and typeof(e.slot) = 'integer' and typeof(e.n) = 'integer' and typeof(e.ordinal) = 'integer'
                    and (e.n, e.ordinal, e.rowid) > (@n, @ordinal, cast(@place as integer))
                order by e.n, e.ordinal, e.rowid limit @limit
                """) { AcrossTenants = true };

        // In SQLite's order of types numbers come before texts, texts before bytes: so what is odd in the key lies at a known end of it.
        // Differs: PostgreSQL holds no other type than the column's.
        internal static readonly Statement OddRows = new(
            Postgres: "select 0, null::text, 0, 0, '' where false",
            Sqlite: $"""
                select 0, {OddColumn}, cast(e.n as integer), cast(e.ordinal as integer), cast(e.rowid as text), {EventColumns.All}
                from events e
                where e.rowid > cast(@place as integer) and e.rowid in (
                    select rowid from events
                    where tenant_id = @tenant and slot > @slot - 1 and slot < @slot + 1 and cast(slot as integer) = @slot
                        and (typeof(slot) <> 'integer' or typeof(n) <> 'integer' or typeof(ordinal) <> 'integer')
                    union all
                    select rowid from events where tenant_id = @tenant and slot >= '' and cast(slot as integer) = @slot
                    union all
                    select rowid from events where tenant_id >= x'' and cast(tenant_id as text) = @tenant and coalesce(cast(slot as integer), 0) = @slot
                    union all
                    select rowid from events where tenant_id is null and @tenant = '' and coalesce(cast(slot as integer), 0) = @slot)
                order by e.rowid limit @limit
                """) { AcrossTenants = true };

        internal static readonly Statement Commits = new(
            Postgres: "select null::text, slot::bigint, n, at, tenants from commits where (slot, n) > (@slot, @n) order by slot, n limit @limit",
            Sqlite: """
                select case when typeof(at) <> 'integer' then 'at' when typeof(tenants) <> 'text' then 'tenants' when typeof(writer) <> 'blob' then 'writer' end, slot, n, at, tenants
                from commits
                where typeof(slot) = 'integer' and typeof(n) = 'integer' and (slot, n) > (@slot, @n)
                order by slot, n limit @limit
                """) { AcrossTenants = true };

        internal static readonly Statement OddCommits = new(
            Postgres: "select null::text, slot::bigint, n, at, tenants from commits where false",
            Sqlite: """
                select case when typeof(slot) <> 'integer' then 'slot' else 'n' end, cast(slot as integer), cast(n as integer), null, null
                from commits
                where typeof(slot) <> 'integer' or typeof(n) <> 'integer'
                limit @limit
                """) { AcrossTenants = true };
    }
}
