-- fast_forward_workflow: ends what a run of yours waits for.
-- As millrace.fast_forward_workflow does, for the tenant of the token.
create or replace function api.fast_forward_workflow(run_id uuid, data jsonb default '{}', options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('fast_forward_workflow', fast_forward_workflow.run_id::text);
  return millrace.fast_forward_workflow(fast_forward_workflow.run_id, fast_forward_workflow.data,
    millrace.caller_options('fast_forward_workflow', fast_forward_workflow.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.fast_forward_workflow(uuid, jsonb, jsonb) is 'Ends what a run waits for.';
revoke execute on function api.fast_forward_workflow(uuid, jsonb, jsonb) from public;
