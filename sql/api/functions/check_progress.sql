-- check_progress: how far a run of yours is.
-- As millrace.check_progress does, for the tenant of the token.
create or replace function api.check_progress(run_id uuid, options jsonb default '{}')
returns table (completed_steps int, total_steps int, completion_percentage numeric)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_detail text;
  v_hint   text;
begin
  return query select * from millrace.check_progress(check_progress.run_id,
    millrace.caller_options('check_progress', check_progress.options));
exception when sqlstate 'MR000' then
  get stacked diagnostics v_detail = pg_exception_detail, v_hint = pg_exception_hint;
  perform millrace.answer_error(sqlstate, sqlerrm, v_detail, v_hint);
end $$;

comment on function api.check_progress(uuid, jsonb) is 'How far a run is: steps done, steps in all, per cent.';
revoke execute on function api.check_progress(uuid, jsonb) from public;
