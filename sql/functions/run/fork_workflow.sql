-- fork_workflow: a new run that begins with another's history up to a step, and goes on from there: the step runs anew, or has the
-- output that is given. The other run, whatever it is doing, stays as it is; the new one names it (forked_from, forked_at). Messages
-- that came after that point are not sent again.
--   options  tenant, resource_id, from_step (as the timeline shows it; of a map its own name, without the number of an item),
--            input (of the run), output (of the step; null too), version (default: the same), by,
--            new_run (a number drawn by take_ids: the same again is the same fork)
-- Returns: the new run. Raises: MR001 for a step that the run did not come to, one that ran beside others or that comes after one that
-- was undone, an output for a step that has none; MR002 for an input or output that is too big; MR010 for a number that is
-- another run's; MR011 while the run is undone, or if a child that is waited for there is alive; MR040, MR041.
-- Locks: the run's row of runs.
-- Example: select millrace.fork_workflow('…', '{"from_step": "charge", "version": "2"}');
create or replace function millrace.fork_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('fork_workflow', options,
    '{"resource_id": "text", "from_step": "text", "input": "any", "output": "any", "version": "text", "by": "text",
      "new_run": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, fork_workflow.run_id, options ->> 'resource_id');
  v_new    bigint := coalesce(millrace.drawn_id('new_run', options ->> 'new_run'), millrace.take_ids());
  v_step   text := options ->> 'from_step';
  v_place  record;
  v_route  int;
  v_big    text;
begin
  v_big := case when octet_length((options -> 'input')::text) > 1048576 then 'input'
                when octet_length((options -> 'output')::text) > 1048576 then 'output' end;
  if v_big is not null then
    perform millrace.fail('MR002', format('An %s of %s bytes is over the limit of 1 MiB.', v_big, octet_length((options -> v_big)::text)),
      'Store it elsewhere and pass a reference.', json_build_object('run_id', fork_workflow.run_id));
  end if;
  perform millrace.hold_run(v_tenant, v_run);
  if exists (select from millrace.runs r
             where r.id = v_new and r.tenant_id = v_tenant and r.meta::json ->> 'forked_from' = v_run::text
               and r.meta::json ->> 'forked_at' = v_step) then
    return (select j.run from millrace.run_json(v_tenant, array[v_new]) j);  -- the reply was lost
  end if;
  select * into v_place from millrace.fork_place(v_tenant, v_run, v_step, options ? 'output');
  perform millrace.refuse_undone(v_tenant, v_run, v_place.first_seq);
  if options ->> 'version' is not null then
    select x.route_id into v_route
    from millrace.runs r join millrace.routes o on o.id = r.route_id join millrace.workflows w on w.id = o.workflow_id,
    lateral millrace.resolve_route(v_tenant, w.name, options ->> 'version', o.queue, o.priority) x
    where r.id = v_run;
  end if;
  perform millrace.start_again(v_tenant, v_run, v_new, v_route, (options -> 'input')::text,
    jsonb_build_object('forked_from', v_run::text, 'forked_at', v_step, 'actor', options ->> 'by'));
  perform millrace.copy_history(v_tenant, v_run, v_new, v_place.first_seq, null);
  if options ? 'output' then
    perform millrace.set_output(v_tenant, v_run, v_new, v_step, v_place.kind, (options -> 'output')::text);
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_new]) j);
end $$;

comment on function millrace.fork_workflow(uuid, jsonb) is 'Starts a new run that has the history of another up to a step.';
revoke execute on function millrace.fork_workflow(uuid, jsonb) from public;
