-- rest_schedule: of a suspended tenant a schedule sleeps, whatever woke it (it was put, resumed, or the run ended that it waited for),
-- until resume_tenant. Whoever calls holds its row, so a resume that comes meanwhile waits, and wakes it.
-- Returns: whether it sleeps now. Raises: nothing. Locks: nothing more.
create or replace function millrace.rest_schedule(p_row millrace.schedules) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update millrace.schedules s set wake_at = null
  where s.id = p_row.id and (select t.suspended_at is not null from millrace.tenants t where t.id = p_row.tenant_id);
  return found;
end $$;

comment on function millrace.rest_schedule(millrace.schedules) is 'Of a suspended tenant a schedule sleeps.';
revoke execute on function millrace.rest_schedule(millrace.schedules) from public;
