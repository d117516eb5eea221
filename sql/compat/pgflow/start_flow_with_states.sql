-- start_flow_with_states: as start_flow, and returns {run, steps}. Raises: as start_flow.
create or replace function pgflow.start_flow_with_states(flow_slug text, input jsonb, run_id uuid default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_run uuid;
begin
  select r.run_id into v_run
  from pgflow.start_flow(start_flow_with_states.flow_slug, start_flow_with_states.input, start_flow_with_states.run_id) r;
  return pgflow.get_run_with_states(v_run);  -- a statement of its own: it sees the run
end $$;

comment on function pgflow.start_flow_with_states(text, jsonb, uuid) is 'Starts a run of a flow, and tells how its steps are.';
revoke execute on function pgflow.start_flow_with_states(text, jsonb, uuid) from public;
