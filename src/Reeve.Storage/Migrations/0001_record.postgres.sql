-- The record: who writes (slots, commits), what happened (events), what stands (exceptions and the rest).
-- Run by the owner. Nodes log in as NOINHERIT members of the three roles and take them on per transaction.

do $$
declare name text;
begin
    foreach name in array array['reeve_app', 'reeve_engine', 'reeve_eraser'] loop
        begin
            -- Roles belong to the cluster: another database may have made them, and then no CREATEROLE is needed.
            if not exists (select from pg_catalog.pg_roles where rolname = name) then
                execute format('create role %I nologin noinherit', name);
            end if;
        exception when duplicate_object or unique_violation then
            null; -- made this moment
        end;
    end loop;
end $$;

-- Who may connect is who was granted it ('reeve db migrate --grant-to'). Only a database's owner may say so; one who owns no more than
-- the tables leaves it to him.
do $$
begin
    if (select pg_has_role(datdba, 'USAGE') from pg_catalog.pg_database where datname = current_database()) then
        execute format('revoke connect on database %I from public', current_database());
    end if;
end $$;

create table slots (
    slot        integer     primary key check (slot > 0),
    writer      uuid        not null,
    beat_at     timestamptz not null
);

-- The primary key fences, tells the outcome of a lost COMMIT, orders readers, and numbers the chain. Not partitioned.
create table commits (
    slot        integer     not null,
    n           bigint      not null check (n > 0),
    writer      uuid        not null,
    at          timestamptz not null,
    tenants     text        not null,
    primary key (slot, n)
);

create table readers (
    name        text        collate "C" not null,
    slot        integer     not null,
    n           bigint      not null,
    primary key (name, slot)
);

create table tenants (
    tenant_id   text        collate "C" primary key check (tenant_id ~ '^(\$platform|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$'),
    name        text        not null,
    mode        text        not null check (mode in ('SHADOW', 'DRY_RUN', 'LIVE')),
    created_at  timestamptz not null,
    created_by  text        not null
);

-- Columns in the order in which they are hashed (docs/audit-format.md).
create table events (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    slot            integer     not null,
    n               bigint      not null,
    ordinal         integer     not null,
    event_id        uuid        not null,
    recorded_at     timestamptz not null,
    type            text        collate "C" not null,
    version         integer     not null,
    occurred_at     timestamptz not null,
    exception_key   uuid,
    row_version     bigint,
    run_id          uuid,
    pass_id         uuid,
    stage           text        collate "C",
    actor_kind      text        collate "C" not null,
    actor_id        text        collate "C" not null,
    commitment      bytea       not null check (octet_length(commitment) = 32),
    hash            bytea       not null check (octet_length(hash) = 32),
    salt            bytea       check (octet_length(salt) = 16),
    body            bytea,
    primary key (tenant_id, slot, n, ordinal, recorded_at)
) partition by range (recorded_at);

create index events_exception on events (tenant_id, exception_key) where exception_key is not null;
create index events_run on events (tenant_id, run_id, pass_id) where run_id is not null;

-- Months are made by the owner's functions alone, near the database's clock.
create function add_event_months(first date, months integer) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    month date := date_trunc('month', first)::date;
    added integer := 0;
    part text;
