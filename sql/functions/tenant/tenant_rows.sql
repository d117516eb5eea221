-- tenant_rows: the rows of a tenant in some pages of one table, as JSON: for export_tenant.
--   p_n  the number of the table: its place in the list of export_tenant
-- Never hashes of keys, nor secrets, nor answers of requests, which have such. A table that is added and not named here is found by
-- test/kernel/export-tenant.test.ts.
create or replace function millrace.tenant_rows(p_tenant int, p_n int, p_a tid, p_z tid) returns table (line jsonb)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
begin
  return query
  select to_jsonb(x) from millrace.tenants x where p_n = 1 and id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) - 'hash' from millrace.api_keys x where p_n = 2 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.approvals x where p_n = 3 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.attributes x where p_n = 4 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.audit x where p_n = 5 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.bulk_operations x where p_n = 6 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.checkpoints_0 x where p_n = 7 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.children x where p_n = 8 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.continuations x where p_n = 9 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.discards x where p_n = 10 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.event_starts x where p_n = 11 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.event_waits x where p_n = 12 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.events x where p_n = 13 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.idle_workers x where p_n = 14 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.lanes x where p_n = 15 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.limited_routes x where p_n = 16 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.limits x where p_n = 17 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.live x where p_n = 18 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.members x where p_n = 19 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.merged_starts x where p_n = 20 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.meters x where p_n = 21 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.outcomes_0 x where p_n = 22 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.queue_heads x where p_n = 23 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.quota_use x where p_n = 24 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.quotas x where p_n = 25 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.rates x where p_n = 26 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.retention x where p_n = 27 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.routes x where p_n = 28 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.run_aliases x where p_n = 29 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.run_attributes x where p_n = 30 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.run_keys x where p_n = 31 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.run_labels x where p_n = 32 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.runs_0 x where p_n = 33 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.schedules x where p_n = 34 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) - 'sealed' from millrace.secrets x where p_n = 35 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.signals x where p_n = 36 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.start_keys x where p_n = 37 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.watchers x where p_n = 38 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.workers x where p_n = 39 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.workflow_documents x where p_n = 40 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.workflows x where p_n = 41 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.webhooks x where p_n = 42 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) - 'secret' from millrace.webhook_secrets x
  where p_n = 43 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.webhook_deliveries x where p_n = 44 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.webhook_counts x where p_n = 45 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) - 'body' from millrace.requests x where p_n = 46 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.stopped_workflows x where p_n = 47 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) - 'follower' from millrace.follows x where p_n = 48 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.feeds x where p_n = 49 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.feed_readers x where p_n = 50 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.feed x where p_n = 51 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.chunks x where p_n = 52 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.logs x where p_n = 53 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.entities x where p_n = 54 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.entity_history x where p_n = 55 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.machine_states x where p_n = 56 and tenant_id = p_tenant and ctid between p_a and p_z
  union all select to_jsonb(x) from millrace.machine_transitions x where p_n = 57 and tenant_id = p_tenant and ctid between p_a and p_z;
end $$;

comment on function millrace.tenant_rows(int, int, tid, tid) is 'The rows of a tenant in some pages of one table.';
revoke execute on function millrace.tenant_rows(int, int, tid, tid) from public;
