using Reeve.Storage.Databases;

namespace Reeve.Storage.Committing;

/// <summary>
/// What a commit does to imports, both dialects side by side. As in <see cref="CommitSql"/> all of them see every tenant, and the parameters of
/// those that SQLite runs prepared are bound in the order they appear in.
/// </summary>
internal static class ImportSql
{
    // The times are the database's; a file's clock is the process's.
    internal static readonly Statement Begin = new(
        Postgres: """
            insert into imports as i (tenant_id, import_id, day, kind, domain, body_hash, state, node, started_at)
            select @tenant, @id, (t.now at time zone 'UTC')::date, @kind, @domain, @hash, 'RUNNING', @node, t.now from (select clock_timestamp() as now) t
            on conflict (tenant_id, import_id) do update
            set day = excluded.day, kind = excluded.kind, domain = excluded.domain, body_hash = excluded.body_hash, state = excluded.state, node = excluded.node,
                started_at = excluded.started_at, ended_at = null, items = null, accepted = null, repeated = null, refused = null
            where i.started_at < excluded.started_at - interval '24 hours'
            returning i.tenant_id, i.import_id
            """,
        Sqlite: """
            insert or replace into imports (tenant_id, import_id, day, kind, domain, body_hash, state, node, started_at)
            values (@tenant, @id, @day, @kind, @domain, @hash, 'RUNNING', @node, @now)
            """) { AcrossTenants = true };

    internal static readonly Statement TakeUp = new(
        Postgres: """
            update imports i set state = 'RUNNING', node = @node, ended_at = null
            where i.tenant_id = @tenant and i.import_id = @id and i.started_at = @started and i.state = @state and i.node = @from
            returning i.tenant_id, i.import_id
            """,
        Sqlite: """
            update imports set state = 'RUNNING', node = @node, ended_at = null
            where tenant_id = @tenant and import_id = @id
            """) { AcrossTenants = true };

    // One that breaks off sooner than it did before knows less of the items.
    internal static readonly Statement End = new(
        Postgres: """
            update imports i set state = @state, ended_at = clock_timestamp(),
                items = case when i.items > @items then i.items else @items end, accepted = case when i.items > @items then i.accepted else @accepted end,
                repeated = case when i.items > @items then i.repeated else @repeated end, refused = case when i.items > @items then i.refused else @refused end
            where i.tenant_id = @tenant and i.import_id = @id and i.day = @day and i.node = @node and i.state = 'RUNNING'
            returning i.tenant_id, i.import_id
            """,
        Sqlite: """
            update imports set state = ?1, ended_at = ?2,
                items = case when items > ?3 then items else ?3 end, accepted = case when items > ?3 then accepted else ?4 end,
                repeated = case when items > ?3 then repeated else ?5 end, refused = case when items > ?3 then refused else ?6 end
            where tenant_id = ?7 and import_id = ?8
            """) { AcrossTenants = true };

    internal static readonly Statement AddItems = new(
        Postgres: """
            insert into import_items (tenant_id, day, import_id, item, part, bytes_hash, exception_id, repeats, code, pointer, message, errors)
            select * from unnest(@tenants, @days, @imports, @items, @parts, @hashes, @ids, @repeats, @codes, @pointers, @messages, @errors)
            on conflict do nothing
            returning tenant_id, import_id, item, part
            """,
        Sqlite: """
            insert into import_items (tenant_id, day, import_id, item, part, bytes_hash, exception_id, repeats, code, pointer, message, errors)
            values (@tenant, @day, @import, @item, @part, @hash, @id, @repeats, @code, @pointer, @message, @errors)
            """) { AcrossTenants = true };

    // What a file finds before it writes; on PostgreSQL the statements above do.
    internal static readonly Statement FindItem = new(
        both: "select 1 from import_items where tenant_id = @tenant and day = @day and import_id = @import and item = @item and part = @part") { AcrossTenants = true };

    // Began, state, node and day of an import of any tenant.
    internal static readonly Statement Find = new(
        both: "select started_at, state, node, day from imports where tenant_id = @tenant and import_id = @id") { AcrossTenants = true };

    // Whoever takes the last slot of a node ends what that node worked on: while it has another it may live, and what is taken is the taker's.
    // Differs: whoever takes a file takes all there is.
    internal static readonly Statement Break = new(
        Postgres: """
            update imports i set state = 'BROKEN', ended_at = clock_timestamp()
            from slots s
            where s.slot = @slot and i.node = s.node and i.state = 'RUNNING'
                and not exists (select 1 from slots o where o.node = s.node and o.slot <> s.slot and o.beat_at <> 'epoch')
            """,
        Sqlite: "update imports set state = 'BROKEN', ended_at = @now where state = 'RUNNING'") { AcrossTenants = true };

    // A week back, too: a stream that runs for days writes under the day of its start. Differs: a file has no days.
    internal static readonly Statement AddDays = new(
        Postgres: "select add_import_days((clock_timestamp() at time zone 'UTC')::date - 7, 15)",
        Sqlite: "select 0") { AcrossTenants = true };
}
