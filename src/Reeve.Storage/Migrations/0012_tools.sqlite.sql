-- Calls of tools: what is intended and what became of it, what is switched off, which breakers are not closed (docs/decisions/0019); see the other dialect.
-- Lists of words are said with "or", as in 0009.

create table tool_executions (
    tenant_id       text    not null check (tenant_id <> ''),
    execution_id    blob    not null check (length(execution_id) = 16),
    domain          text    not null,
    tool            text    not null,
    tool_version    text    not null,
    effect          text    not null check (effect = 'READ' or effect = 'WRITE'),
    is_idempotent   integer not null,
    digest          blob    not null check (length(digest) = 32 or length(digest) = 0),
    content         blob    not null check (length(content) = 32 or length(content) = 0),
    exception_key   blob,
    run_id          blob,
    pass_id         blob,
    place           integer,
    step_id         text,
    part            text    check (part = 'STEP' or part = 'FALLBACK' or part = 'ROLLBACK' or part = 'CRITERION'),
    approval_id     blob,
    actor_kind      text    not null check (actor_kind = 'PERSON' or actor_kind = 'AGENT' or actor_kind = 'SERVICE'),
    actor_id        text    not null,
    status          text    not null check (status = 'REQUESTED' or status = 'RUNNING' or status = 'SUCCEEDED' or status = 'FAILED'),
    is_unknown      integer not null default 0 check (is_unknown = 0 or status = 'FAILED'),
    error_code      text,
    attempts        integer not null default 0,
    slot            integer,
    n               integer,
    safe_after      integer,
    takeovers       integer not null default 0,
    requested_at    integer not null,
    settled_at      integer,
    primary key (tenant_id, execution_id),
    check ((settled_at is null) = (status = 'REQUESTED' or status = 'RUNNING'))
);

create index tool_executions_slot on tool_executions (slot) where settled_at is null;
create index tool_executions_safe on tool_executions (safe_after) where settled_at is null;
create index tool_executions_exception on tool_executions (tenant_id, exception_key) where exception_key is not null;
create index tool_executions_requested on tool_executions (tenant_id, requested_at, execution_id);
create index tool_executions_tool on tool_executions (tenant_id, tool, requested_at, execution_id);
create index tool_executions_open on tool_executions (tenant_id, requested_at, execution_id) where settled_at is null or is_unknown = 1;

create table tool_switches (
    tenant_id       text    not null check (tenant_id <> ''),
    domain          text    not null,
    tool            text    not null,
    is_enabled      integer not null,
    updated_at      integer not null,
    updated_by      text    not null,
    primary key (tenant_id, domain, tool)
) without rowid;

create table breakers (
    tenant_id       text    not null check (tenant_id <> ''),
    domain          text    not null,
    tool            text    not null,
    state           text    not null check (state = 'OPEN' or state = 'HALF_OPEN'),
    opened_at       integer not null,
    primary key (tenant_id, domain, tool)
) without rowid;

create table restorations (
    tenant_id       text    not null check (tenant_id <> ''),
    restored_at     integer not null,
    hold_id         blob    not null check (length(hold_id) = 16),
    primary key (tenant_id, hold_id)
) without rowid;
