-- put_schedule: makes a schedule, or changes it: it starts runs of a workflow at its times. Put again as it is, it goes on where it was.
--   options  tenant; cron (5 or 6 fields; then timezone, default UTC) or every (ms, or an interval as text: counted from when it was put);
--            overlap, while the last run is live: skip (default), queue, allow, replace; catch_up, after a time without any worker: one
--            (default), all, none; paused (left out: as it is), by; and of its runs: input, version, queue, priority, resource_id, tags,
--            attributes, timeout, retries
-- A cron's next time is worked out by a worker: until then next_at is null. Where it cannot be read, problem says so.
-- Returns: the schedule as get_schedules does. Locks: the schedule's row.
-- Raises: MR001, MR002 for an input that is too big, MR020 for more than 10,000, MR040 for a workflow that is not registered.
-- Example: select millrace.put_schedule('report', 'daily-report', '{"cron": "0 9 * * 1-5", "timezone": "Europe/Vienna"}');
create or replace function millrace.put_schedule(id text, workflow_id text, options jsonb) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('put_schedule', options,
    '{"cron": "text", "every": "any", "timezone": "text", "overlap": "text", "catch_up": "text", "paused": "any", "by": "text",
      "input": "any", "version": "text", "queue": "text", "priority": "any", "resource_id": "text", "tags": "any", "attributes": "any",
      "timeout": "any", "retries": "any"}');
begin
  perform millrace.check_schedule(put_schedule.id, options);
  perform millrace.save_schedule(millrace.schedule_row(v_tenant, put_schedule.id, put_schedule.workflow_id, options),
    (options ->> 'paused')::boolean, options ->> 'by');
  return millrace.schedule_json(options, put_schedule.id);
end $$;

comment on function millrace.put_schedule(text, text, jsonb) is 'Makes a schedule, or changes it.';
revoke execute on function millrace.put_schedule(text, text, jsonb) from public;
