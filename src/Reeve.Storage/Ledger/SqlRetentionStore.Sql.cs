using Reeve.Core.Records;
using Reeve.Storage.Databases;
using Reeve.Storage.Plans;

namespace Reeve.Storage.Ledger;

/// <content>The statements.</content>
public sealed partial class SqlRetentionStore
{
    /// <summary>What indexes its statements need.</summary>
    public static IReadOnlyList<ExpectedPlan> Plans =>
    [
        new("retention: domains", Sql.Domains, "exceptions", "exceptions_domain", static (_, _) => { }),
        new("retention: what is old", Sql.Page, "exceptions", "exceptions_domain", static (sample, now) => SamplePage(sample, now)),
        new("retention: bodies", Sql.Held, "events", "events_exception", static (sample, _) => Keys(sample, [new ExceptionKey(Guid.Empty)]).Number("limit", 100)),
        new("retention: executions", Sql.RemoveExecutions, "tool_executions", "tool_executions_requested", static (sample, now) => sample.Text("whose", "-").Time("before", now).Number("slice", 100)) { Columns = 2 },
        new("retention: rows of a month", Sql.NeededBy, "exceptions", "exceptions_key", static (sample, now) => sample.Id("end", ExceptionKey.LeastAt(now).Value).Time("before", now)),
    ];

    private static Parameters SamplePage(Parameters sample, DateTimeOffset now) => sample
        .Text("domain", "-").Time("before", now).Time("at", DateTimeOffset.UnixEpoch).Id("key", Guid.Empty).Number("limit", 100);

    private static class Sql
    {
        // The clock is nobody's tenant. Differs: a file has none.
        internal static readonly Statement Now = new(Postgres: "select clock_timestamp()", Sqlite: "select null where 0") { AcrossTenants = true };

        // Across tenants: it is the list of them.
        internal static readonly Statement Tenants = new("select tenant_id from tenants order by tenant_id") { AcrossTenants = true };

        internal static readonly Statement Policies = new(
            """
            select a.domain, a.version, p.content_hash
            from active_packs a
            join pack_versions p on p.tenant_id = a.tenant_id and p.kind = a.kind and p.domain = a.domain and p.version = a.version
            where a.tenant_id = @tenant and a.kind = 'POLICY'
            """);

        internal static readonly Statement Content = new(
            "select content from pack_versions where tenant_id = @tenant and kind = 'POLICY' and domain = @domain and version = @version");

        // Jumps from domain to domain in the index: a distinct would read every row.
        internal static readonly Statement Domains = new(
            """
            with recursive found(domain) as (
                select min(domain) from exceptions where tenant_id = @tenant
                union all
                select (select min(e.domain) from exceptions e where e.tenant_id = @tenant and e.domain > found.domain) from found where found.domain is not null)
            select domain from found where domain is not null order by domain
            """);

        // A row never changes before it was received.
        internal static readonly Statement Page = new(
            """
            select exception_key, version, status, actionability, created_at, updated_at
            from exceptions
            where tenant_id = @tenant and domain = @domain and created_at < @before and (created_at, exception_key) > (@at, @key)
            order by created_at, exception_key limit @limit
            """);

        // Differs: how a key is cut out of the value that holds them all; and PostgreSQL is told to look for each by itself, not to join whole months.
        internal static readonly Statement Held = new(
            Postgres: """
                select h.exception_key, h.slot, h.n, h.ordinal, h.recorded_at, h.event_id, h.hash
                from (select p::integer as place, encode(substring(@keys from p::integer * 16 + 1 for 16), 'hex')::uuid as exception_key from unnest(@places) p) w
                cross join lateral (
                    select e.exception_key, e.slot, e.n, e.ordinal, e.recorded_at, e.event_id, e.hash
                    from events e
                    where e.tenant_id = @tenant and e.exception_key = w.exception_key and (e.salt is not null or e.body is not null) and e.type <> 'BodiesErased'
                    order by e.slot, e.n, e.ordinal limit @limit) h
                order by w.place, h.slot, h.n, h.ordinal limit @limit
                """,
            Sqlite: """
                select e.exception_key, e.slot, e.n, e.ordinal, e.recorded_at, e.event_id, e.hash
                from json_each(@places) w
                cross join events e on e.tenant_id = @tenant and e.exception_key = substr(@keys, w.key * 16 + 1, 16)
                where (e.salt is not null or e.body is not null) and e.type <> 'BodiesErased'
                order by w.key, e.slot, e.n, e.ordinal limit @limit
                """);

