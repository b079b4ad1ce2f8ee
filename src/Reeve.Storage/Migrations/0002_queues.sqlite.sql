-- What queues and nodes need (docs/decisions/0012 and 0014); see the other dialect.

alter table slots add column node blob;
alter table slots add column unclean_at integer;
alter table slots add column unclean_before integer;

alter table commits add column signals text;

create index commits_signals on commits (slot, n) where signals is not null;

-- A file allows no default that is computed; what was received before is as old as this migration.
alter table inbox add column received_at integer not null default 0;
alter table inbox add column after_stop integer not null default 0;

update inbox set received_at = cast((julianday('now') - 2440587.5) * 86400000 as integer) * 1000;

create index inbox_free on inbox (tenant_id, pass_id) where slot is null;
create index inbox_slot on inbox (slot) where slot is not null;
