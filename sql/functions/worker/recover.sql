-- recover: takes the leases of workers whose time is over, and hands their runs back. Whoever calls it, it is idempotent.
-- Locks: the expired workers' rows, skipping locked ones, then their live rows, ascending. A worker that shuts down
-- expires itself (stop_worker) and comes through here too: were its row merely deleted, a run that its last claim leased
-- meanwhile would belong to nobody for ever.
create or replace function millrace.recover() returns int
language plpgsql security definer set search_path = '' as $$
declare
  v_now  timestamptz := clock_timestamp();
  v_dead bigint[];
  v_calm bigint[];
  v_n    int := 0;
begin
  select array_agg(x.id) filter (where x.expires_at > '-infinity'), array_agg(x.id) filter (where x.expires_at = '-infinity')
  into v_dead, v_calm
  from (select w.id, w.expires_at from millrace.workers w where w.expires_at <= v_now order by w.id for update skip locked) x;
  delete from millrace.watchers w where w.expires_at <= v_now;
  if v_dead is null and v_calm is null then
    return 0;
  end if;
  delete from millrace.workers w where w.id = any (v_dead || v_calm);
  if v_calm is not null then
    v_n := millrace.hand_back(v_calm, false);
  end if;
  if v_dead is not null then
    v_n := v_n + millrace.hand_back(v_dead, true);
  end if;
  return v_n;
end $$;

comment on function millrace.recover() is 'Hands back the runs of workers whose lease is over; returns how many.';
revoke execute on function millrace.recover() from public;
