-- get_run: one run of yours, as JSON, with attributes, waits and what it published.
-- As millrace.get_run does, for the tenant of the token.
create or replace function api.get_run(run_id uuid, options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return millrace.get_run(get_run.run_id, millrace.caller_options('get_run', get_run.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_run(uuid, jsonb) is 'One run, as JSON.';
revoke execute on function api.get_run(uuid, jsonb) from public;
