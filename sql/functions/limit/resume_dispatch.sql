-- resume_dispatch: workers are given runs again of what pause_dispatch named. Not paused, it does nothing.
--   options  tenant, and workflow_id or queue, or neither: everything of the tenant (what was paused by name stays so)
-- Raises: MR001. Locks: a row of limits or of tenants; routes, as put_limits.
create or replace function millrace.resume_dispatch(options jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('resume_dispatch', options, '{"workflow_id": "text", "queue": "text"}');
  v_place  record := millrace.dispatch_place(options);
  v_id     int;
begin
  if v_place.kind is null then
    update millrace.tenants t set paused_at = null, paused_by = null, pause_reason = null where t.id = v_tenant and t.paused_at is not null;
  else
    if not exists (select from millrace.limits l
                   where l.tenant_id = v_tenant and l.kind = v_place.kind and l.name = v_place.name and l.paused_at is not null) then
      return;
    end if;
    lock table millrace.routes in share row exclusive mode;
    update millrace.limits l set paused_at = null, paused_by = null, pause_reason = null
    where l.tenant_id = v_tenant and l.kind = v_place.kind and l.name = v_place.name and l.paused_at is not null
    returning l.id into v_id;
    perform millrace.limit_routes(v_tenant, v_id, null) where v_id is not null;
  end if;
  perform millrace.hint();
end $$;

comment on function millrace.resume_dispatch(jsonb) is 'Workers are given runs again of what pause_dispatch named.';
revoke execute on function millrace.resume_dispatch(jsonb) from public;
