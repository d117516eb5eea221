-- get_failures: failed runs of yours that nobody has dealt with, by the fingerprint of their failure.
-- As millrace.get_failures does, for the tenant of the token.
create or replace function api.get_failures(options jsonb default '{}')
returns table (fingerprint text, code text, message text, count bigint, sample uuid, first_at timestamptz, last_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.get_failures(millrace.caller_options('get_failures', get_failures.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.get_failures(jsonb) is 'Failed runs that nobody has dealt with, grouped by the fingerprint of their failure.';
revoke execute on function api.get_failures(jsonb) from public;
