-- What queues and nodes need (docs/decisions/0012 and 0014). Everything added may be left out, so that the release before runs on.

alter table slots
    add column node             uuid,           -- of the process that holds it, new at each start
    add column unclean_at       timestamptz,    -- when it was last taken from one that had not given it back
    add column unclean_before   timestamptz;    -- the time before that

-- What of it nodes hold in memory, as words; most commits change nothing of that.
alter table commits add column signals text collate "C";

create index commits_signals on commits (slot, n) where signals is not null;

-- A default that is not volatile rewrites no table: rows that are there get the time of this migration.
alter table inbox
    add column received_at      timestamptz not null default now(),
    add column after_stop       boolean not null default false;

create index inbox_free on inbox (tenant_id, pass_id) where slot is null;
create index inbox_slot on inbox (slot) where slot is not null;

-- An exception that is erased leaves the inbox, too.
create policy one_tenant_erased on inbox to reeve_eraser using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
grant select, delete on inbox to reeve_eraser;
