-- suspend_tenant: nobody gets in as it (servers remember a key for up to 5 seconds), no worker is given a run of it, and its schedules
-- start nothing. Steps that run go on until their run waits or ends; nothing is lost. Suspended already, it keeps the first reason.
--   options  reason, by
-- Returns: the tenant as get_tenant does. Raises: MR001, MR042 if there is none of that slug. Locks: its row of tenants, then the rows
-- of its schedules, ascending.
-- Example: select millrace.suspend_tenant('acme', '{"reason": "unpaid", "by": "ops"}');
create or replace function millrace.suspend_tenant(slug text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('suspend_tenant', options || jsonb_build_object('tenant', slug),
    '{"reason": "text", "by": "text"}');
  v_now    timestamptz := millrace.clock();
begin
  -- who pauses dispatch for the tenant's own reasons before it is suspended finds it paused after that as well
  update millrace.tenants t
  set suspended_at = v_now, suspend_reason = options ->> 'reason', paused_at = coalesce(t.paused_at, v_now),
      paused_by = case when t.paused_at is null then '$suspended' else t.paused_by end,
      pause_reason = case when t.paused_at is null then 'The tenant is suspended.' else t.pause_reason end
  where t.id = v_tenant and t.suspended_at is null;
  if found then
    perform from millrace.schedules s where s.tenant_id = v_tenant order by s.id for update;
    update millrace.schedules s set wake_at = null where s.tenant_id = v_tenant and s.wake_at is not null;
    perform millrace.append_audit(v_tenant, options ->> 'by', 'tenant.suspend', slug,
      jsonb_strip_nulls(jsonb_build_object('reason', options ->> 'reason')));
  end if;
  return millrace.tenant_json(v_tenant);
end $$;

comment on function millrace.suspend_tenant(text, jsonb) is 'Nobody gets in as that tenant, and nothing of it is run.';
revoke execute on function millrace.suspend_tenant(text, jsonb) from public;
