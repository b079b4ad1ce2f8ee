-- Packs in production: what happened to versions (who, when, what differs), and how often each is used.

-- The log says the same, and proves it; here it is found without reading the log. n counts per tenant, so that a page is a position.
create table pack_changes (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    n               bigint      not null check (n > 0),
    action          text        not null check (action in ('STORED', 'ACTIVATED', 'ROLLED_BACK')),
    kind            text        not null check (kind in ('DOMAIN', 'POLICY')),
    domain          text        collate "C" not null,
    version         text        collate "C" not null,
    previous        text        collate "C",
    difference      bytea,
    changed_at      timestamptz not null,
    changed_by      text        not null,
    primary key (tenant_id, n)
);

-- Counted in memory and added now and then, so it lags by moments and a killed node loses as much.
create table pack_usage (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    kind            text        not null check (kind in ('DOMAIN', 'POLICY')),
    domain          text        collate "C" not null,
    content_hash    text        collate "C" not null,
    used            bigint      not null,
    last_used_at    timestamptz not null,
    primary key (tenant_id, kind, domain, content_hash)
) with (fillfactor = 50);

-- What was stored and is active already; what it differed from is in the log.
insert into pack_changes (tenant_id, n, action, kind, domain, version, previous, difference, changed_at, changed_by)
select tenant_id, row_number() over (partition by tenant_id order by at, stage, kind, domain, version), action, kind, domain, version, null, null, at, who
from (
    select tenant_id, 'STORED' as action, 1 as stage, kind, domain, version, stored_at as at, stored_by as who from pack_versions
    union all
    select tenant_id, 'ACTIVATED', 2, kind, domain, version, activated_at, activated_by from active_packs
) known;

do $$
declare name text;
begin
    foreach name in array array['pack_changes', 'pack_usage'] loop
        execute format('alter table %I enable row level security', name);
        execute format('create policy one_tenant on %I to reeve_app using (tenant_id = (select current_setting(''reeve.tenant'', true))) with check (tenant_id = (select current_setting(''reeve.tenant'', true)))', name);
    end loop;
end $$;

create policy every_tenant on pack_usage to reeve_engine using (true) with check (true);

grant select, insert on pack_changes to reeve_app;
grant select on pack_usage to reeve_app;
grant select, insert, update on pack_usage to reeve_engine;
