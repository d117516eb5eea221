-- fire_schedules: what a worker has worked out for schedules that were due, each by fire_schedule.
--   p_firings  [{id, revision, ticks, after, next, note, problem}]: the revision that it saw; the times that have come and are to be run;
--              up to which time it has looked; the next one, null: none; what is to be noted of it
-- Returns: for each its verdict: done · lost: somebody else fired or changed it · held: it is still due, somebody's transaction is at it.
-- Locks: as fire_schedule, one schedule after the other.
create or replace function millrace.fire_schedules(p_firings jsonb) returns table (id bigint, verdict text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_until timestamptz := clock_timestamp() + interval '500 ms';  -- what it has fired waits for the rest to be committed
begin
  return query
  select (f.body ->> 'id')::bigint, case when clock_timestamp() > v_until then 'held' else millrace.fire_schedule(
    (f.body ->> 'id')::bigint, (f.body ->> 'revision')::int,
    array(select (t #>> '{}')::timestamptz from jsonb_array_elements(f.body -> 'ticks') t order by 1),
    (f.body ->> 'after')::timestamptz, (f.body ->> 'next')::timestamptz, f.body -> 'note', f.body -> 'problem') end
  from jsonb_array_elements(p_firings) f (body);
  perform millrace.hint();  -- when the next is due an idle worker hears with its next claim
end $$;

comment on function millrace.fire_schedules(jsonb) is 'Does what a worker has worked out for schedules that were due.';
revoke execute on function millrace.fire_schedules(jsonb) from public;
