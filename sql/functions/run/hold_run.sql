-- hold_run: keeps a run in the history until the caller's transaction is through: retention may be about to delete it.
-- Raises: MR041 if it has gone. Locks: its row of runs for key share.
create or replace function millrace.hold_run(p_tenant int, p_run bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.runs r where r.id = p_run and r.tenant_id = p_tenant for key share;
  if not found then
    perform millrace.fail('MR041', format('Run %s has been taken out of the history.', millrace.run_uuid(p_run)),
      'Its retention was over.', json_build_object('run_id', millrace.run_uuid(p_run)));
  end if;
end $$;

comment on function millrace.hold_run(int, bigint) is 'Keeps a run in the history until the transaction is through.';
revoke execute on function millrace.hold_run(int, bigint) from public;
