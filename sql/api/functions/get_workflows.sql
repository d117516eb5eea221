-- get_workflows: the workflow versions that your tenant may start, with unfinished runs and workers.
-- As millrace.get_workflows does, for the tenant of the token.
create or replace function api.get_workflows(options jsonb default '{}')
returns table (id text, version text, kind text, live int, workers int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select w.id, w.version, w.kind, w.live, w.workers
  from millrace.get_workflows(millrace.caller_options('get_workflows', get_workflows.options)) w;
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_workflows(jsonb) is 'The workflow versions, with their live runs and workers.';
revoke execute on function api.get_workflows(jsonb) from public;
