-- retry_workflow: a new run of a failed one: same workflow, version and input, with the journal up to the failure, so that
-- no completed step runs again. Outcomes are final: the old run stays as it is, and the new one names it (retried_from). Of a run that
-- continued as new the last is meant.
-- The retry of a run is one run: who asks again, or at the same time, gets that one, whatever has become of it; if it has
-- failed too, it is that one which can be retried. It is kept in run_keys, under a name that no workflow can have.
-- The rows of the step that failed are left out (its attempts count anew); what a handler caught stays. Where steps were undone, the
-- new run begins before the first of them: that and all that came later is done again, for it was built on what is not there any more.
--   options  tenant, resource_id, by. Returns: the new run. Raises: MR011 if the run has not failed, or a child that it waited
--            for is alive; MR041 if there is no such run. Locks: the run's row of runs, a row of run_keys.
create or replace function millrace.retry_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('retry_workflow', options, '{"resource_id": "text", "by": "text"}');
  v_run    bigint := millrace.last_of_chain(millrace.find_run(v_tenant, retry_workflow.run_id, options ->> 'resource_id'));
  v_new    bigint;
  v_one    bigint;
  v_end    millrace.outcomes;
begin
  perform millrace.hold_run(v_tenant, v_run);
  select k.run_id into v_one from millrace.run_keys k where k.tenant_id = v_tenant and k.workflow = '$retry' and k.key = v_run::text;
  if found then
    return (select j.run from millrace.run_json(v_tenant, array[v_one]) j);
  end if;
  select * into v_end from millrace.outcomes o where o.run_id = v_run;
  if v_end.status is distinct from 'f' then
    perform millrace.refuse_move(v_tenant, v_run, 'only a failed run can be retried');
  end if;
  v_new := millrace.take_ids();
  insert into millrace.run_keys (tenant_id, workflow, key, run_id) values (v_tenant, '$retry', v_run::text, v_new)
  on conflict on constraint run_keys_pkey do nothing;
  if not found then
    select k.run_id into v_one from millrace.run_keys k where k.tenant_id = v_tenant and k.workflow = '$retry' and k.key = v_run::text;
    return (select j.run from millrace.run_json(v_tenant, array[v_one]) j);
  end if;
  perform millrace.start_again(v_tenant, v_run, v_new, null, null,
    jsonb_build_object('retried_from', v_run::text, 'actor', options ->> 'by'));
  perform millrace.copy_history(v_tenant, v_run, v_new, coalesce((select x.first_seq from millrace.undone_place(v_run) x), 2147483647),
    v_end.output::json ->> 'stepId');
  return (select j.run from millrace.run_json(v_tenant, array[v_new]) j);
end $$;

comment on function millrace.retry_workflow(uuid, jsonb) is 'Starts a new run of a failed one that goes on from its failure.';
revoke execute on function millrace.retry_workflow(uuid, jsonb) from public;
