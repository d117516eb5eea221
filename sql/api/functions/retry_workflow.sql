-- retry_workflow: a new run of a failed one of yours; by is who the token names.
-- As millrace.retry_workflow does, for the tenant of the token.
create or replace function api.retry_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('retry_workflow', retry_workflow.run_id::text);
  return millrace.retry_workflow(retry_workflow.run_id, millrace.caller_options('retry_workflow', retry_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.retry_workflow(uuid, jsonb) is 'Starts a new run of a failed one that goes on from its failure.';
revoke execute on function api.retry_workflow(uuid, jsonb) from public;
