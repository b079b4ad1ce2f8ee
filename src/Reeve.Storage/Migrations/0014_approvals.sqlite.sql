-- What people are asked, and what they said (docs/decisions/0021); see the other dialect.

create table approvals (
    tenant_id       text    not null check (tenant_id <> ''),
    approval_id     blob    not null check (length(approval_id) = 16),
    scope           text    not null check (scope in ('PLAN', 'STEP', 'CALL')),
    exception_key   blob,
    execution_id    blob,
    pass_id         blob,
    place           integer,
    part            text,
    status          text    not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'TIMED_OUT', 'ESCALATED', 'WITHDRAWN')),
    quorum          text    not null check (quorum <> ''),
    request         blob,
    proposer        text    not null,
    proposer_names  text    not null,
    submitted_at    integer not null,
    timeout_at      integer not null,
    decided_at      integer,
    reason          text    not null,
    version         integer not null check (version > 0),
    primary key (tenant_id, approval_id),
    check ((status = 'PENDING') = (decided_at is null)),
    check ((place is null) = (part is null))
);

create index approvals_status on approvals (tenant_id, status, approval_id);
create index approvals_exception on approvals (tenant_id, exception_key, approval_id) where exception_key is not null;
create index approvals_execution on approvals (tenant_id, execution_id, approval_id) where execution_id is not null;
create index approvals_overdue on approvals (timeout_at) where status = 'PENDING';

create table approval_decisions (
    tenant_id       text    not null check (tenant_id <> ''),
    approval_id     blob    not null check (length(approval_id) = 16),
    owner_folded    text    not null,
    approves        integer not null,
    principal       text    not null,
    owner           text    not null,
    names           text    not null,
    roles           text    not null,
    at              integer not null,
    comments        text    not null,
    bounds          blob,
    primary key (tenant_id, approval_id, owner_folded)
) without rowid;
