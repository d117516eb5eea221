-- resume_workflow: lets a paused run go on. It looks at its waits again: one that ended meanwhile ends now, none ends early.
-- A step.pause ends by this. A run whose start is still delayed waits on. Of a run that continued as new the last is meant.
--   options  tenant, resource_id, by
-- Transitions: paused -> queued, waiting; leased, to be paused -> leased. Locks: its live row.
-- Returns: the run. Raises: MR011 if it is not paused or has ended, MR041 if there is none.
create or replace function millrace.resume_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('resume_workflow', options, '{"resource_id": "text", "by": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, resume_workflow.run_id, options ->> 'resource_id');
  v_live   millrace.live;
  v_now    timestamptz;
  v_key    text;
  v_turn   bigint := nextval('millrace.numbers') * 1024;
begin
  loop
    v_run := millrace.last_of_chain(v_run);
    select * into v_live from millrace.live l where l.run_id = v_run and l.task = 0 for update;
    exit when found or millrace.last_of_chain(v_run) = v_run;
  end loop;
  v_now := millrace.clock();
  if v_live.ask is not null then
    update millrace.live l set ask = null where l.run_id = v_run and l.task = 0;
  elsif v_live.state = 'p' then
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
    values (v_run, v_now, v_live.seq, v_tenant, 'u', json_build_object('by', options ->> 'by'));
    select w.key into v_key from unnest(v_live.wait_keys, v_live.wait_names) w (key, name) where w.name = '$resume' limit 1;
    if v_key is not null then
      insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name) values (v_run, v_now, v_live.seq + 1, v_tenant, 'g', v_key);
    end if;
    perform millrace.wake(v_run, 0, v_live.seq + case when v_key is null then 1 else 2 end, array_remove(array[v_key], null));
    update millrace.live l
    set state = case when v_live.wait_keys = '{~start}' then 'w' else 'q' end, reason = null, turn = v_turn, crashes = 0,
        wake_at = case when v_live.wait_keys = '{~start}' then v_live.wait_until[1] end
    where l.run_id = v_run and l.task = 0;
    perform millrace.tell(array[v_run], array[v_live.seq]);
    perform millrace.hint();
  else
    perform millrace.refuse_move(v_tenant, v_run, 'only a paused run can be resumed');
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.resume_workflow(uuid, jsonb) is 'Lets a paused run go on.';
revoke execute on function millrace.resume_workflow(uuid, jsonb) from public;
