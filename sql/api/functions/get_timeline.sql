-- get_timeline: what happened to a run of yours, in order.
-- As millrace.get_timeline does, for the tenant of the token.
create or replace function api.get_timeline(run_id uuid, options jsonb default '{}')
returns table (seq int, step_id text, kind text, status text, attempt int, output json, timed_out boolean, failure json, at timestamptz,
  by text, reason text, child_id uuid, skip_reason text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.get_timeline(get_timeline.run_id, millrace.caller_options('get_timeline', get_timeline.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_timeline(uuid, jsonb) is 'What happened to a run, in order.';
revoke execute on function api.get_timeline(uuid, jsonb) from public;
