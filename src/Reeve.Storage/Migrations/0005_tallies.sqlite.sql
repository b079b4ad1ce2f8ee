-- The counters of a tenant and slot in one row, as for PostgreSQL. What was counted before stays in counters: who reads adds up both.

create table tallies (
    tenant_id               text    not null check (tenant_id <> ''),
    slot                    integer not null,
    counts                  text    not null,
    primary key (tenant_id, slot)
) without rowid;
