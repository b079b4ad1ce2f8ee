-- Plans that run: how far each is, and what became of its parts (docs/decisions/0020); see the other dialect. Lists of words are said with "or", as in 0009.

create table playbook_runs (
    tenant_id           text    not null check (tenant_id <> ''),
    pass_id             blob    not null check (length(pass_id) = 16),
    exception_key       blob    not null check (length(exception_key) = 16),
    run_id              blob    not null check (length(run_id) = 16),
    playbook_id         text    not null,
    playbook_version    text    not null,
    state               text    not null check (state = 'READY' or state = 'WAITING' or state = 'PAUSED' or state = 'ENDED'),
    ruling              text    check (ruling = 'ASK' or ruling = 'APPROVED' or ruling = 'REJECTED' or ruling = 'ESCALATED' or ruling = 'WITHDRAWN' or ruling = 'SUPERSEDED'),
    is_assisted         integer not null,
    slot                integer,
    attempts            integer not null default 0,
    wake_at             integer not null,
    reason              text    not null,
    version             integer not null,
    started_at          integer,
    updated_at          integer not null,
    primary key (tenant_id, pass_id),
    check (slot is null or state = 'READY')
) without rowid;

create index playbook_runs_due on playbook_runs (wake_at) where slot is null and (state = 'READY' or state = 'PAUSED');
create index playbook_runs_slot on playbook_runs (slot) where slot is not null;
create index playbook_runs_exception on playbook_runs (tenant_id, exception_key);

create table steps (
    tenant_id           text    not null check (tenant_id <> ''),
    pass_id             blob    not null check (length(pass_id) = 16),
    place               integer not null check (place > 0),
    part                text    not null,
    step_id             text,
    status              text    not null
        check (status = 'SUCCESS' or status = 'FAILED' or status = 'FAILED_AFTER_EFFECT' or status = 'SKIPPED' or status = 'LEFT' or status = 'NEEDS_APPROVAL' or status = 'APPROVED' or status = 'UNKNOWN'),
    execution_id        blob,
    by_kind             text    not null check (by_kind = 'PERSON' or by_kind = 'AGENT' or by_kind = 'SERVICE'),
    by_id               text    not null,
    at                  integer not null,
    note                text    not null,
    primary key (tenant_id, pass_id, place, part)
) without rowid;
