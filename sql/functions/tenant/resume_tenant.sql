-- resume_tenant: a suspended tenant goes on: its runs from where they were, its schedules by their rule for times at which no worker
-- was there (catch_up), its entities that timers should have moved meanwhile at once. Not suspended, it does nothing.   options  by
-- Returns: the tenant as get_tenant does. Raises: MR001, MR042 if there is none of that slug. Locks: its row of tenants, then the rows
-- of its schedules, ascending, then those of the entities.
create or replace function millrace.resume_tenant(slug text, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('resume_tenant', options || jsonb_build_object('tenant', slug), '{"by": "text"}');
  v_now    timestamptz := date_trunc('milliseconds', millrace.clock());
begin
  update millrace.tenants t
  set suspended_at = null, suspend_reason = null, paused_at = case when t.paused_by = '$suspended' then null else t.paused_at end,
      paused_by = case when t.paused_by = '$suspended' then null else t.paused_by end,
      pause_reason = case when t.paused_by = '$suspended' then null else t.pause_reason end
  where t.id = v_tenant and t.suspended_at is not null;
  if found then
    perform from millrace.schedules s where s.tenant_id = v_tenant order by s.id for update;
    update millrace.schedules s set wake_at = v_now where s.tenant_id = v_tenant and s.paused_at is null;
    perform from millrace.entities e where e.tenant_id = v_tenant and (e.timer -> 'rests') is not null order by e.id for update;
    update millrace.entities e set timer = nullif(e.timer - 'rests', '{}')
    where e.tenant_id = v_tenant and (e.timer -> 'rests') is not null;
    perform millrace.append_audit(v_tenant, options ->> 'by', 'tenant.resume', slug, null);
    perform millrace.hint();
  end if;
  return millrace.tenant_json(v_tenant);
end $$;

comment on function millrace.resume_tenant(text, jsonb) is 'A suspended tenant goes on.';
revoke execute on function millrace.resume_tenant(text, jsonb) from public;
