-- resume_workflow: lets a paused run of yours go on; by is who the token names.
-- As millrace.resume_workflow does, for the tenant of the token.
create or replace function api.resume_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('resume_workflow', resume_workflow.run_id::text);
  return millrace.resume_workflow(resume_workflow.run_id,
    millrace.caller_options('resume_workflow', resume_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.resume_workflow(uuid, jsonb) is 'Lets a paused run go on.';
revoke execute on function api.resume_workflow(uuid, jsonb) from public;
