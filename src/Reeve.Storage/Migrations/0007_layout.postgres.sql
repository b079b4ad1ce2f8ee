-- Fewer index entries per commit (docs/decisions/0015).

-- Of the first event of an exception, or of a run, in a commit: the ordinal of the last that follows directly. Hashed nowhere, since it
-- follows from what is.
alter table events add column last_ordinal integer;

with marked as (
    select tenant_id, slot, n, ordinal, recorded_at, exception_key is not null or run_id is not null as sought,
        case
            when row_number() over w > 1
                and exception_key is not distinct from lag(exception_key) over w and run_id is not distinct from lag(run_id) over w
                and pass_id is not distinct from lag(pass_id) over w and row_version is not distinct from lag(row_version) over w then 0
            else 1
        end as begins
    from events
    window w as (partition by tenant_id, slot, n, recorded_at order by ordinal)),
numbered as (
    select marked.*, sum(begins) over (partition by tenant_id, slot, n, recorded_at order by ordinal) as part from marked),
parts as (
    select tenant_id, slot, n, recorded_at, min(ordinal) as first, max(ordinal) as last
    from numbered where sought group by tenant_id, slot, n, recorded_at, part)
update events e set last_ordinal = p.last
from parts p
where e.tenant_id = p.tenant_id and e.slot = p.slot and e.n = p.n and e.ordinal = p.first and e.recorded_at = p.recorded_at;

drop index events_exception;
drop index events_run;
create index events_exception on events (tenant_id, exception_key) where last_ordinal is not null and exception_key is not null;
create index events_run on events (tenant_id, run_id, pass_id) where last_ordinal is not null and run_id is not null;

-- A row keeps the delivery that made it, so that only further ones need an index by exception; those that are there count as further, and so do those of
-- a node of the release before, which does not say.
alter table exceptions
    add column delivery_day     date,
    add column delivery_hash    bytea check (octet_length(delivery_hash) = 16);

alter table deliveries add column is_further boolean not null default true;

drop index deliveries_exception;
create index deliveries_further on deliveries (tenant_id, exception_id) where is_further;

-- The time of receipt is the one in the key, so that the order of keys is the list of all, and needs no index of its own. What was counted as time
-- taken since is counted anew by as much.
create temporary table shift on commit drop as
select tenant_id, exception_key,
    to_timestamp(('x' || left(replace(exception_key::text, '-', ''), 12))::bit(48)::bigint / 1000.0) as at
from exceptions;

update counters c
set value = c.value + d.by
from (
    select w.tenant_id, w.name, w.by, (select min(k.slot) from counters k where k.tenant_id = w.tenant_id and k.name = w.name) as slot
    from (
        select e.tenant_id, t.name, sum((extract(epoch from e.created_at - s.at) * 1000000)::bigint)::bigint as by
        from exceptions e
        join shift s on s.tenant_id = e.tenant_id and s.exception_key = e.exception_key
        cross join lateral (values ('triage_us', e.triaged_at), ('resolve_us', e.resolved_at)) t(name, done)
        where t.done is not null
        group by e.tenant_id, t.name) w) d
where c.tenant_id = d.tenant_id and c.name = d.name and c.slot = d.slot;

update exceptions e set created_at = s.at from shift s where e.tenant_id = s.tenant_id and e.exception_key = s.exception_key and e.created_at <> s.at;

drop index exceptions_created;
