-- deactivate_workflow: no run of a workflow may be started any more, in whichever version, until activate_workflow: starts, retries and
-- forks are refused (MR016), a child of it fails at once, events start none, and times of its schedules that come meanwhile have no
-- run. Runs that are under way go on. Of a graph the document may say the same: is_active: false.
--   options  tenant, reason, by
-- Returns: whether it was active; deactivated already, it keeps the first reason. Raises: MR001, MR040 if it is not registered.
-- Locks: its row of stopped_workflows.
-- Example: select millrace.deactivate_workflow('order', '{"reason": "prices are wrong", "by": "ada"}');
create or replace function millrace.deactivate_workflow(workflow_id text, options jsonb default '{}') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tenant int := millrace.check_options('deactivate_workflow', options, '{"reason": "text", "by": "text"}');
  v_was    "char";
begin
  perform millrace.find_workflow(v_tenant, workflow_id);
  select s.why into v_was from millrace.stopped_workflows s
  where s.tenant_id = v_tenant and s.name = workflow_id order by s.name for update;
  -- a person's word stands where the document would let it run again
  insert into millrace.stopped_workflows as s (tenant_id, name, why, actor, reason, stopped_at)
  values (v_tenant, workflow_id, 'i', options ->> 'by', options ->> 'reason', millrace.clock())
  on conflict on constraint stopped_workflows_pkey
  do update set why = 'i', actor = excluded.actor, reason = excluded.reason, stopped_at = excluded.stopped_at where s.why <> 'i';
  return coalesce(v_was not in ('i', 'c'), true);
end $$;

comment on function millrace.deactivate_workflow(text, jsonb) is 'No run of a workflow may be started until it is activated.';
revoke execute on function millrace.deactivate_workflow(text, jsonb) from public;
