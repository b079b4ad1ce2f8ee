-- The beginning of a log may go when its time is over (docs/decisions/0017).

-- Of each chain whose beginning is gone: the last event that went. What follows it is linked to this hash. Written by the function below alone, in the
-- transaction that removes the events.
create table chain_starts (
    tenant_id       text        collate "C" not null check (tenant_id <> ''),
    slot            integer     not null,
    n               bigint      not null,
    ordinal         integer     not null,
    recorded_at     timestamptz not null,
    hash            bytea       not null check (octet_length(hash) = 32),
    dropped_at      timestamptz not null,
    primary key (tenant_id, slot)
);

alter table chain_starts enable row level security;
create policy one_tenant on chain_starts to reeve_app using (tenant_id = (select current_setting('reeve.tenant', true))) with check (tenant_id = (select current_setting('reeve.tenant', true)));
create policy every_tenant on chain_starts to reeve_engine using (true) with check (true);
grant select on chain_starts to reeve_app, reeve_engine;

-- Only the oldest month, so that what is left of a chain has no hole. Ends are found by steps in the key, not by reading the month. Commits wait behind whoever
-- waits to drop, so it does not wait for long; it is tried again at the next upkeep.
create or replace function drop_event_month(month date) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' set lock_timeout = '100ms' as $$
declare
    part text := 'events_' || to_char(month, 'YYYY_MM');
begin
    if date_trunc('month', month) > date_trunc('month', now() - interval '12 months') - interval '1 month' then
        raise exception 'month % is younger than the shortest audit retention', month using errcode = '22023';
    end if;
    perform pg_advisory_xact_lock(hashtext('reeve.drop_event_month'));
    if to_regclass('public.' || part) is null then
        return;
    end if;
    if exists (
        select from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.events'::regclass and c.relname::text collate "C" < part collate "C")
    then
        raise exception 'there are months before %', month using errcode = '55000';
    end if;
    execute format($sql$
        with recursive chains(tenant_id, slot) as (
            (select tenant_id, slot from public.%1$I order by tenant_id, slot limit 1)
            union all
            select next.tenant_id, next.slot from chains
            cross join lateral (
                select e.tenant_id, e.slot from public.%1$I e where (e.tenant_id, e.slot) > (chains.tenant_id, chains.slot) order by e.tenant_id, e.slot limit 1) next)
        insert into public.chain_starts (tenant_id, slot, n, ordinal, recorded_at, hash, dropped_at)
        select c.tenant_id, c.slot, last.n, last.ordinal, last.recorded_at, last.hash, now()
        from chains c
        cross join lateral (
            select e.n, e.ordinal, e.recorded_at, e.hash from public.%1$I e where e.tenant_id = c.tenant_id and e.slot = c.slot order by e.n desc, e.ordinal desc limit 1) last
        on conflict (tenant_id, slot) do update
        set n = excluded.n, ordinal = excluded.ordinal, recorded_at = excluded.recorded_at, hash = excluded.hash, dropped_at = excluded.dropped_at
        $sql$, part);
    execute format('drop table public.%I', part);
end $$;
