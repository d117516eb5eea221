-- terminate_workflow: ends a run of yours at once, without undos; by is who the token names.
-- As millrace.terminate_workflow does, for the tenant of the token.
create or replace function api.terminate_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('terminate_workflow', terminate_workflow.run_id::text);
  return millrace.terminate_workflow(terminate_workflow.run_id,
    millrace.caller_options('terminate_workflow', terminate_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.terminate_workflow(uuid, jsonb) is 'Ends a run at once, without the undos of its steps.';
revoke execute on function api.terminate_workflow(uuid, jsonb) from public;
