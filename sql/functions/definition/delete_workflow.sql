-- delete_workflow: a workflow is gone, with all its versions, its schedules and webhooks, and what flows and graphs have for parts of
-- their steps. Its runs stay as they are: they can be read, and those that are unfinished and were left go on where workers have their
-- version; no run of it can be started, retried or forked. The name can be used again: whoever registers or puts it makes it anew, also a
-- worker that still has its code.
--   options  tenant, leave_runs (true: unfinished runs are no obstacle), reason, by
-- Returns: versions, how many there were; live, how many unfinished runs were left. Raises: MR001, MR017 while it has unfinished runs
-- (a start that commits at this moment may come after that look, and is left), MR040 if it is not registered.
-- Locks: its rows of stopped_workflows, workflows, schedules and webhooks.
-- Example: select * from millrace.delete_workflow('order');
create or replace function millrace.delete_workflow(workflow_id text, options jsonb default '{}') returns table (versions int, live int)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('delete_workflow', options, '{"leave_runs": "any", "reason": "text", "by": "text"}');
  v_now    timestamptz := millrace.clock();
  v_name   text := delete_workflow.workflow_id;
  v_names  text[];   -- its own, and those of its parts
  v_ids    int[];
  v_live   int;
  v_count  int;
begin
  if jsonb_typeof(options -> 'leave_runs') not in ('boolean', 'null') then
    perform millrace.fail('MR001', 'The options of delete_workflow were refused: leave_runs must be true or false.', 'Correct it.',
      json_build_object('options', options));
  end if;
  perform millrace.find_workflow(v_tenant, v_name);
  insert into millrace.stopped_workflows as s (tenant_id, name, why, actor, reason, stopped_at)
  values (v_tenant, v_name, 'd', options ->> 'by', options ->> 'reason', v_now)
  on conflict on constraint stopped_workflows_pkey
  do update set why = 'd', actor = excluded.actor, reason = excluded.reason, stopped_at = excluded.stopped_at;
  select array_agg(x.id), array_agg(distinct x.name), count(*) filter (where x.name = v_name) into v_ids, v_names, v_count
  from (select w.id, w.name from millrace.workflows w
        where w.tenant_id = v_tenant and w.deleted_at is null and (w.name = v_name or w.definition ->> 'part_of' = v_name)
        order by w.id for update) x;
  select count(*) into v_live from millrace.routes r join millrace.live l on l.route_id = r.id and l.task = 0
  where r.workflow_id = any (v_ids);
  if exists (select from millrace.entities e where e.tenant_id = v_tenant and e.machine = v_name and e.completed_at is null) then
    perform millrace.fail('MR017', format('Machine "%s" has live entities, and cannot be deleted.', v_name),
      'Move them into final states first.', json_build_object('workflow_id', v_name));
  end if;
  if v_live > 0 and options -> 'leave_runs' is distinct from 'true' then
    perform millrace.fail('MR017', format('Workflow "%s" has %s, and cannot be deleted.', v_name,
        case v_live when 1 then '1 unfinished run' else format('%s unfinished runs', v_live) end),
      'Wait for their end, cancel them, or delete it with leave_runs: they go on where workers have their version.',
      json_build_object('workflow_id', v_name, 'live', v_live));
  end if;
  update millrace.workflows w set deleted_at = v_now where w.id = any (v_ids);
  delete from millrace.event_starts d where d.tenant_id = v_tenant and d.workflow_id = any (v_ids);
  delete from millrace.schedules d where d.id in (
    select s.id from millrace.schedules s where s.tenant_id = v_tenant and s.workflow = any (v_names) order by s.id for update);
  perform millrace.drop_webhook(k.id)
  from (select w.id from millrace.webhooks w
        where w.tenant_id = v_tenant and w.workflow = v_name and w.direction = 'i' and w.deleted_at is null order by w.id for update) k;
  return query select v_count, v_live;
end $$;

comment on function millrace.delete_workflow(text, jsonb) is 'A workflow is gone; its runs can still be read, and its name be used again.';
revoke execute on function millrace.delete_workflow(text, jsonb) from public;
