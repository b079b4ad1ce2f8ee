-- What a commit records of a pass is one event (docs/decisions/0016), so an entry per event is an entry per pass. The ids in these indexes are
-- unique over all tenants and rise with time: an index that begins with one grows at its end.

drop index events_exception;
drop index events_run;
alter table events drop column last_ordinal;

create index events_exception on events (exception_key) where exception_key is not null;
create index events_run on events (run_id, pass_id) where run_id is not null;
