-- refuse_move: raises MR011 with what the run is, for a move that this does not allow.
create or replace function millrace.refuse_move(p_tenant int, p_run bigint, p_what text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_run record;
begin
  select d.id, d.status into v_run from millrace.run_details d where d.run_id = p_run and d.tenant_id = p_tenant;
  perform millrace.fail('MR011', format('Run %s is %s: %s.', v_run.id, v_run.status, p_what),
    case when v_run.status in ('completed', 'failed', 'cancelled') then 'A run that has ended stays ended; retry or start another.'
         else 'Look at its status first.' end,
    json_build_object('run_id', v_run.id, 'status', v_run.status));
end $$;

comment on function millrace.refuse_move(int, bigint, text) is 'Raises MR011 with what the run is.';
revoke execute on function millrace.refuse_move(int, bigint, text) from public;
