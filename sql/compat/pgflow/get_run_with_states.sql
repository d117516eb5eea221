-- get_run_with_states: {run, steps}: a run, and how each of its steps is. Raises: MR041 if there is no such run.
create or replace function pgflow.get_run_with_states(run_id uuid) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select jsonb_build_object('run', to_jsonb(pgflow._run(get_run_with_states.run_id)),
    'steps', (select coalesce(jsonb_agg(to_jsonb(s)), '[]') from pgflow._step_states(get_run_with_states.run_id) s))
$$;

comment on function pgflow.get_run_with_states(uuid) is 'A run, and how each of its steps is.';
revoke execute on function pgflow.get_run_with_states(uuid) from public;
