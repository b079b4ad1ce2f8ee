-- What is on hold, and why (docs/decisions/0018); see the other dialect.

create table holds (
    tenant_id       text    not null check (tenant_id <> ''),
    hold_id         blob    not null check (length(hold_id) = 16),
    cause           text    not null check (cause in ('PERSON', 'RESTORE', 'COPY')),
    since           integer not null,
    reason          text    not null check (reason <> ''),
    placed_by       text    not null,
    owner           text    not null,
    primary key (tenant_id, hold_id)
) without rowid;
