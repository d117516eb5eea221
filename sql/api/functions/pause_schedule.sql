-- pause_schedule: lets a schedule of yours start nothing; by is who the token names.
-- As millrace.pause_schedule does, for the tenant of the token.
create or replace function api.pause_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('pause_schedule', pause_schedule.id);
  return millrace.pause_schedule(pause_schedule.id, millrace.caller_options('pause_schedule', pause_schedule.options, array['by']));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.pause_schedule(text, jsonb) is 'A schedule starts nothing until resume_schedule.';
revoke execute on function api.pause_schedule(text, jsonb) from public;
