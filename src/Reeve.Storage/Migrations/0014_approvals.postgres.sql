-- What people are asked, and what they said (docs/decisions/0021).

create table approvals (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    approval_id     uuid        not null,
    scope           text        collate "C" not null check (scope in ('PLAN', 'STEP', 'CALL')),
    exception_key   uuid,
    execution_id    uuid,       -- of a call without plan: the one that is asked for once it is approved
    pass_id         uuid,
    place           integer,
    part            text        collate "C",
    status          text        collate "C" not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'TIMED_OUT', 'ESCALATED', 'WITHDRAWN')),
    quorum          text        collate "C" not null check (quorum <> ''),
    request         bytea,      -- null once erased
    proposer        text        collate "C" not null,
    proposer_names  text        collate "C" not null, -- folded, one per line; empty when no person proposed it
    submitted_at    timestamptz not null,
    timeout_at      timestamptz not null,
    decided_at      timestamptz,
    reason          text        collate "C" not null,
    version         bigint      not null check (version > 0),
    primary key (tenant_id, approval_id),
    check ((status = 'PENDING') = (decided_at is null)),
    check ((place is null) = (part is null))
) with (fillfactor = 80);

create index approvals_status on approvals (tenant_id, status, approval_id);
create index approvals_exception on approvals (tenant_id, exception_key, approval_id) where exception_key is not null;
create index approvals_execution on approvals (tenant_id, execution_id, approval_id) where execution_id is not null;
create index approvals_overdue on approvals (timeout_at) where status = 'PENDING';

create table approval_decisions (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    approval_id     uuid        not null,
    owner_folded    text        collate "C" not null,
    approves        boolean     not null,
    principal       text        collate "C" not null,
    owner           text        collate "C" not null,
    names           text        collate "C" not null, -- folded, one per line
    roles           text        collate "C" not null, -- one per line
    at              timestamptz not null,
    comments        text        collate "C" not null,
    bounds          bytea,      -- what was given awaited arguments; null for nothing, and once erased
    primary key (tenant_id, approval_id, owner_folded)
);

do $$
declare name text;
begin
    foreach name in array array['approvals', 'approval_decisions'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
        execute format('create policy every_tenant on %I to reeve_engine using (true) with check (true)', name);
        execute format('grant select, insert, update on %I to reeve_app', name);
        execute format('grant select on %I to reeve_engine', name);
    end loop;
end $$;

create policy one_tenant_erased on approvals to reeve_eraser using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
create policy one_tenant_erased on approval_decisions to reeve_eraser using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
grant select, update (status, request, decided_at, reason, version) on approvals to reeve_eraser;
grant select, update (comments, bounds) on approval_decisions to reeve_eraser;
