-- What is done at certain times (docs/decisions/0014).

create table schedules (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    name            text        collate "C" not null check (name <> ''),
    cron            text        collate "C" not null,
    zone            text        collate "C" not null,
    next_at         timestamptz not null,
    enabled         boolean     not null,
    changed_at      timestamptz not null,
    primary key (tenant_id, name)
) with (fillfactor = 70);

create index schedules_due on schedules (next_at) where enabled;

create table schedule_runs (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    name            text        collate "C" not null,
    due_at          timestamptz not null,
    slot            integer     not null,
    started_at      timestamptz not null,
    ended_at        timestamptz,
    outcome         text        check (outcome in ('DONE', 'FAILED', 'LOST')),
    attempts        integer     not null default 1, -- 2: it was lost and made up
    primary key (tenant_id, name, due_at),
    check ((ended_at is null) = (outcome is null))
);

-- What runs: by schedule, to begin no second one, and by slot, for whoever takes the slot over.
create index schedule_runs_open on schedule_runs (tenant_id, name) where ended_at is null;
create index schedule_runs_slot on schedule_runs (slot) where ended_at is null;
create index schedule_runs_started on schedule_runs (started_at);

do $$
declare name text;
begin
    foreach name in array array['schedules', 'schedule_runs'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
    end loop;
end $$;

grant select, insert, update, delete on schedules to reeve_app;
grant select on schedule_runs to reeve_app;
grant select, update on schedules to reeve_engine;
grant select, insert, update, delete on schedule_runs to reeve_engine;
