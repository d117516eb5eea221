-- run_schedule: starts a run of a schedule of yours now.
-- As millrace.run_schedule does, for the tenant of the token.
create or replace function api.run_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('run_schedule', run_schedule.id);
  return millrace.run_schedule(run_schedule.id, millrace.caller_options('run_schedule', run_schedule.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.run_schedule(text, jsonb) is 'Starts a run of a schedule now.';
revoke execute on function api.run_schedule(text, jsonb) from public;
