-- sweep_tenant: deletes the rows of a tenant in some pages of one table: those that are not keyed by a run, and what delete_tenant left
-- of the others. What starts runs goes first, then the runs, then the rest.
--   p_place  number of the table / first page; null: from the beginning
-- Returns: how many rows it deleted, and the next place; null: that was the last one. Locks: the rows that it deletes.
-- A table that is added and not named here is found by test/kernel/delete-tenant.test.ts.
create or replace function millrace.sweep_tenant(p_tenant int, p_place text) returns table (deleted bigint, place text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tables text[] := array[
    'schedules', 'event_starts', 'routes', 'workflow_documents', 'workflows', 'live', 'runs_0', 'checkpoints_0',
    'outcomes_0', 'run_labels', 'run_keys', 'run_aliases', 'queue_heads', 'signals', 'workers', 'idle_workers',
    'watchers', 'bulk_operations', 'discards', 'approvals', 'events', 'event_waits', 'retention', 'children',
    'limited_routes', 'limits', 'lanes', 'meters', 'start_keys', 'merged_starts', 'run_attributes', 'attributes',
    'continuations', 'api_keys', 'members', 'audit', 'secrets', 'quotas', 'quota_use', 'rates',
    'webhooks', 'webhook_secrets', 'webhook_deliveries', 'webhook_counts', 'requests', 'stopped_workflows',
    'follows', 'feeds', 'feed_readers', 'feed', 'chunks', 'logs',
    'entities', 'entity_history', 'machine_states', 'machine_transitions', 'runs_0', 'live'];
  v_pages  int := 32768;  -- 256 MiB, so that a call is short however large the table is
  v_table  int := coalesce(split_part(p_place, '/', 1)::int, 1);
  v_from   bigint := coalesce(split_part(p_place, '/', 2)::bigint, 0);
  v_size   bigint := pg_relation_size(format('millrace.%I', v_tables[v_table])::regclass) / current_setting('block_size')::int;
  v_a      tid := format('(%s,0)', v_from)::tid;
  v_z      tid := format('(%s,65535)', v_from + v_pages - 1)::tid;
  v_n      bigint;
begin
  case v_table
    when 1 then delete from millrace.schedules where tenant_id = p_tenant and ctid between v_a and v_z;
    when 2 then delete from millrace.event_starts where tenant_id = p_tenant and ctid between v_a and v_z;
    when 3 then delete from millrace.routes where tenant_id = p_tenant and ctid between v_a and v_z;
    when 4 then delete from millrace.workflow_documents where tenant_id = p_tenant and ctid between v_a and v_z;
    when 5 then delete from millrace.workflows where tenant_id = p_tenant and ctid between v_a and v_z;
    when 6 then delete from millrace.live where tenant_id = p_tenant and ctid between v_a and v_z;
    when 7 then delete from millrace.runs_0 where tenant_id = p_tenant and ctid between v_a and v_z;
    when 8 then delete from millrace.checkpoints_0 where tenant_id = p_tenant and ctid between v_a and v_z;
    when 9 then delete from millrace.outcomes_0 where tenant_id = p_tenant and ctid between v_a and v_z;
    when 10 then delete from millrace.run_labels where tenant_id = p_tenant and ctid between v_a and v_z;
    when 11 then delete from millrace.run_keys where tenant_id = p_tenant and ctid between v_a and v_z;
    when 12 then delete from millrace.run_aliases where tenant_id = p_tenant and ctid between v_a and v_z;
    when 13 then delete from millrace.queue_heads where tenant_id = p_tenant and ctid between v_a and v_z;
    when 14 then delete from millrace.signals where tenant_id = p_tenant and ctid between v_a and v_z;
    when 15 then delete from millrace.workers where tenant_id = p_tenant and ctid between v_a and v_z;
    when 16 then delete from millrace.idle_workers where tenant_id = p_tenant and ctid between v_a and v_z;
    when 17 then delete from millrace.watchers where tenant_id = p_tenant and ctid between v_a and v_z;
    when 18 then delete from millrace.bulk_operations where tenant_id = p_tenant and ctid between v_a and v_z;
    when 19 then delete from millrace.discards where tenant_id = p_tenant and ctid between v_a and v_z;
    when 20 then delete from millrace.approvals where tenant_id = p_tenant and ctid between v_a and v_z;
    when 21 then delete from millrace.events where tenant_id = p_tenant and ctid between v_a and v_z;
    when 22 then delete from millrace.event_waits where tenant_id = p_tenant and ctid between v_a and v_z;
    when 23 then delete from millrace.retention where tenant_id = p_tenant and ctid between v_a and v_z;
    when 24 then delete from millrace.children where tenant_id = p_tenant and ctid between v_a and v_z;
    when 25 then delete from millrace.limited_routes where tenant_id = p_tenant and ctid between v_a and v_z;
    when 26 then delete from millrace.limits where tenant_id = p_tenant and ctid between v_a and v_z;
    when 27 then delete from millrace.lanes where tenant_id = p_tenant and ctid between v_a and v_z;
    when 28 then delete from millrace.meters where tenant_id = p_tenant and ctid between v_a and v_z;
    when 29 then delete from millrace.start_keys where tenant_id = p_tenant and ctid between v_a and v_z;
    when 30 then delete from millrace.merged_starts where tenant_id = p_tenant and ctid between v_a and v_z;
    when 31 then delete from millrace.run_attributes where tenant_id = p_tenant and ctid between v_a and v_z;
    when 32 then delete from millrace.attributes where tenant_id = p_tenant and ctid between v_a and v_z;
    when 33 then delete from millrace.continuations where tenant_id = p_tenant and ctid between v_a and v_z;
    when 34 then delete from millrace.api_keys where tenant_id = p_tenant and ctid between v_a and v_z;
    when 35 then delete from millrace.members where tenant_id = p_tenant and ctid between v_a and v_z;
    when 36 then delete from millrace.audit where tenant_id = p_tenant and ctid between v_a and v_z;
    when 37 then delete from millrace.secrets where tenant_id = p_tenant and ctid between v_a and v_z;
    when 38 then delete from millrace.quotas where tenant_id = p_tenant and ctid between v_a and v_z;
    when 39 then delete from millrace.quota_use where tenant_id = p_tenant and ctid between v_a and v_z;
    when 40 then delete from millrace.rates where tenant_id = p_tenant and ctid between v_a and v_z;
    when 41 then delete from millrace.webhooks where tenant_id = p_tenant and ctid between v_a and v_z;
    when 42 then delete from millrace.webhook_secrets where tenant_id = p_tenant and ctid between v_a and v_z;
    when 43 then delete from millrace.webhook_deliveries where tenant_id = p_tenant and ctid between v_a and v_z;
    when 44 then delete from millrace.webhook_counts where tenant_id = p_tenant and ctid between v_a and v_z;
    when 45 then delete from millrace.requests where tenant_id = p_tenant and ctid between v_a and v_z;
    when 46 then delete from millrace.stopped_workflows where tenant_id = p_tenant and ctid between v_a and v_z;
    when 47 then delete from millrace.follows where tenant_id = p_tenant and ctid between v_a and v_z;
    when 48 then delete from millrace.feeds where tenant_id = p_tenant and ctid between v_a and v_z;
    when 49 then delete from millrace.feed_readers where tenant_id = p_tenant and ctid between v_a and v_z;
    when 50 then delete from millrace.feed where tenant_id = p_tenant and ctid between v_a and v_z;
    when 51 then delete from millrace.chunks where tenant_id = p_tenant and ctid between v_a and v_z;
    when 52 then delete from millrace.logs where tenant_id = p_tenant and ctid between v_a and v_z;
    when 53 then delete from millrace.entities where tenant_id = p_tenant and ctid between v_a and v_z;
    when 54 then delete from millrace.entity_history where tenant_id = p_tenant and ctid between v_a and v_z;
    when 55 then delete from millrace.machine_states where tenant_id = p_tenant and ctid between v_a and v_z;
    when 56 then delete from millrace.machine_transitions where tenant_id = p_tenant and ctid between v_a and v_z;
    -- once more: of starts that were under way when the tenant was marked, and were committed meanwhile
    when 57 then delete from millrace.runs_0 where tenant_id = p_tenant and ctid between v_a and v_z;
    when 58 then delete from millrace.live where tenant_id = p_tenant and ctid between v_a and v_z;
  end case;
  get diagnostics v_n = row_count;
  return query select v_n, case when v_from + v_pages < v_size then format('%s/%s', v_table, v_from + v_pages)
                                when v_table < cardinality(v_tables) then format('%s/0', v_table + 1) end;
end $$;

comment on function millrace.sweep_tenant(int, text) is 'Deletes the rows of a tenant in some pages of one table.';
revoke execute on function millrace.sweep_tenant(int, text) from public;
