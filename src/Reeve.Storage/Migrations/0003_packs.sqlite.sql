-- Packs in production: what happened to versions (who, when, what differs), and how often each is used.

-- The log says the same, and proves it; here it is found without reading the log. n counts per tenant, so that a page is a position.
create table pack_changes (
    tenant_id               text    not null check (tenant_id <> ''),
    n                       integer not null check (n > 0),
    action                  text    not null check (action in ('STORED', 'ACTIVATED', 'ROLLED_BACK')),
    kind                    text    not null check (kind in ('DOMAIN', 'POLICY')),
    domain                  text    not null,
    version                 text    not null,
    previous                text,
    difference              blob,
    changed_at              integer not null,
    changed_by              text    not null,
    primary key (tenant_id, n)
);

-- Counted in memory and added now and then, so it lags by moments and a killed process loses as much.
create table pack_usage (
    tenant_id               text    not null check (tenant_id <> ''),
    kind                    text    not null check (kind in ('DOMAIN', 'POLICY')),
    domain                  text    not null,
    content_hash            text    not null,
    used                    integer not null,
    last_used_at            integer not null,
    primary key (tenant_id, kind, domain, content_hash)
);

-- What was stored and is active already; what it differed from is in the log.
insert into pack_changes (tenant_id, n, action, kind, domain, version, previous, difference, changed_at, changed_by)
select tenant_id, row_number() over (partition by tenant_id order by at, stage, kind, domain, version), action, kind, domain, version, null, null, at, who
from (
    select tenant_id, 'STORED' as action, 1 as stage, kind, domain, version, stored_at as at, stored_by as who from pack_versions
    union all
    select tenant_id, 'ACTIVATED', 2, kind, domain, version, activated_at, activated_by from active_packs
) known;
