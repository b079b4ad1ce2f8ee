-- Plans that run: how far each is, and what became of its parts (docs/decisions/0020).

create table playbook_runs (
    tenant_id           text        collate "C" not null check (tenant_id <> ''),
    pass_id             uuid        not null,
    exception_key       uuid        not null,
    run_id              uuid        not null,
    playbook_id         text        collate "C" not null,
    playbook_version    text        collate "C" not null,
    state               text        collate "C" not null check (state in ('READY', 'WAITING', 'PAUSED', 'ENDED')),
    ruling              text        collate "C" check (ruling in ('ASK', 'APPROVED', 'REJECTED', 'ESCALATED', 'WITHDRAWN', 'SUPERSEDED')),
    is_assisted         boolean     not null,
    slot                integer,            -- who drives it; null: nobody
    attempts            integer     not null default 0,
    wake_at             timestamptz not null,   -- before that nobody need look at it
    reason              text        collate "C" not null,
    version             bigint      not null,
    started_at          timestamptz,
    updated_at          timestamptz not null,
    primary key (tenant_id, pass_id),
    check (slot is null or state = 'READY')
) with (fillfactor = 80);

create index playbook_runs_due on playbook_runs (wake_at) where slot is null and (state = 'READY' or state = 'PAUSED');
create index playbook_runs_slot on playbook_runs (slot) where slot is not null;
create index playbook_runs_exception on playbook_runs (tenant_id, exception_key);

create table steps (
    tenant_id           text        collate "C" not null check (tenant_id <> ''),
    pass_id             uuid        not null,
    place               integer     not null check (place > 0),
    part                text        collate "C" not null,
    step_id             text        collate "C",
    status              text        collate "C" not null
        check (status in ('SUCCESS', 'FAILED', 'FAILED_AFTER_EFFECT', 'SKIPPED', 'LEFT', 'NEEDS_APPROVAL', 'APPROVED', 'UNKNOWN')),
    execution_id        uuid,
    by_kind             text        collate "C" not null check (by_kind in ('PERSON', 'AGENT', 'SERVICE')),
    by_id               text        collate "C" not null,
    at                  timestamptz not null,
    note                text        collate "C" not null,
    primary key (tenant_id, pass_id, place, part)
);

do $$
declare name text;
begin
    foreach name in array array['playbook_runs', 'steps'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
        execute format('create policy one_tenant_erased on %I to reeve_eraser using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
    end loop;
end $$;

grant select on playbook_runs, steps to reeve_app;
grant select, insert, update on playbook_runs, steps to reeve_engine;
grant select, delete on playbook_runs, steps to reeve_eraser;
