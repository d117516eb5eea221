-- Row-level security on every table, forced, so that it holds for the owner too. Two policies on each: the owner, as whom
-- the kernel's functions run, sees all (they take the tenant as a parameter and check it); anybody else sees the rows of
-- the tenant that the transaction was given, and without one no row. What is migrated is no tenant's: whoever was granted
-- those two tables sees them. Stage by stage nothing here has to change.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['tenants', 'workflows', 'routes', 'runs', 'runs_0', 'checkpoints', 'checkpoints_0', 'outcomes',
    'outcomes_0', 'run_labels', 'run_keys', 'run_aliases', 'live', 'queue_heads', 'signals', 'workers', 'idle_workers',
    'watchers', 'bulk_operations', 'discards', 'approvals', 'events', 'event_waits', 'event_starts',
    'retention', 'children', 'limits', 'limited_routes', 'lanes', 'meters', 'start_keys', 'merged_starts', 'schedules',
    'attributes', 'run_attributes', 'continuations', 'workflow_documents',
    'webhooks', 'webhook_secrets', 'webhook_deliveries', 'webhook_counts', 'migrations', 'repeatables']
  loop
    execute format('alter table millrace.%I enable row level security', v_table);
    execute format('alter table millrace.%I force row level security', v_table);
    execute format('drop policy if exists kernel on millrace.%I', v_table);
    execute format('create policy kernel on millrace.%I to current_user using (true) with check (true)', v_table);
    execute format('drop policy if exists tenant on millrace.%I', v_table);
    if v_table in ('migrations', 'repeatables') then
      execute format('create policy tenant on millrace.%I for select to public using (true)', v_table);
    elsif v_table not in ('tenants', 'webhook_secrets') then  -- secrets nobody reads but the kernel
      execute format('create policy tenant on millrace.%I for select to public
                      using (tenant_id = (select millrace.current_tenant()))', v_table);
    end if;
  end loop;
end $$;
