-- get_queues: what lies in each queue of yours.
-- As millrace.get_queues does, for the tenant of the token.
create or replace function api.get_queues(options jsonb default '{}')
returns table (queue text, ready int, delayed int, running int, waiting int, paused int, oldest timestamptz, workers int)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.get_queues(millrace.caller_options('get_queues', get_queues.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_queues(jsonb) is 'What lies in each queue.';
revoke execute on function api.get_queues(jsonb) from public;
