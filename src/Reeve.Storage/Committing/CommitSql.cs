using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>
/// The statements of a commit, both dialects side by side. All of them see every tenant: a commit holds outcomes of many, and what each
/// may write was decided by whoever handed it over; on PostgreSQL they run as the engine. They differ throughout: PostgreSQL takes a
/// table in one statement by unnest, SQLite a row at a time from a prepared one, whose parameters are bound in the order they appear in.
/// </summary>
internal static class CommitSql
{
    // Begins every transaction that writes events. No row: the slot is another's, or this commit is in already. The time is never before
    // the slot's last, so that months cut chains into whole pieces. Differs: on a file the process's clock is the database's.
    internal static readonly Statement Fence = new(
        Postgres: """
            insert into commits (slot, n, writer, at, tenants)
            select s.slot, @n, s.writer, greatest(clock_timestamp(), l.at), '{}'
            from slots s
            left join lateral (select c.n, c.at from commits c where c.slot = s.slot order by c.n desc limit 1) l on true
            where s.slot = @slot and s.writer = @writer and coalesce(l.n, 0) + 1 = @n
            returning at
            """,
        Sqlite: """
            insert into commits (slot, n, writer, at, tenants)
            select s.slot, @n, s.writer, max(@now, coalesce((select at from commits where slot = s.slot order by n desc limit 1), 0)), '{}'
            from slots s
            where s.slot = @slot and s.writer = @writer and coalesce((select max(n) from commits where slot = s.slot), 0) + 1 = @n
            returning at
            """) { AcrossTenants = true };

    internal static readonly Statement NoteTenants = new("update commits set tenants = @tenants, signals = @signals where slot = @slot and n = @n") { AcrossTenants = true };

    // What a slot knows of tenants: the last link, which is kept when its event went with age, and the counters. Differs: one tenant at a time on a file.
    internal static readonly Statement Known = new(
        Postgres: """
            select w.tenant_id,
                coalesce(
                    (select hash from events where tenant_id = w.tenant_id and slot = @slot order by n desc, ordinal desc limit 1),
                    (select hash from chain_starts where tenant_id = w.tenant_id and slot = @slot)),
                t.counts
            from unnest(@tenants) w(tenant_id)
            left join tallies t on t.tenant_id = w.tenant_id and t.slot = @slot
            """,
        Sqlite: """
            select coalesce(
                    (select hash from events where tenant_id = @tenant and slot = @slot order by n desc, ordinal desc limit 1),
                    (select hash from chain_starts where tenant_id = @tenant and slot = @slot)),
                (select counts from tallies where tenant_id = @tenant and slot = @slot)
            """) { AcrossTenants = true };

    // In key order, so that two nodes cannot lock each other out.
    internal static readonly Statement LockRows = new(
        Postgres: """
            select e.tenant_id, e.exception_key, e.version, e.status, e.severity, e.actionability, e.domain, e.exception_type, e.resolved_automatically,
                (extract(epoch from e.triaged_at - e.created_at) * 1000000)::bigint, (extract(epoch from e.resolved_at - e.created_at) * 1000000)::bigint
            from exceptions e
            join unnest(@tenants, @keys) w(tenant_id, exception_key) on e.tenant_id = w.tenant_id and e.exception_key = w.exception_key
            order by e.tenant_id, e.exception_key
            for update of e
            """,
        Sqlite: """
            select exception_id, version, status, severity, actionability, domain, exception_type, resolved_automatically,
                triaged_at - created_at, resolved_at - created_at
            from exceptions
            where tenant_id = @tenant and exception_key = @key
            """) { AcrossTenants = true };

    internal static readonly Statement AddRows = new(
        Postgres: """
            insert into exceptions (tenant_id, exception_id, exception_key, version, domain, source_system, exception_type, severity, status, actionability,
                occurred_at, created_at, updated_at, triaged_at, resolved_at, resolved_automatically, run_id, pass_id, external_id, fingerprint, record,
                delivery_day, delivery_hash)
            select * from unnest(@tenants, @ids, @keys, @versions, @domains, @sources, @types, @severities, @statuses, @actionabilities,
                @occurred, @created, @updated, @triaged, @resolved, @automatic, @runs, @passes, @externals, @fingerprints, @records, @days, @hashes)
            on conflict do nothing
            returning tenant_id, exception_key
            """,
        Sqlite: """
            insert into exceptions (tenant_id, exception_id, exception_key, version, domain, source_system, exception_type, severity, status, actionability,
                occurred_at, created_at, updated_at, triaged_at, resolved_at, resolved_automatically, run_id, pass_id, external_id, fingerprint, record,
                delivery_day, delivery_hash)
            values (@tenant, @id, @key, @version, @domain, @source, @type, @severity, @status, @actionability,
                @occurred, @created, @updated, @triaged, @resolved, @automatic, @run, @pass, @external, @fingerprint, @record, @day, @hash)
            """) { AcrossTenants = true };

