-- sweep_tenant: deletes the rows of a tenant in one of the tables that are not keyed by run alone, or what delete_tenant left in those
-- that are. Each reads its whole table once: delete_tenant takes them one by one.
--   p_place  the number of the table
-- Returns: how many rows it deleted; null: there is no such table, it was the last one. Locks: the rows that it deletes.
-- A table that is added and not named here is found by test/kernel/delete-tenant.test.ts.
create or replace function millrace.sweep_tenant(p_tenant int, p_place int) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_n bigint;
begin
  case p_place
    when 0 then delete from millrace.schedules x where x.tenant_id = p_tenant;
    when 1 then delete from millrace.event_starts x where x.tenant_id = p_tenant;
    when 2 then delete from millrace.routes x where x.tenant_id = p_tenant;
    when 3 then delete from millrace.workflow_documents x where x.tenant_id = p_tenant;
    when 4 then delete from millrace.workflows x where x.tenant_id = p_tenant;
    when 5 then delete from millrace.live x where x.tenant_id = p_tenant;
    when 6 then delete from millrace.runs_0 x where x.tenant_id = p_tenant;
    when 7 then delete from millrace.checkpoints_0 x where x.tenant_id = p_tenant;
    when 8 then delete from millrace.outcomes_0 x where x.tenant_id = p_tenant;
    when 9 then delete from millrace.run_labels x where x.tenant_id = p_tenant;
    when 10 then delete from millrace.run_keys x where x.tenant_id = p_tenant;
    when 11 then delete from millrace.run_aliases x where x.tenant_id = p_tenant;
    when 12 then delete from millrace.queue_heads x where x.tenant_id = p_tenant;
    when 13 then delete from millrace.signals x where x.tenant_id = p_tenant;
    when 14 then delete from millrace.workers x where x.tenant_id = p_tenant;
    when 15 then delete from millrace.idle_workers x where x.tenant_id = p_tenant;
    when 16 then delete from millrace.watchers x where x.tenant_id = p_tenant;
    when 17 then delete from millrace.bulk_operations x where x.tenant_id = p_tenant;
    when 18 then delete from millrace.discards x where x.tenant_id = p_tenant;
    when 19 then delete from millrace.approvals x where x.tenant_id = p_tenant;
    when 20 then delete from millrace.events x where x.tenant_id = p_tenant;
    when 21 then delete from millrace.event_waits x where x.tenant_id = p_tenant;
    when 22 then delete from millrace.retention x where x.tenant_id = p_tenant;
    when 23 then delete from millrace.children x where x.tenant_id = p_tenant;
    when 24 then delete from millrace.limited_routes x where x.tenant_id = p_tenant;
    when 25 then delete from millrace.limits x where x.tenant_id = p_tenant;
    when 26 then delete from millrace.lanes x where x.tenant_id = p_tenant;
    when 27 then delete from millrace.meters x where x.tenant_id = p_tenant;
    when 28 then delete from millrace.start_keys x where x.tenant_id = p_tenant;
    when 29 then delete from millrace.merged_starts x where x.tenant_id = p_tenant;
    when 30 then delete from millrace.run_attributes x where x.tenant_id = p_tenant;
    when 31 then delete from millrace.attributes x where x.tenant_id = p_tenant;
    when 32 then delete from millrace.continuations x where x.tenant_id = p_tenant;
    when 33 then delete from millrace.api_keys x where x.tenant_id = p_tenant;
    when 34 then delete from millrace.members x where x.tenant_id = p_tenant;
    when 35 then delete from millrace.audit x where x.tenant_id = p_tenant;
    when 36 then delete from millrace.secrets x where x.tenant_id = p_tenant;
    when 37 then delete from millrace.quotas x where x.tenant_id = p_tenant;
    when 38 then delete from millrace.quota_use x where x.tenant_id = p_tenant;
    when 39 then delete from millrace.rates x where x.tenant_id = p_tenant;
    else return null;
  end case;
  get diagnostics v_n = row_count;
  return v_n;
end $$;

comment on function millrace.sweep_tenant(int, int) is 'Deletes the rows of a tenant in one table.';
revoke execute on function millrace.sweep_tenant(int, int) from public;
