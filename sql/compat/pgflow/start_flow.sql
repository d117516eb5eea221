-- start_flow: starts a run of a flow. One that no code has registered yet waits for a worker that has its handlers.
-- Returns: its row. Raises: MR040 for a flow that nobody has made, MR001 for an input that its first map cannot take, MR010 for a run_id
-- that another start used; the same start again is the same run.
create or replace function pgflow.start_flow(flow_slug text, input jsonb, run_id uuid default null) returns setof pgflow.runs
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.tenant_id('default');
  v_shape  jsonb := pgflow._get_flow_shape(flow_slug);
  v_text   text := v_shape::text;
  v_hash   text := encode(sha256(convert_to(v_text, 'UTF8')), 'hex');
  v_run    uuid;
begin
  if jsonb_typeof(input) is distinct from 'array'
     and exists (select from jsonb_array_elements(v_shape -> 'steps') s where s ->> 'type' = 'map' and s -> 'deps' = '[]') then
    perform millrace.fail('MR001', format('Flow "%s" begins with a map over its input, which is no array.', flow_slug),
      'Give an array.', json_build_object('flow_slug', flow_slug, 'input', jsonb_typeof(input)));
  elsif v_shape is not null and not exists (select from millrace.workflows w where w.tenant_id = v_tenant and w.name = flow_slug) then
    perform millrace.register_workflow(v_tenant, flow_slug, 's-' || left(v_hash, 12), '{"kind": "flow"}', v_text, v_hash);
  end if;
  v_run := millrace.start_workflow(flow_slug, input, jsonb_strip_nulls(jsonb_build_object('run_id', run_id)));
  return next pgflow._run(v_run);
end $$;

comment on function pgflow.start_flow(text, jsonb, uuid) is 'Starts a run of a flow.';
revoke execute on function pgflow.start_flow(text, jsonb, uuid) from public;
