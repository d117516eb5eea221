-- run_json: runs as JSON objects with the fields that every surface shows. Payloads are embedded as the text they are.
-- run_details joins more than join_collapse_limit's 8: left at that, the planner reads every run before it looks for ours.
create or replace function millrace.run_json(p_tenant int, p_runs bigint[]) returns table (run_id bigint, run json)
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set join_collapse_limit = 16 set from_collapse_limit = 16 as $$
  select d.run_id, json_build_object(
    'id', d.id, 'workflow_id', d.workflow_id, 'version', d.version, 'status', d.status, 'reason', d.reason,
    'phase', d.phase,
    'queue', d.queue, 'priority', d.priority,
    'resource_id', d.meta ->> 'resource', 'idempotency_key', d.meta ->> 'key',
    'parent_id', millrace.run_uuid((d.meta ->> 'parent')::bigint), 'retried_from', millrace.run_uuid((d.meta ->> 'retried_from')::bigint),
    'forked_from', millrace.run_uuid((d.meta ->> 'forked_from')::bigint), 'forked_at', d.meta ->> 'forked_at',
    'schedule_id', d.meta ->> 'schedule', 'scheduled_for', d.meta ->> 'scheduled_for',
    'continued_from', (select millrace.run_uuid(c.from_run) from millrace.continuations c where c.run_id = d.run_id),
    'continued_as', case when d.status = 'completed' and d.output is null then millrace.run_uuid(millrace.next_of_chain(d.run_id)) end,
    'input', d.input::json, 'output', d.output::json, 'failure', d.failure::json,
    'state', millrace.run_state(d.run_id),
    'tags', coalesce(d.meta -> 'tags', '[]'::json), 'attributes', millrace.shown_attributes(d.run_id, d.meta),
    'current_step_id', d.current_step_id, 'starts_at', d.starts_at, 'waits', d.waits,
    'created_at', d.created_at, 'updated_at', d.updated_at,
    'paused_at', d.paused_at, 'resumed_at', d.resumed_at, 'completed_at', d.completed_at, 'timeout_at', d.timeout_at,
    'retry_count', d.retry_count,
    'max_retries', coalesce((d.meta ->> 'retries')::int, (d.definition ->> 'retries')::int, 2))
  from unnest(p_runs) with ordinality u (id, i)
  cross join lateral (select d.* from millrace.run_details d where d.run_id = u.id and d.tenant_id = p_tenant offset 0) d
  order by u.i
$$;

comment on function millrace.run_json(int, bigint[]) is 'Runs as JSON objects.';
revoke execute on function millrace.run_json(int, bigint[]) from public;
