-- What is on hold, and why (docs/decisions/0018).

create table holds (
    tenant_id       text        collate "C" not null check (tenant_id <> ''), -- $platform: every tenant
    hold_id         uuid        not null,
    cause           text        collate "C" not null check (cause in ('PERSON', 'RESTORE', 'COPY')),
    since           timestamptz not null,
    reason          text        collate "C" not null check (reason <> ''),
    placed_by       text        collate "C" not null,
    owner           text        collate "C" not null,
    primary key (tenant_id, hold_id)
);

alter table holds enable row level security;
create policy one_tenant on holds to reeve_app using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
create policy every_tenant on holds to reeve_engine using (true) with check (true);

grant select, insert, delete on holds to reeve_app;
grant select on holds to reeve_engine;
