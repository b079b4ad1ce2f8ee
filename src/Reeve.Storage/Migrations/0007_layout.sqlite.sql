-- Fewer index entries per commit (docs/decisions/0015); see the other dialect.

alter table events add column last_ordinal integer;

-- A constraint of the column's own type is not there: a file takes any, and whoever checks the log looks at that.
with marked as (
    select tenant_id, slot, n, ordinal, exception_key is not null or run_id is not null as sought,
        case
            when row_number() over w > 1
                and exception_key is lag(exception_key) over w and run_id is lag(run_id) over w
                and pass_id is lag(pass_id) over w and row_version is lag(row_version) over w then 0
            else 1
        end as begins
    from events
    window w as (partition by tenant_id, slot, n order by ordinal)),
numbered as (
    select marked.*, sum(begins) over (partition by tenant_id, slot, n order by ordinal) as part from marked),
parts as (
    select tenant_id, slot, n, min(ordinal) as first, max(ordinal) as last
    from numbered where sought group by tenant_id, slot, n, part)
update events set last_ordinal = p.last
from parts p
where events.tenant_id = p.tenant_id and events.slot = p.slot and events.n = p.n and events.ordinal = p.first;

drop index events_exception;
drop index events_run;

create index events_exception on events (tenant_id, exception_key) where last_ordinal is not null and exception_key is not null;
create index events_run on events (tenant_id, run_id, pass_id) where last_ordinal is not null and run_id is not null;

alter table exceptions add column delivery_day integer;
alter table exceptions add column delivery_hash blob check (length(delivery_hash) = 16);

-- The key is the table: a row is one entry, not one here and one in an index of it.
create table deliveries_by_key (
    tenant_id               text    not null check (tenant_id <> ''),
    day                     integer not null,
    hash                    blob    not null check (length(hash) = 16),
    exception_id            text    not null,
    is_further              integer not null,
    primary key (tenant_id, day, hash)
) without rowid;

insert into deliveries_by_key (tenant_id, day, hash, exception_id, is_further)
select tenant_id, day, hash, exception_id, 1 from deliveries order by tenant_id, day, hash;

drop table deliveries;
alter table deliveries_by_key rename to deliveries;

create index deliveries_further on deliveries (tenant_id, exception_id) where is_further = 1;

create temporary table shift as
select tenant_id, exception_key, 1000 * (
        (instr('0123456789ABCDEF', substr(hex(exception_key), 1, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 2, 1)) - 17) * 1099511627776
        + (instr('0123456789ABCDEF', substr(hex(exception_key), 3, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 4, 1)) - 17) * 4294967296
        + (instr('0123456789ABCDEF', substr(hex(exception_key), 5, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 6, 1)) - 17) * 16777216
        + (instr('0123456789ABCDEF', substr(hex(exception_key), 7, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 8, 1)) - 17) * 65536
        + (instr('0123456789ABCDEF', substr(hex(exception_key), 9, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 10, 1)) - 17) * 256
        + (instr('0123456789ABCDEF', substr(hex(exception_key), 11, 1)) * 16 + instr('0123456789ABCDEF', substr(hex(exception_key), 12, 1)) - 17) * 1) as at
from exceptions;

create unique index shift_key on shift (tenant_id, exception_key);

update counters
set value = value + d.by
from (
    select w.tenant_id, w.name, w.by, (select min(k.slot) from counters k where k.tenant_id = w.tenant_id and k.name = w.name) as slot
    from (
        select e.tenant_id, 'triage_us' as name, sum(e.created_at - s.at) as by
        from exceptions e join shift s on s.tenant_id = e.tenant_id and s.exception_key = e.exception_key
        where e.triaged_at is not null group by e.tenant_id
        union all
        select e.tenant_id, 'resolve_us', sum(e.created_at - s.at)
        from exceptions e join shift s on s.tenant_id = e.tenant_id and s.exception_key = e.exception_key
        where e.resolved_at is not null group by e.tenant_id) w) d
where counters.tenant_id = d.tenant_id and counters.name = d.name and counters.slot = d.slot;

update exceptions set created_at = s.at
from shift s
where exceptions.tenant_id = s.tenant_id and exceptions.exception_key = s.exception_key and exceptions.created_at <> s.at;

drop table shift;
drop index exceptions_created;
