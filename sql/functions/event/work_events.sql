-- work_events: does some of what is due about events; any worker calls it. One that dies in between has done nothing.
-- Returns: milliseconds until there is more to do, 0 for now; null if there is nothing. Locks: as spread_events, look_events and
-- prune_events, all skipping locked rows.
create or replace function millrace.work_events() returns int
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_now  timestamptz := millrace.clock();
  v_n    int;
  v_next timestamptz;
begin
  v_n := millrace.spread_events(v_now) + millrace.look_events(v_now) + millrace.prune_events(v_now);
  v_now := millrace.clock();
  v_next := millrace.events_due(v_now);
  return case when v_next is not null
         then greatest(ceil(extract(epoch from v_next - v_now) * 1000), case when v_n = 0 then 100 else 0 end) end;  -- others are at it
end $$;

comment on function millrace.work_events() is 'Does some of what is due about events; returns when there is more.';
revoke execute on function millrace.work_events() from public;
