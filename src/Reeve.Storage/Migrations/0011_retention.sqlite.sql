-- The beginning of a log may go when its time is over (docs/decisions/0017); see the other dialect. Here events go in slices, each with its row of this table.

create table chain_starts (
    tenant_id               text    not null check (tenant_id <> ''),
    slot                    integer not null,
    n                       integer not null,
    ordinal                 integer not null,
    recorded_at             integer not null,
    hash                    blob    not null check (length(hash) = 32),
    dropped_at              integer not null,
    primary key (tenant_id, slot)
) without rowid;
