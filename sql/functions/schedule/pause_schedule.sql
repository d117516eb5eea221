-- pause_schedule: starts nothing until resume_schedule; runs that it has started go on. Paused already, it keeps the first reason.
--   options  tenant, reason, by
-- Returns: the schedule as get_schedules does. Raises: MR001, MR041 if there is none of that id. Locks: its row.
create or replace function millrace.pause_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('pause_schedule', options, '{"reason": "text", "by": "text"}');
  v_row    millrace.schedules := millrace.find_schedule(v_tenant, pause_schedule.id);
  v_now    timestamptz := millrace.clock();
begin
  update millrace.schedules s
  set paused_at = v_now, paused_by = pause_schedule.options ->> 'by', pause_reason = pause_schedule.options ->> 'reason', wake_at = null,
      revision = s.revision + 1
  where s.id = v_row.id and s.paused_at is null;
  return millrace.schedule_json(options, pause_schedule.id);
end $$;

comment on function millrace.pause_schedule(text, jsonb) is 'A schedule starts nothing until resume_schedule.';
revoke execute on function millrace.pause_schedule(text, jsonb) from public;
