-- drop_event_waits: takes the rows of runs out of event_waits whose wait has ended. Locks: none, the caller holds the live rows.
-- No exists: as a join it was made of all of live.
create or replace function millrace.drop_event_waits(p_runs bigint[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  delete from millrace.event_waits w
  where w.run_id = any (p_runs)
    and (select true from millrace.live l, unnest(l.wait_keys, l.wait_names) k (key, name)
         where l.run_id = w.run_id and l.task = 0 and k.key = w.step and k.name = w.message limit 1) is null
$$;

comment on function millrace.drop_event_waits(bigint[]) is 'Takes the waits of runs that have ended out of event_waits.';
revoke execute on function millrace.drop_event_waits(bigint[]) from public;
