-- What a commit records of a pass is one event (docs/decisions/0016), so an entry per event is an entry per pass. The ids in these indexes are
-- unique over all tenants and rise with time: an index that begins with one grows at its end.

drop index events_exception;
drop index events_run;
alter table events drop column last_ordinal;

create index events_exception on events (exception_key) where exception_key is not null;
create index events_run on events (run_id, pass_id) where run_id is not null;

-- A body has some 6 KB. The server's own method of compression costs more than all the rest of the row; a server that was built without the faster one
-- keeps bodies as they are. What is then under 4 KB stays in its row: another table, with an index of its own, costs more than that, too.
do $$
declare
    part regclass;
    how text := 'compression lz4';
begin
    begin
        alter table events alter column body set compression lz4;
    exception when feature_not_supported then
        how := 'storage external';
        alter table events alter column body set storage external;
    end;
    for part in select inhrelid from pg_inherits where inhparent = 'events'::regclass loop
        execute format('alter table %s alter column body set %s', part, how);
        execute format('alter table %s set (toast_tuple_target = 4080)', part);
    end loop;
end $$;

-- As in 0001, and with the same place for bodies.
create or replace function add_event_months(first date, months integer) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
    month date := date_trunc('month', first)::date;
    added integer := 0;
    part text;
begin
    if months < 1 or months > 12 or month < date_trunc('month', now() - interval '2 months')::date or month > date_trunc('month', now() + interval '12 months')::date then
        raise exception 'month % is too far from the database''s clock', month using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtext('reeve.add_event_months'));
    for i in 1 .. months loop
        part := 'events_' || to_char(month, 'YYYY_MM');
        if to_regclass('public.' || part) is null then
            execute format('create table public.%I partition of public.events for values from (%L) to (%L) with (toast_tuple_target = 4080)',
                part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
            added := added + 1;
        end if;
        month := (month + interval '1 month')::date;
    end loop;
    return added;
end $$;