    // What an exception is (its id, its key, its tenant) never changes.
    internal static readonly Statement UpdateRows = new(
        Postgres: """
            update exceptions e
            set version = w.version, domain = w.domain, source_system = w.source_system, exception_type = w.exception_type, severity = w.severity,
                status = w.status, actionability = w.actionability, occurred_at = w.occurred_at, created_at = w.created_at, updated_at = w.updated_at,
                triaged_at = w.triaged_at, resolved_at = w.resolved_at, resolved_automatically = w.resolved_automatically, run_id = w.run_id,
                pass_id = w.pass_id, external_id = w.external_id, fingerprint = w.fingerprint, record = w.record
            from unnest(@tenants, @ids, @keys, @versions, @domains, @sources, @types, @severities, @statuses, @actionabilities,
                @occurred, @created, @updated, @triaged, @resolved, @automatic, @runs, @passes, @externals, @fingerprints, @records)
                w(tenant_id, exception_id, exception_key, version, domain, source_system, exception_type, severity, status, actionability,
                    occurred_at, created_at, updated_at, triaged_at, resolved_at, resolved_automatically, run_id, pass_id, external_id, fingerprint, record)
            where e.tenant_id = w.tenant_id and e.exception_id = w.exception_id and e.exception_key = w.exception_key and e.version = w.version - 1
            returning e.tenant_id, e.exception_key
            """,
        Sqlite: """
            update exceptions
            set version = @version, domain = @domain, source_system = @source, exception_type = @type, severity = @severity, status = @status,
                actionability = @actionability, occurred_at = @occurred, created_at = @created, updated_at = @updated, triaged_at = @triaged,
                resolved_at = @resolved, resolved_automatically = @automatic, run_id = @run, pass_id = @pass, external_id = @external,
                fingerprint = @fingerprint, record = @record
            where tenant_id = @tenant and exception_id = @id
            """) { AcrossTenants = true };

    internal static readonly Statement AddDeliveries = new(
        Postgres: """
            insert into deliveries (tenant_id, day, hash, exception_id, is_further)
            select * from unnest(@tenants, @days, @hashes, @ids, @further)
            on conflict (tenant_id, day, hash) do nothing
            returning tenant_id, day, hash
            """,
        Sqlite: "insert into deliveries (tenant_id, day, hash, exception_id, is_further) values (@tenant, @day, @hash, @id, @further)") { AcrossTenants = true };

    internal static readonly Statement FindDeliveries = new(
        Postgres: """
            select w.place, d.exception_id
            from unnest(@tenants, @days, @hashes) with ordinality w(tenant_id, day, hash, place)
            join deliveries d on d.tenant_id = w.tenant_id and d.day = w.day and d.hash = w.hash
            """,
        Sqlite: "select exception_id from deliveries where tenant_id = @tenant and day = @day and hash = @hash") { AcrossTenants = true };

    internal static readonly Statement AddRuns = new(
        Postgres: """
            insert into runs (tenant_id, run_id, kind, domain, domain_pack, tenant_policy, as_of, logic_version, product, started_at, started_by)
            select * from unnest(@tenants, @ids, @kinds, @domains, @packs, @policies, @times, @logics, @products, @started, @starters)
            on conflict do nothing
            returning tenant_id, run_id
            """,
        Sqlite: """
            insert into runs (tenant_id, run_id, kind, domain, domain_pack, tenant_policy, as_of, logic_version, product, started_at, started_by)
            values (@tenant, @id, @kind, @domain, @pack, @policy, @time, @logic, @product, @started, @starter)
            """) { AcrossTenants = true };

