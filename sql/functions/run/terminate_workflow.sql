-- terminate_workflow: ends a run at once, whatever it does, as cancelled: unlike cancel_workflow it does not run the undos of its steps,
-- and ends those that are under way. What was done stays done. Terminating a cancelled run changes nothing. Of one that continued as new
-- the last is meant.
--   options  tenant, resource_id, reason, by
-- Returns: the run. Raises: MR011 if it completed or failed, MR041 if there is none. Locks: its live row, and its parent's.
-- Example: select millrace.terminate_workflow('…', '{"reason": "refunded by hand", "by": "ada"}');
create or replace function millrace.terminate_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('terminate_workflow', options, '{"resource_id": "text", "reason": "text", "by": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, terminate_workflow.run_id, options ->> 'resource_id');
begin
  loop
    v_run := millrace.last_of_chain(v_run);
    perform millrace.cancel_runs(v_tenant, array[v_run], json_build_object('reason', options ->> 'reason', 'by', options ->> 'by'),
      null, false, true);
    exit when millrace.last_of_chain(v_run) = v_run;
  end loop;
  if not exists (select from millrace.outcomes o where o.run_id = v_run and o.status = 'x') then
    perform millrace.refuse_move(v_tenant, v_run, 'it cannot be terminated any more');
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.terminate_workflow(uuid, jsonb) is 'Ends a run at once, without the undos of its steps.';
revoke execute on function millrace.terminate_workflow(uuid, jsonb) from public;
