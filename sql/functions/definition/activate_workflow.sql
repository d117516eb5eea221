-- activate_workflow: runs of a workflow may be started again. Its schedules go on with their times after now; the cron of a graph whose
-- document says is_active: false is none before that is put again without it.
--   options  tenant
-- Returns: whether it was not active. Raises: MR001, MR040 if it is not registered.
-- Example: select millrace.activate_workflow('order');
create or replace function millrace.activate_workflow(workflow_id text, options jsonb default '{}') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('activate_workflow', options);
begin
  perform millrace.find_workflow(v_tenant, workflow_id);
  delete from millrace.stopped_workflows s where s.tenant_id = v_tenant and s.name = workflow_id and s.why <> 'd';
  return found;
end $$;

comment on function millrace.activate_workflow(text, jsonb) is 'Runs of a workflow may be started again.';
revoke execute on function millrace.activate_workflow(text, jsonb) from public;
