-- resume_dispatch: workers are given runs again of what pause_dispatch named. Not paused, it does nothing.
--   options  tenant, and workflow_id or queue, or neither: everything of the tenant (what was paused by name stays so)
-- Raises: MR001. Locks: a row of limits or of tenants.
create or replace function millrace.resume_dispatch(options jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('resume_dispatch', options, '{"workflow_id": "text", "queue": "text"}');
  v_place  record := millrace.dispatch_place(options);
begin
  if v_place.kind is null then
    update millrace.tenants t set paused_at = null, paused_by = null, pause_reason = null where t.id = v_tenant and t.paused_at is not null;
  else
    update millrace.limits l set paused_at = null, paused_by = null, pause_reason = null
    where l.tenant_id = v_tenant and l.kind = v_place.kind and l.name = v_place.name and l.paused_at is not null;
  end if;
  perform millrace.hint();
end $$;

comment on function millrace.resume_dispatch(jsonb) is 'Workers are given runs again of what pause_dispatch named.';
revoke execute on function millrace.resume_dispatch(jsonb) from public;
