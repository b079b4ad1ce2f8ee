-- Calls of tools: what is intended and what became of it, what is switched off, which breakers are not closed (docs/decisions/0019).

create table tool_executions (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    execution_id    uuid        not null,
    domain          text        collate "C" not null,
    tool            text        collate "C" not null,
    tool_version    text        collate "C" not null,
    effect          text        collate "C" not null check (effect in ('READ', 'WRITE')),
    is_idempotent   boolean     not null,
    digest          bytea       not null check (octet_length(digest) = 32 or octet_length(digest) = 0),   -- empty once its exception was erased
    content         bytea       not null check (octet_length(content) = 32 or octet_length(content) = 0),
    exception_key   uuid,
    run_id          uuid,
    pass_id         uuid,
    place           integer,
    step_id         text        collate "C",
    part            text        collate "C" check (part in ('STEP', 'FALLBACK', 'ROLLBACK', 'CRITERION')),
    approval_id     uuid,
    actor_kind      text        collate "C" not null check (actor_kind in ('PERSON', 'AGENT', 'SERVICE')),
    actor_id        text        collate "C" not null,
    status          text        collate "C" not null check (status in ('REQUESTED', 'RUNNING', 'SUCCEEDED', 'FAILED')),
    is_unknown      boolean     not null default false check (not is_unknown or status = 'FAILED'),
    error_code      text        collate "C",
    attempts        integer     not null default 0,
    slot            integer,            -- who makes it; null once that is gone, and of what was never intended
    n               bigint,             -- the slot's commit by which it does: together they are nobody else's, ever
    safe_after      timestamptz,        -- from when on nobody who had it can still be sending; null where nothing was sent
    takeovers       integer     not null default 0,
    requested_at    timestamptz not null,
    settled_at      timestamptz,
    primary key (tenant_id, execution_id),
    check ((settled_at is null) = (status in ('REQUESTED', 'RUNNING')))
) with (fillfactor = 90);

create index tool_executions_slot on tool_executions (slot) where settled_at is null;
create index tool_executions_safe on tool_executions (safe_after) where settled_at is null;
create index tool_executions_exception on tool_executions (tenant_id, exception_key) where exception_key is not null;
create index tool_executions_requested on tool_executions (tenant_id, requested_at, execution_id);
create index tool_executions_tool on tool_executions (tenant_id, tool, requested_at, execution_id);
create index tool_executions_open on tool_executions (tenant_id, requested_at, execution_id) where settled_at is null or is_unknown;

-- What an administrator switched: it overrides a pack's "enabled: true", never its "false".
create table tool_switches (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    domain          text        collate "C" not null,
    tool            text        collate "C" not null,
    is_enabled      boolean     not null,
    updated_at      timestamptz not null,
    updated_by      text        collate "C" not null,
    primary key (tenant_id, domain, tool)
);

-- Those that are not closed.
create table breakers (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    domain          text        collate "C" not null,
    tool            text        collate "C" not null,
    state           text        collate "C" not null check (state in ('OPEN', 'HALF_OPEN')),
    opened_at       timestamptz not null,
    primary key (tenant_id, domain, tool)
);

-- When the store was put in place from a backup: what is older may have happened although nothing here says so.
create table restorations (
    tenant_id       text        collate "C" not null check (tenant_id <> ''), -- $platform
    restored_at     timestamptz not null,
    hold_id         uuid        not null,
    primary key (tenant_id, hold_id)
);

do $$
declare name text;
begin
    foreach name in array array['tool_executions', 'tool_switches', 'breakers', 'restorations'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
    end loop;
end $$;

create policy one_tenant_erased on tool_executions to reeve_eraser using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));

grant select on tool_executions to reeve_app;
grant select, insert, update, delete on tool_executions to reeve_engine;
grant select, insert, update on tool_switches to reeve_app;
grant select, insert, update, delete on breakers to reeve_app;
grant select, insert on restorations to reeve_app;
grant select on tool_switches, breakers, restorations to reeve_engine;
grant select, update (digest, content) on tool_executions to reeve_eraser;
