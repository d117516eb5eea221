-- _run: a run as a row of pgflow. One that was cancelled has failed; one that waits or is paused has started.
create or replace function pgflow._run(p_run uuid) returns pgflow.runs
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select row(p_run, r.body ->> 'workflow_id', s.status, r.body -> 'input', case s.status when 'completed' then r.body -> 'output' end,
    (select count(*) from pgflow._step_states(p_run) x where x.status in ('created', 'started'))::int,
    (r.body ->> 'created_at')::timestamptz,
    case s.status when 'completed' then (r.body ->> 'completed_at')::timestamptz end,
    case s.status when 'failed' then (r.body ->> 'completed_at')::timestamptz end)::pgflow.runs
  from (select millrace.get_run(p_run)::jsonb as body) r,
  lateral (select case r.body ->> 'status' when 'completed' then 'completed' when 'failed' then 'failed' when 'cancelled' then 'failed'
                                           else 'started' end as status) s
$$;

comment on function pgflow._run(uuid) is 'A run as a row of pgflow.';
revoke execute on function pgflow._run(uuid) from public;
