-- The counters of a tenant and slot in one row: a commit writes one row per tenant, however many counters it changes. The slot's owner
-- keeps the values in memory; the row is the truth. What was counted before stays in counters, where a node of the release before this
-- one goes on counting: who reads adds up both.

create table tallies (
    tenant_id           text    collate "C" not null check (tenant_id <> ''),
    slot                integer not null,
    counts              text    not null,
    primary key (tenant_id, slot)
) with (fillfactor = 50);

alter table tallies enable row level security;
create policy one_tenant on tallies to reeve_app using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
create policy every_tenant on tallies to reeve_engine using (true) with check (true);
grant select on tallies to reeve_app;
grant select, insert, update on tallies to reeve_engine;
