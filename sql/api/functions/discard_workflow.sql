-- discard_workflow: takes a failed run of yours from the list of failures; by is who the token names.
-- As millrace.discard_workflow does, for the tenant of the token.
create or replace function api.discard_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('discard_workflow', discard_workflow.run_id::text);
  return millrace.discard_workflow(discard_workflow.run_id,
    millrace.caller_options('discard_workflow', discard_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.discard_workflow(uuid, jsonb) is 'Takes a failed run from the list of failures.';
revoke execute on function api.discard_workflow(uuid, jsonb) from public;
