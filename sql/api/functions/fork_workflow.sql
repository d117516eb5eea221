-- fork_workflow: a new run with the history of one of yours up to a step; by is who the token names.
-- As millrace.fork_workflow does, for the tenant of the token.
create or replace function api.fork_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('fork_workflow', fork_workflow.run_id::text);
  return millrace.fork_workflow(fork_workflow.run_id, millrace.caller_options('fork_workflow', fork_workflow.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.fork_workflow(uuid, jsonb) is 'Starts a new run that has the history of another up to a step.';
revoke execute on function api.fork_workflow(uuid, jsonb) from public;
