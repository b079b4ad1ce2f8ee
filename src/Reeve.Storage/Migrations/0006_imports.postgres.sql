-- Imports: what was sent under an Idempotency-Key, and every stream, with what became of each item (docs/decisions/0013).

create table imports (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    import_id       uuid        not null,
    day             date        not null,
    kind            text        not null check (kind in ('DOCUMENT', 'STREAM')),
    domain          text        collate "C" not null,
    body_hash       bytea       check (octet_length(body_hash) = 32),
    state           text        not null check (state in ('RUNNING', 'ENDED', 'BROKEN')),
    node            uuid        not null,
    started_at      timestamptz not null,
    ended_at        timestamptz,
    items           bigint,
    accepted        bigint,
    repeated        bigint,
    refused         bigint,
    primary key (tenant_id, import_id)
) with (fillfactor = 80);

create index imports_day on imports (day);
create index imports_running on imports (node) where state = 'RUNNING';

create table import_items (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    day             date        not null,
    import_id       uuid        not null,
    item            bigint      not null check (item >= 0),
    part            integer     not null check (part >= 0),
    bytes_hash      bytea       check (octet_length(bytes_hash) = 16),
    exception_id    text        collate "C",
    repeats         boolean     not null,
    code            text        collate "C",
    pointer         text,
    message         text,
    errors          text,
    primary key (tenant_id, day, import_id, item, part)
) partition by range (day);

create index import_items_refused on import_items (tenant_id, day, import_id, item, part) where code is not null;

-- For the eraser, who knows no import.
create index import_items_exception on import_items (tenant_id, exception_id) where exception_id is not null;

-- Days are made by the owner's functions alone, near the database's clock.
create function add_import_days(first date, days integer) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    one date := first;
    added integer := 0;
    part text;
begin
    if days < 1 or days > 62 or first < now()::date - 31 or first + days > now()::date + 32 then
        raise exception 'day % is too far from the database''s clock', first using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtext('reeve.add_import_days'));
    for i in 1 .. days loop
        part := 'import_items_' || to_char(one, 'YYYY_MM_DD');
        if to_regclass('public.' || part) is null then
            execute format('create table public.%I partition of public.import_items for values from (%L) to (%L)', part, one, one + 1);
            added := added + 1;
        end if;
        one := one + 1;
    end loop;
    return added;
end $$;

-- Commits wait behind whoever waits to drop, so it does not wait for long; it is tried again at the next upkeep.
create function drop_import_day(day date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
begin
    if day > now()::date - 2 then
        raise exception 'day % is younger than its keys may be', day using errcode = '22023';
    end if;
    if day > now()::date - 7 and exists (select from public.imports i where i.day = drop_import_day.day and i.state = 'RUNNING') then
        raise exception 'an import of day % is running', day using errcode = '55006';
    end if;
    execute format('drop table if exists public.%I', 'import_items_' || to_char(day, 'YYYY_MM_DD'));
end $$;

revoke all on function add_import_days(date, integer), drop_import_day(date) from public;

do $$
declare name text;
begin
    foreach name in array array['imports', 'import_items'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
    end loop;
    create policy one_tenant_erased on import_items to reeve_eraser using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
end $$;

grant select on imports, import_items to reeve_app;
grant select, insert, update, delete on imports to reeve_engine;
grant select, insert on import_items to reeve_engine;
grant execute on function add_import_days(date, integer), drop_import_day(date) to reeve_engine;
grant select on import_items to reeve_eraser;
grant update (bytes_hash, exception_id, code, pointer, message, errors) on import_items to reeve_eraser;

select add_import_days((now() at time zone 'UTC')::date, 8);
