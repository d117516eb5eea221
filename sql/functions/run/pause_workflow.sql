-- pause_workflow: stops a run until resume_workflow. A step that runs is not interrupted: the run pauses at its next write.
-- Pausing a paused run changes nothing. Of a run that continued as new the last is meant.   options  tenant, resource_id, reason, by
-- Transitions: queued, waiting -> paused; leased -> leased, to be paused. Locks: its live row.
-- Returns: the run. Raises: MR011 if it has ended, MR041 if there is none.
create or replace function millrace.pause_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('pause_workflow', options, '{"resource_id": "text", "reason": "text", "by": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, pause_workflow.run_id, options ->> 'resource_id');
  v_note   text := json_build_object('reason', options ->> 'reason', 'by', options ->> 'by')::text;
  v_live   millrace.live;
  v_now    timestamptz;
begin
  loop
    v_run := millrace.last_of_chain(v_run);
    select * into v_live from millrace.live l where l.run_id = v_run and l.task = 0 for update;
    exit when found or millrace.last_of_chain(v_run) = v_run;
  end loop;
  v_now := millrace.clock();
  if v_live.run_id is null then
    perform millrace.refuse_move(v_tenant, v_run, 'it cannot be paused any more');
  elsif v_live.state = 'l' then
    update millrace.live l set ask = coalesce(l.ask, v_note) where l.run_id = v_run and l.task = 0;
  elsif v_live.state <> 'p' then
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data) values (v_run, v_now, v_live.seq, v_tenant, 'p', v_note);
    update millrace.live l set state = 'p', reason = 'p', seq = l.seq + 1, wake_at = null where l.run_id = v_run and l.task = 0;
    perform millrace.tell(array[v_run], array[v_live.seq]);
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.pause_workflow(uuid, jsonb) is 'Stops a run until resume_workflow; a step that runs is not interrupted.';
revoke execute on function millrace.pause_workflow(uuid, jsonb) from public;
