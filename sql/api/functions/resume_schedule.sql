-- resume_schedule: lets a paused schedule of yours go on.
-- As millrace.resume_schedule does, for the tenant of the token.
create or replace function api.resume_schedule(id text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  perform millrace.note_call('resume_schedule', resume_schedule.id);
  return millrace.resume_schedule(resume_schedule.id, millrace.caller_options('resume_schedule', resume_schedule.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.resume_schedule(text, jsonb) is 'A paused schedule goes on.';
revoke execute on function api.resume_schedule(text, jsonb) from public;
