-- pause_workflow: stops a run of yours until resume_workflow; by is who the token names.
-- As millrace.pause_workflow does, for the tenant of the token.
create or replace function api.pause_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('pause_workflow', pause_workflow.run_id::text);
  return millrace.pause_workflow(pause_workflow.run_id, millrace.caller_options('pause_workflow', pause_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.pause_workflow(uuid, jsonb) is 'Stops a run until resume_workflow.';
revoke execute on function api.pause_workflow(uuid, jsonb) from public;
