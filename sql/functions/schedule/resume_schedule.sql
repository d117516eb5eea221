-- resume_schedule: a schedule that was paused goes on with its times after now: those that came meanwhile are gone. Not paused, it does
-- nothing.   options  tenant
-- Returns: the schedule as get_schedules does. Raises: MR001, MR041 if there is none of that id. Locks: its row.
create or replace function millrace.resume_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('resume_schedule', options);
  v_row    millrace.schedules := millrace.find_schedule(v_tenant, resume_schedule.id);
  v_now    timestamptz := date_trunc('milliseconds', millrace.clock());
begin
  update millrace.schedules s
  set paused_at = null, paused_by = null, pause_reason = null, after_at = v_now, next_at = null, wake_at = v_now,
      revision = s.revision + 1
  where s.id = v_row.id and s.paused_at is not null;
  perform millrace.hint();
  return millrace.schedule_json(options, resume_schedule.id);
end $$;

comment on function millrace.resume_schedule(text, jsonb) is 'A paused schedule goes on with its times after now.';
revoke execute on function millrace.resume_schedule(text, jsonb) from public;
