-- hold_tenant: whoever makes something of a tenant that its deletion must find holds the tenant until he has committed; and its deletion
-- waits for him, or he for it. Of the installation (tenant 0) there is nothing to hold.
-- Raises: MR042 if it is being deleted, or has gone. Locks: its row of tenants, for key share.
create or replace function millrace.hold_tenant(p_tenant int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform from millrace.tenants t where t.id = p_tenant and t.deleting_at is null order by t.id for key share;
  if not found and p_tenant <> 0 then
    perform millrace.fail('MR042', 'The tenant is being deleted.', 'Look at the list of tenants.', json_build_object('tenant', p_tenant));
  end if;
end $$;

comment on function millrace.hold_tenant(int) is 'Holds a tenant, so that its deletion waits.';
revoke execute on function millrace.hold_tenant(int) from public;
