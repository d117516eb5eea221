-- get_schedules: the schedules of a tenant, by id.   options  tenant, id, workflow_id
-- Returns: a row for each. declared: the version whose code has it, null for one that was put; next_at: null while it is paused, or
-- before a worker has worked it out; waiting: times that have come and wait for the end of the last run; skipped: times that got
-- no run, because the one before was live; run_options: of its runs; problem: why it starts nothing, and note: what became of times that
-- were too many: {code, message, at}; clock: the time by which runs live.
-- Example: select id, next_at, problem ->> 'message' from millrace.get_schedules();
create or replace function millrace.get_schedules(options jsonb default '{}')
returns table (id text, workflow_id text, cron text, every_ms bigint, anchor_at timestamptz, timezone text, overlap text, catch_up text,
               input json, run_options jsonb, declared text, created_at timestamptz, after_at timestamptz, next_at timestamptz,
               last_at timestamptz, last_run_id uuid, waiting int, skipped bigint, problem jsonb, note jsonb,
               paused_at timestamptz, paused_by text, pause_reason text, clock timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  v_given  jsonb := get_schedules.options;
  v_tenant int := millrace.check_options('get_schedules', v_given, '{"id": "text", "workflow_id": "text"}');
  v_now    timestamptz := millrace.clock();
begin
  return query
  select s.name, s.workflow, s.cron, s.every_ms, s.anchor_at, s.timezone, s.overlap, s.catch_up, s.input::json, s.options, s.declared,
         s.created_at, s.after_at, case when s.paused_at is null then s.next_at end, s.last_at, millrace.run_uuid(s.last_run),
         cardinality(s.waiting), s.skipped, s.problem, s.note, s.paused_at, s.paused_by, s.pause_reason, v_now
  from millrace.schedules s
  where s.tenant_id = v_tenant and (v_given ->> 'id' is null or s.name = v_given ->> 'id')
    and (v_given ->> 'workflow_id' is null or s.workflow = v_given ->> 'workflow_id')
  order by s.name;
end $$;

comment on function millrace.get_schedules(jsonb) is 'The schedules of a tenant.';
revoke execute on function millrace.get_schedules(jsonb) from public;
