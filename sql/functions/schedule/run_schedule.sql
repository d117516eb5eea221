-- run_schedule: starts a run of a schedule now, whether it is paused or its last run is live; its times stay as they are. The run is its
-- last one then: the next time looks at it. Where the rules of its workflow give another run
-- (singleton: join; throttle, debounce, batch), that is returned, and the schedule stays as it is.
--   options  tenant, new_run (its number, drawn by take_ids: the same again is the same run)
-- Returns: the run. Raises: MR001, MR014 for a singleton that is alive, MR041 if there is none of that id, and what
-- start_workflow raises. Locks: the schedule's row.
-- Example: select millrace.run_schedule('report') ->> 'id';
create or replace function millrace.run_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('run_schedule', options, '{"new_run": "text"}');
  v_row    millrace.schedules := millrace.find_schedule(v_tenant, run_schedule.id);
  v_run    bigint := case when options ->> 'new_run' ~ '^[0-9]{1,18}$' then (options ->> 'new_run')::bigint end;
  v_done   record;
  v_now    timestamptz := date_trunc('milliseconds', millrace.clock());
begin
  if not exists (select from millrace.runs r
                 where r.id = v_run and r.tenant_id = v_tenant and r.meta::json ->> 'schedule' = v_row.name) then
    v_done := millrace.start_ticks(v_row, array[v_now], coalesce(v_run, millrace.take_ids()), false);
    if v_done.refused then
      perform millrace.refuse_singleton(v_tenant, v_done.existing);
    end if;
    v_run := coalesce(v_done.made, v_done.existing);
    update millrace.schedules s
    set last_run = v_run, last_at = v_now, revision = s.revision + 1, waits_for = case when s.waiting <> '{}' then v_run end
    where s.id = v_row.id and v_done.made is not null;
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.run_schedule(text, jsonb) is 'Starts a run of a schedule now.';
revoke execute on function millrace.run_schedule(text, jsonb) from public;
