-- What a commit records of a pass is one event (docs/decisions/0016), so an entry per event is an entry per pass. The ids in these indexes are
-- unique over all tenants and rise with time: an index that begins with one grows at its end.

drop index events_exception;
drop index events_run;
alter table events drop column last_ordinal;

create index events_exception on events (exception_key) where exception_key is not null;
create index events_run on events (run_id, pass_id) where run_id is not null;

-- A body has some 6 KB. The server's own method of compression costs more than all the rest of the row; a server that was built without the faster one
-- keeps bodies as they are. A month that is added later is made like the table.
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
    end loop;
end $$;