    // Received is one attempt: whoever received it begins to decide it.
    internal static readonly Statement Enqueue = new(
        Postgres: """
            insert into inbox (tenant_id, pass_id, exception_key, run_id, slot, attempts, received_at)
            select w.*, @slot, 1, clock_timestamp() from unnest(@tenants, @passes, @keys, @runs) w
            on conflict do nothing
            returning tenant_id, pass_id
            """,
        Sqlite: "insert into inbox (tenant_id, pass_id, exception_key, run_id, slot, attempts, received_at) values (@tenant, @pass, @key, @run, @slot, 1, @at)") { AcrossTenants = true };

    internal static readonly Statement Dequeue = new(
        Postgres: """
            delete from inbox i using unnest(@tenants, @passes) w(tenant_id, pass_id)
            where i.tenant_id = w.tenant_id and i.pass_id = w.pass_id
            returning i.tenant_id, i.pass_id
            """,
        Sqlite: "delete from inbox where tenant_id = @tenant and pass_id = @pass") { AcrossTenants = true };

    internal static readonly Statement AddEvents = new(
        Postgres: """
            insert into events (tenant_id, slot, n, ordinal, event_id, recorded_at, type, version, occurred_at, exception_key, row_version,
                run_id, pass_id, stage, actor_kind, actor_id, commitment, hash, salt, body)
            select w.tenant_id, @slot, @n, w.ordinal, w.event_id, @at, w.type, w.version, w.occurred_at, w.exception_key, w.row_version,
                w.run_id, w.pass_id, w.stage, w.actor_kind, w.actor_id, w.commitment, w.hash, w.salt, w.body
            from unnest(@tenants, @ordinals, @ids, @types, @versions, @occurred, @keys, @rows, @runs, @passes, @stages, @kinds, @actors,
                @commitments, @hashes, @salts, @bodies)
                w(tenant_id, ordinal, event_id, type, version, occurred_at, exception_key, row_version, run_id, pass_id, stage, actor_kind, actor_id,
                    commitment, hash, salt, body)
            """,
        Sqlite: """
            insert into events (tenant_id, slot, n, ordinal, event_id, recorded_at, type, version, occurred_at, exception_key, row_version,
                run_id, pass_id, stage, actor_kind, actor_id, commitment, hash, salt, body)
            values (@tenant, @slot, @n, @ordinal, @id, @at, @type, @version, @occurred, @key, @row,
                @run, @pass, @stage, @kind, @actor, @commitment, @hash, @salt, @body)
            """) { AcrossTenants = true };

    // Absolute values, which the slot's owner keeps: one row per tenant and commit, however many counters it changes.
    internal static readonly Statement Tally = new(
        Postgres: """
            insert into tallies (tenant_id, slot, counts)
            select w.tenant_id, @slot, w.counts from unnest(@tenants, @counts) w(tenant_id, counts)
            on conflict (tenant_id, slot) do update set counts = excluded.counts
            """,
        Sqlite: """
            insert into tallies (tenant_id, slot, counts) values (@tenant, @slot, @counts)
            on conflict (tenant_id, slot) do update set counts = excluded.counts
            """) { AcrossTenants = true };

    // Whose the slot is, its last commit, and whose the commit in question: one row, none when the slot is not there.
    internal static readonly Statement Owner = new(
        both: """
            select s.writer, coalesce((select max(c.n) from commits c where c.slot = s.slot), 0), (select c.writer from commits c where c.slot = s.slot and c.n = @n)
            from slots s where s.slot = @slot
            """) { AcrossTenants = true };

    // The next three find conflicts on a file, a row at a time; on PostgreSQL the inserts do, for others write at the same time.
    internal static readonly Statement FindRow = new(
        both: "select 1 from exceptions where tenant_id = @tenant and exception_id = @id") { AcrossTenants = true };

    internal static readonly Statement FindRun = new(
        both: "select 1 from runs where tenant_id = @tenant and run_id = @id") { AcrossTenants = true };

    internal static readonly Statement FindPass = new(
        both: "select 1 from inbox where tenant_id = @tenant and pass_id = @pass") { AcrossTenants = true };

    internal static readonly Statement EventsOf = new(
        Postgres: """
            select e.event_id
            from unnest(@tenants) w(tenant_id)
            join events e on e.tenant_id = w.tenant_id and e.slot = @slot and e.n = @n
            """,
        Sqlite: "select event_id from events where tenant_id = @tenant and slot = @slot and n = @n") { AcrossTenants = true };
}
