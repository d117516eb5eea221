-- discard_workflow: a failure has been dealt with, and need not be seen among the failures any more. A failed run stays as it is, with
-- a note of who and why; one that the engine paused is cancelled; among its undos it ends at once, without the others. Again: no change.
-- Of a run that continued as new the last is meant.
--   options  tenant, resource_id, by, reason
-- Returns: the run. Raises: MR011 if the run has not failed and is not paused by the engine, MR041 if there is none.
create or replace function millrace.discard_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('discard_workflow', options, '{"resource_id": "text", "by": "text", "reason": "text"}');
  v_run    bigint := millrace.last_of_chain(millrace.find_run(v_tenant, discard_workflow.run_id, options ->> 'resource_id'));
  v_now    timestamptz := millrace.clock();
begin
  perform millrace.cancel_runs(v_tenant, array[v_run],
    json_build_object('reason', options ->> 'reason', 'by', options ->> 'by'), null, true);
  if found then
    return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
  elsif not exists (select from millrace.outcomes o where o.run_id = v_run and o.status = 'f') then
    perform millrace.refuse_move(v_tenant, v_run, 'only a run that failed, or that the engine paused, can be discarded');
  end if;
  insert into millrace.discards (run_id, at, tenant_id, actor, reason)
  values (v_run, v_now, v_tenant, options ->> 'by', options ->> 'reason')
  on conflict on constraint discards_pkey do nothing;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.discard_workflow(uuid, jsonb) is 'Takes a failure off the list of failures.';
revoke execute on function millrace.discard_workflow(uuid, jsonb) from public;
