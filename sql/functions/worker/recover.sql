-- recover: takes the leases of workers whose time is over, and hands their runs back. Whoever calls it, it is idempotent,
-- and waits for nobody. Keys of requests that are over go too.
-- Locks: the rows of expired workers and watchers, skipping locked ones (a claim under way holds its own), then the live rows
-- of those workers, ascending and skipping locked ones.
create or replace function millrace.recover() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_dead bigint[];
begin
  select array_agg(x.id) into v_dead
  from (select w.id from millrace.workers w where greatest(w.expires_at, w.recover_at) <= v_now order by w.id for update skip locked) x;
  delete from millrace.watchers where id in (
    select w.id from millrace.watchers w where w.expires_at <= v_now order by w.id for update skip locked);
  perform millrace.prune_requests();
  if v_dead is null then
    return 0;
  end if;
  return millrace.hand_back(v_dead, true);
end $$;

comment on function millrace.recover() is 'Hands back the runs of workers whose lease is over; returns how many.';
revoke execute on function millrace.recover() from public;
