-- Imports: what was sent under an Idempotency-Key, and every stream, with what became of each item (docs/decisions/0013).

create table imports (
    tenant_id               text    not null check (tenant_id <> ''),
    import_id               blob    not null,
    day                     integer not null,
    kind                    text    not null check (kind in ('DOCUMENT', 'STREAM')),
    domain                  text    not null,
    body_hash               blob    check (length(body_hash) = 32),
    state                   text    not null check (state in ('RUNNING', 'ENDED', 'BROKEN')),
    node                    blob    not null,
    started_at              integer not null,
    ended_at                integer,
    items                   integer,
    accepted                integer,
    repeated                integer,
    refused                 integer,
    primary key (tenant_id, import_id)
);

create index imports_day on imports (day);

create index imports_running on imports (node) where state = 'RUNNING';

-- The key is the table: rows come in its order, and nothing but it finds most of them.
create table import_items (
    tenant_id               text    not null check (tenant_id <> ''),
    day                     integer not null,
    import_id               blob    not null,
    item                    integer not null check (item >= 0),
    part                    integer not null check (part >= 0),
    bytes_hash              blob    check (length(bytes_hash) = 16),
    exception_id            text,
    repeats                 integer not null,
    code                    text,
    pointer                 text,
    message                 text,
    errors                  text,
    primary key (tenant_id, day, import_id, item, part)
) without rowid;

create index import_items_refused on import_items (tenant_id, day, import_id, item, part) where code is not null;

-- For the eraser, who knows no import.
create index import_items_exception on import_items (tenant_id, exception_id) where exception_id is not null;
