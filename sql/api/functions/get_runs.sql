-- get_runs: runs of yours, newest first or by an attribute, with all filters of the engine: each by its own index.
-- As millrace.get_runs does, for the tenant of the token.
create or replace function api.get_runs(options jsonb default '{}') returns table (run json, last_seen text, place text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.get_runs(millrace.caller_options('get_runs', get_runs.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_runs(jsonb) is 'Runs as JSON, newest first or by an attribute, with filters and a cursor.';
revoke execute on function api.get_runs(jsonb) from public;
