-- get_logs: what the handlers of a run of yours logged.
-- As millrace.get_logs does, for the tenant of the token.
create or replace function api.get_logs(run_id uuid, options jsonb default '{}')
returns table (id text, at timestamptz, level text, step_id text, attempt int, message text, fields json, dropped int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.get_logs(get_logs.run_id, millrace.caller_options('get_logs', get_logs.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_logs(uuid, jsonb) is 'What the handlers of a run logged.';
revoke execute on function api.get_logs(uuid, jsonb) from public;
