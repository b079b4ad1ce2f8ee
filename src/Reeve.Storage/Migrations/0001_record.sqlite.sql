-- The record, on one file. The same tables as for PostgreSQL; one process and one tenant filter per statement take the place of roles.

create table slots (
    slot                    integer primary key not null check (slot > 0),
    writer                  blob    not null,
    beat_at                 integer not null
);

-- The primary key fences, tells the outcome of a lost COMMIT, orders readers, and numbers the chain. Not partitioned.
create table commits (
    slot                    integer not null,
    n                       integer not null check (n > 0),
    writer                  blob    not null,
    at                      integer not null,
    tenants                 text    not null,
    primary key (slot, n)
);

create table readers (
    name                    text    not null,
    slot                    integer not null,
    n                       integer not null,
    primary key (name, slot)
);

create table tenants (
    tenant_id               text    primary key not null check (tenant_id <> ''),
    name                    text    not null,
    mode                    text    not null check (mode in ('SHADOW', 'DRY_RUN', 'LIVE')),
    created_at              integer not null,
    created_by              text    not null
);

-- Columns in the order in which they are hashed (docs/audit-format.md).
create table events (
    tenant_id               text    not null check (tenant_id <> ''),
    slot                    integer not null,
    n                       integer not null,
    ordinal                 integer not null,
    event_id                blob    not null,
    recorded_at             integer not null,
    type                    text    not null,
    version                 integer not null,
    occurred_at             integer not null,
    exception_key           blob,
    row_version             integer,
    run_id                  blob,
    pass_id                 blob,
    stage                   text,
    actor_kind              text    not null,
    actor_id                text    not null,
    commitment              blob    not null check (length(commitment) = 32),
    hash                    blob    not null check (length(hash) = 32),
    salt                    blob    check (length(salt) = 16),
    body                    blob,
    primary key (tenant_id, slot, n, ordinal)
);

create index events_exception on events (tenant_id, exception_key) where exception_key is not null;

create index events_run on events (tenant_id, run_id, pass_id) where run_id is not null;

-- The latest record, for lists; payload and history are in the log.
create table exceptions (
    tenant_id               text    not null check (tenant_id <> ''),
    exception_id            text    not null,
    exception_key           blob    not null,
    version                 integer not null check (version > 0),
    domain                  text    not null,
    source_system           text    not null,
    exception_type          text,
    severity                text    check (severity in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    status                  text    not null check (status in ('OPEN', 'IN_PROGRESS', 'RESOLVED', 'ESCALATED', 'PENDING_APPROVAL')),
    actionability           text    check (actionability in ('ACTIONABLE_APPROVED_PROCESS', 'ACTIONABLE_NON_APPROVED_PROCESS', 'NON_ACTIONABLE_INFO_ONLY')),
    occurred_at             integer not null,
    created_at              integer not null,
    updated_at              integer not null,
    triaged_at              integer,
    resolved_at             integer,
    resolved_automatically  integer not null,
    run_id                  blob    not null,
    pass_id                 blob    not null,
    external_id             text,
    fingerprint             text,
    record                  blob    not null,
    primary key (tenant_id, exception_id)
);

create unique index exceptions_key on exceptions (tenant_id, exception_key);

create index exceptions_created on exceptions (tenant_id, created_at, exception_key);

create index exceptions_domain on exceptions (tenant_id, domain, created_at, exception_key);

create index exceptions_status on exceptions (tenant_id, status, severity, created_at, exception_key);

-- The day leads, so that the index grows at its end.
create table deliveries (
    tenant_id               text    not null check (tenant_id <> ''),
    day                     integer not null,
    hash                    blob    not null check (length(hash) = 16),
    exception_id            text    not null,
    primary key (tenant_id, day, hash)
);

create index deliveries_exception on deliveries (tenant_id, exception_id);

-- What was received and is not decided yet. A row lives for moments.
create table inbox (
    tenant_id               text    not null check (tenant_id <> ''),
    pass_id                 blob    not null,
    exception_key           blob    not null,
    run_id                  blob    not null,
    slot                    integer,
    attempts                integer not null default 0,
    primary key (tenant_id, pass_id)
);

-- Kept per slot, so that committers never wait for one another; summed when read.
create table counters (
    tenant_id               text    not null check (tenant_id <> ''),
    slot                    integer not null,
    name                    text    not null,
    value                   integer not null,
    primary key (tenant_id, slot, name)
);

create table runs (
    tenant_id               text    not null check (tenant_id <> ''),
    run_id                  blob    not null,
    kind                    text    not null check (kind in ('COMMAND', 'REQUEST', 'INGESTION')),
    domain                  text    not null,
    domain_pack             text    not null,
    tenant_policy           text    not null,
    as_of                   integer,
    logic_version           integer not null,
    product                 text    not null,
    started_at              integer not null,
    started_by              text    not null,
    primary key (tenant_id, run_id)
);

create table pack_versions (
    tenant_id               text    not null check (tenant_id <> ''),
    kind                    text    not null check (kind in ('DOMAIN', 'POLICY')),
    domain                  text    not null,
    version                 text    not null,
    content_hash            text    not null,
    content                 blob    not null,
    stored_at               integer not null,
    stored_by               text    not null,
    primary key (tenant_id, kind, domain, version)
);

create index pack_versions_hash on pack_versions (tenant_id, content_hash);

create table active_packs (
    tenant_id               text    not null check (tenant_id <> ''),
    kind                    text    not null check (kind in ('DOMAIN', 'POLICY')),
    domain                  text    not null,
    version                 text    not null,
    activated_at            integer not null,
    activated_by            text    not null,
    primary key (tenant_id, kind, domain)
);

create table api_keys (
    tenant_id               text    not null check (tenant_id <> ''),
    key_id                  blob    not null,
    secret_hash             blob    not null check (length(secret_hash) = 32),
    kind                    text    not null check (kind in ('PERSON', 'SERVICE')),
    owner                   text    not null,
    owner_folded            text    not null,
    roles                   text    not null,
    created_at              integer not null,
    created_by              text    not null,
    expires_at              integer,
    revoked_at              integer,
    primary key (tenant_id, key_id)
);

create unique index api_keys_id on api_keys (key_id);

create table sealed_values (
    tenant_id               text    not null check (tenant_id <> ''),
    name                    text    not null,
    envelope                blob    not null,
    updated_at              integer not null,
    primary key (tenant_id, name)
);