begin
    if months < 1 or months > 12 or month < date_trunc('month', now() - interval '2 months')::date or month > date_trunc('month', now() + interval '12 months')::date then
        raise exception 'month % is too far from the database''s clock', month using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtext('reeve.add_event_months'));
    for i in 1 .. months loop
        part := 'events_' || to_char(month, 'YYYY_MM');
        if to_regclass('public.' || part) is null then
            execute format('create table public.%I partition of public.events for values from (%L) to (%L)',
                part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
            added := added + 1;
        end if;
        month := (month + interval '1 month')::date;
    end loop;
    return added;
end $$;

create function drop_event_month(month date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    part text := 'events_' || to_char(month, 'YYYY_MM');
begin
    if month > date_trunc('month', now() - interval '12 months')::date then
        raise exception 'month % is younger than the shortest audit retention', month using errcode = '22023';
    end if;
    execute format('drop table if exists public.%I', part);
end $$;

revoke all on function add_event_months(date, integer), drop_event_month(date) from public;

-- The latest record, for lists; payload and history are in the log.
create table exceptions (
    tenant_id               text        collate "C" not null check (tenant_id <> ''),
    exception_id            text        collate "C" not null,
    exception_key           uuid        not null,
    version                 bigint      not null check (version > 0),
    domain                  text        collate "C" not null,
    source_system           text        collate "C" not null,
    exception_type          text        collate "C",
    severity                text        check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status                  text        not null check (status in ('OPEN', 'IN_PROGRESS', 'RESOLVED', 'ESCALATED', 'PENDING_APPROVAL')),
    actionability           text        check (actionability in ('ACTIONABLE_APPROVED_PROCESS', 'ACTIONABLE_NON_APPROVED_PROCESS', 'NON_ACTIONABLE_INFO_ONLY')),
    occurred_at             timestamptz not null,
    created_at              timestamptz not null,
    updated_at              timestamptz not null,
    triaged_at              timestamptz,
    resolved_at             timestamptz,
    resolved_automatically  boolean     not null,
    run_id                  uuid        not null,
    pass_id                 uuid        not null,
    external_id             text        collate "C",
    fingerprint             text        collate "C",
    record                  bytea       not null,
    primary key (tenant_id, exception_id)
) with (fillfactor = 90);

create unique index exceptions_key on exceptions (tenant_id, exception_key);
create index exceptions_created on exceptions (tenant_id, created_at, exception_key);
create index exceptions_domain on exceptions (tenant_id, domain, created_at, exception_key);
create index exceptions_status on exceptions (tenant_id, status, severity, created_at, exception_key);

-- The day leads, so that the index grows at its end.
create table deliveries (
    tenant_id       text    collate "C" not null check (tenant_id <> ''),
    day             date    not null,
    hash            bytea   not null check (octet_length(hash) = 16),
    exception_id    text    collate "C" not null,
    primary key (tenant_id, day, hash)
);

create index deliveries_exception on deliveries (tenant_id, exception_id);

-- What was received and is not decided yet. A row lives for moments.
create table inbox (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    pass_id         uuid        not null,
    exception_key   uuid        not null,
    run_id          uuid        not null,
    slot            integer,
    attempts        integer     not null default 0,
    primary key (tenant_id, pass_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Kept per slot, so that committers never wait for one another; summed when read.
create table counters (
    tenant_id           text    collate "C" not null check (tenant_id <> ''),
    slot                integer not null,
    name                text    collate "C" not null,
    value               bigint  not null,
    primary key (tenant_id, slot, name)
) with (fillfactor = 50);

create table runs (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    run_id          uuid        not null,
    kind            text        not null check (kind in ('COMMAND', 'REQUEST', 'INGESTION')),
    domain          text        collate "C" not null,
    domain_pack     text        collate "C" not null,
    tenant_policy   text        collate "C" not null,
    as_of           timestamptz,
    logic_version   integer     not null,
    product         text        not null,
    started_at      timestamptz not null,
    started_by      text        not null,
    primary key (tenant_id, run_id)
);

create table pack_versions (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    kind            text        not null check (kind in ('DOMAIN', 'POLICY')),
    domain          text        collate "C" not null,
    version         text        collate "C" not null,
    content_hash    text        collate "C" not null,
    content         bytea       not null,
    stored_at       timestamptz not null,
    stored_by       text        not null,
    primary key (tenant_id, kind, domain, version)
);

create index pack_versions_hash on pack_versions (tenant_id, content_hash);

create table active_packs (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    kind            text        not null check (kind in ('DOMAIN', 'POLICY')),
    domain          text        collate "C" not null,
    version         text        collate "C" not null,
    activated_at    timestamptz not null,
    activated_by    text        not null,
    primary key (tenant_id, kind, domain)
);

create table api_keys (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    key_id          uuid        not null,
    secret_hash     bytea       not null check (octet_length(secret_hash) = 32),
    kind            text        not null check (kind in ('PERSON', 'SERVICE')),
    owner           text        not null,
    owner_folded    text        collate "C" not null,
    roles           text        collate "C" not null,
    created_at      timestamptz not null,
    created_by      text        not null,
    expires_at      timestamptz,
    revoked_at      timestamptz,
    primary key (tenant_id, key_id)
);

create unique index api_keys_id on api_keys (key_id);

create table sealed_values (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    name            text        collate "C" not null,
    envelope        bytea       not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, name)
);

-- A key is looked up before its tenant is known: this is the one door, and it opens by the key's id alone.
create function key_by_id(id uuid) returns setof api_keys
    language sql stable security definer set search_path = pg_catalog, pg_temp
    as $$ select * from public.api_keys where key_id = id $$;

revoke all on function key_by_id(uuid) from public;

-- Row-level security. The sub-select is evaluated once per statement.
do $$
declare name text;
begin
    foreach name in array array['tenants', 'events', 'exceptions', 'deliveries', 'inbox', 'counters', 'runs', 'pack_versions', 'active_packs', 'api_keys', 'sealed_values'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
    end loop;
    foreach name in array array['tenants', 'events', 'exceptions', 'deliveries', 'inbox', 'counters', 'runs'] loop
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
    end loop;
    foreach name in array array['events', 'exceptions', 'deliveries'] loop
        execute format('create policy one_tenant_erased on %I to reeve_eraser using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
    end loop;
end $$;

grant usage on schema public to reeve_app, reeve_engine, reeve_eraser;
grant select on events, exceptions, deliveries, inbox, counters, runs to reeve_app;
grant select, insert, update on tenants, active_packs, api_keys to reeve_app;
grant select, insert on pack_versions to reeve_app;
grant select, insert, update, delete on sealed_values to reeve_app;
grant execute on function key_by_id(uuid) to reeve_engine;
grant select, insert, update, delete on slots, commits, readers, inbox to reeve_engine;
grant select, insert on events, deliveries, runs to reeve_engine;
grant select, insert, update on exceptions, counters to reeve_engine;
grant select on tenants to reeve_engine;
grant execute on function add_event_months(date, integer), drop_event_month(date) to reeve_engine;
grant select on events to reeve_eraser;
grant update (salt, body) on events to reeve_eraser;
grant select, delete on exceptions, deliveries to reeve_eraser;

select add_event_months((now() at time zone 'UTC' - interval '1 month')::date, 5);