        // Rows of a key so old that have events so old: nearly always there are no such rows.
        internal static readonly Statement NeededBy = new(
            """
            select x.exception_key, x.version, x.status, x.actionability, x.created_at, x.updated_at
            from exceptions x
            where x.tenant_id = @tenant and x.exception_key < @end
                and exists (select 1 from events e where e.tenant_id = @tenant and e.exception_key = x.exception_key and e.recorded_at < @before)
            order by x.exception_key limit 1
            """);

        // The months are partitions, which are of all tenants; what follows is the log's, too. Differs: a file has none, and is asked for its first event.
        internal static readonly Statement Months = new(
            Postgres: """
                select substr(c.relname::text, 8) from pg_catalog.pg_inherits i
                join pg_catalog.pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'public.events'::regclass and c.relname ~ '^events_\d{4}_\d\d$'
                order by 1
                """,
            Sqlite: "select null where 0") { AcrossTenants = true };

        // Of each chain the first event is the oldest; chains are found by steps in the key.
        private const string EachChain = """
            with recursive
            tenants(tenant) as (
                select (select min(tenant_id) from events)
                union all
                select (select min(tenant_id) from events where tenant_id > tenant) from tenants where tenant is not null),
            chains(tenant, slot) as (
                select tenant, (select min(slot) from events where tenant_id = tenant) from tenants where tenant is not null
                union all
                select tenant, (select min(e.slot) from events e where e.tenant_id = tenant and e.slot > chains.slot) from chains where chains.slot is not null)
            """;

        internal static readonly Statement OldestEvent = new(
            Postgres: "select null::timestamptz where false",
            Sqlite: $"""
                {EachChain}
                select min((select e.recorded_at from events e where e.tenant_id = tenant and e.slot = chains.slot order by e.n, e.ordinal limit 1))
                from chains where slot is not null
                """) { AcrossTenants = true };

        internal static readonly Statement Chains = new(
            Postgres: "select null::text, 0::bigint where false",
            Sqlite: $"""
                {EachChain}
                select tenant, slot from chains
                where slot is not null and (select e.recorded_at from events e where e.tenant_id = tenant and e.slot = chains.slot order by e.n, e.ordinal limit 1) < @before
                order by tenant, slot
                """) { AcrossTenants = true };

        // The last event of the slice that goes: whole commits from the chain's first on, as far as all of them are old enough. Differs: on PostgreSQL the
        // owner's function keeps it.
        internal static readonly Statement KeepStart = new(
            Postgres: "select null where false",
            Sqlite: """
                insert into chain_starts (tenant_id, slot, n, ordinal, recorded_at, hash, dropped_at)
                select e.tenant_id, e.slot, e.n, e.ordinal, e.recorded_at, e.hash, @now
                from events e
                where e.tenant_id = @whose and e.slot = @slot and e.n = (
                    select max(n) from (
                        select n, max(recorded_at) over (order by n, ordinal) as latest
                        from (select n, ordinal, recorded_at from events where tenant_id = @whose and slot = @slot order by n, ordinal limit @slice))
                    where latest < @before)
                order by e.ordinal desc limit 1
                on conflict (tenant_id, slot) do update
                set n = excluded.n, ordinal = excluded.ordinal, recorded_at = excluded.recorded_at, hash = excluded.hash, dropped_at = excluded.dropped_at
                """) { AcrossTenants = true };

        internal static readonly Statement WithExecutions = new(
            """
            select n.tenant_id from tenants n
            where exists (select 1 from tool_executions t where t.tenant_id = n.tenant_id and t.requested_at < @before and t.settled_at is not null)
            order by n.tenant_id
            """) { AcrossTenants = true };

        internal static readonly Statement RemoveExecutions = new(
            """
            delete from tool_executions
            where tenant_id = @whose and execution_id in (
                select t.execution_id from tool_executions t where t.tenant_id = @whose and t.requested_at < @before and t.settled_at is not null
                order by t.requested_at, t.execution_id limit @slice)
            """) { AcrossTenants = true };

        internal static readonly Statement RemoveEvents = new(
            Postgres: "select null where false",
            Sqlite: """
                delete from events
                where tenant_id = @whose and slot = @slot and n <= (select s.n from chain_starts s where s.tenant_id = @whose and s.slot = @slot)
                """) { AcrossTenants = true };
    }
}
