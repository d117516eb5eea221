-- get_metrics: how the runs of your tenant did that were started lately.
-- As millrace.get_metrics does, for the tenant of the token.
create or replace function api.get_metrics(options jsonb default '{}') returns json
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return millrace.get_metrics(millrace.caller_options('get_metrics', get_metrics.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_metrics(jsonb) is 'How the runs of your tenant did that were started lately, as JSON.';
revoke execute on function api.get_metrics(jsonb) from public;
