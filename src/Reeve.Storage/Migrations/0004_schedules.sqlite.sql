-- What is done at certain times (docs/decisions/0014); see the other dialect.

create table schedules (
    tenant_id       text        not null check (tenant_id <> ''),
    name            text        not null check (name <> ''),
    cron            text        not null,
    zone            text        not null,
    next_at         integer     not null,
    enabled         integer     not null,
    changed_at      integer     not null,
    primary key (tenant_id, name)
) without rowid;

create index schedules_due on schedules (next_at) where enabled;

create table schedule_runs (
    tenant_id       text        not null check (tenant_id <> ''),
    name            text        not null,
    due_at          integer     not null,
    slot            integer     not null,
    started_at      integer     not null,
    ended_at        integer,
    outcome         text        check (outcome in ('DONE', 'FAILED', 'LOST')),
    attempts        integer     not null default 1, -- 2: it was lost and made up
    primary key (tenant_id, name, due_at),
    check ((ended_at is null) = (outcome is null))
) without rowid;

create index schedule_runs_open on schedule_runs (tenant_id, name) where ended_at is null;
create index schedule_runs_slot on schedule_runs (slot) where ended_at is null;
create index schedule_runs_started on schedule_runs (started_at);
