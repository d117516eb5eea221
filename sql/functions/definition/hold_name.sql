-- hold_name: whoever defines a workflow holds its name until he has committed: code and a machine of one name, in different versions, have
-- no row in common that both would write. What both insert is a row of stopped_workflows, which is taken away at once: who inserts the same
-- meanwhile waits for the transaction, and sees then what it has made.
-- Raises: MR042 as hold_tenant. Locks: hold_tenant's row, then the name's of stopped_workflows.
create or replace function millrace.hold_name(p_tenant int, p_name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform millrace.hold_tenant(p_tenant);
  insert into millrace.stopped_workflows (tenant_id, name, why, stopped_at) values (p_tenant, p_name, 'd', 'infinity')
  on conflict on constraint stopped_workflows_pkey do update set name = excluded.name;
  delete from millrace.stopped_workflows s where s.tenant_id = p_tenant and s.name = p_name and s.stopped_at = 'infinity';
end $$;

comment on function millrace.hold_name(int, text) is 'Holds the name of a workflow that is being defined.';
revoke execute on function millrace.hold_name(int, text) from public;
