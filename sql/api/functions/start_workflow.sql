-- start_workflow: starts a run for the tenant of the token, and returns its id. As millrace.start_workflow does.
-- Every parameter has a default, because PostgREST chooses a function by the names that it is given.
create or replace function api.start_workflow(workflow_id text default null, input jsonb default null, options jsonb default '{}')
returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('start_workflow', start_workflow.workflow_id);
  return millrace.start_workflow(start_workflow.workflow_id, start_workflow.input,
    millrace.caller_options('start_workflow', start_workflow.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.start_workflow(text, jsonb, jsonb) is 'Starts a run and returns its id.';
revoke execute on function api.start_workflow(text, jsonb, jsonb) from public;
