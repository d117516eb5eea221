-- due_schedules: the schedules that a worker should look at now, at most p_max, those that were due first first: it works out their
-- times, and says by fire_schedules what is to be done. Of all tenants: any worker does it. Nothing is taken: of two workers that are given
-- the same one fires first, and the other changes nothing.
-- Returns: a row for each, with the time by which runs live. Locks: their rows for a moment, skipping those that others change.
create or replace function millrace.due_schedules(p_max int default 100)
returns table (id bigint, revision int, cron text, every_ms bigint, anchor_at timestamptz, timezone text, catch_up text,
               after_at timestamptz, clock timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_now timestamptz := millrace.clock();
begin
  return query
  select s.id, s.revision, s.cron, s.every_ms, s.anchor_at, s.timezone, s.catch_up, s.after_at, v_now
  from millrace.schedules s where s.wake_at <= v_now order by s.wake_at limit p_max for update skip locked;
end $$;

comment on function millrace.due_schedules(int) is 'The schedules that a worker should look at now.';
revoke execute on function millrace.due_schedules(int) from public;
