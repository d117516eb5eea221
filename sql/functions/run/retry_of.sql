-- retry_of: the run that a failed one was retried as, for who asks for a retry again.
-- Raises: MR011 if that has been taken out of the history: another retry would do again what that one did.
create or replace function millrace.retry_of(p_tenant int, p_run bigint, p_retry bigint) returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_run json := (select j.run from millrace.run_json(p_tenant, array[p_retry]) j);
begin
  if v_run is null then
    perform millrace.refuse_move(p_tenant, p_run,
      'it was retried before, and that retry has been taken out of the history; what it did a fork would do again');
  end if;
  return v_run;
end $$;

comment on function millrace.retry_of(int, bigint, bigint) is 'The run that a failed one was retried as.';
revoke execute on function millrace.retry_of(int, bigint, bigint) from public;
