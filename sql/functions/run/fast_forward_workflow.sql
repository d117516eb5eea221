-- fast_forward_workflow: ends the wait that a run is in: with data as its message, as the result of its poll or as the
-- output of its child (which goes on, unheard); a delay is over, a backoff too, a step.pause is resumed. A run that does
-- not wait is left as it is. Of a run that continued as new the last is meant.
--   options  tenant, resource_id. Transitions: waiting, paused by a step -> queued. Locks: its live row.
-- Returns: the run. Raises: MR002 for too much data, MR041 if there is none.
create or replace function millrace.fast_forward_workflow(run_id uuid, data jsonb default '{}', options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('fast_forward_workflow', options, '{"resource_id": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, fast_forward_workflow.run_id, options ->> 'resource_id');
  v_live   millrace.live;
  v_now    timestamptz;
  v_step   text;
  v_kind   "char";
  v_text   text;
begin
  if octet_length(data::text) > 1048576 then
    perform millrace.fail('MR002', format('Data of %s bytes is over the limit of 1 MiB.', octet_length(data::text)), 'Pass a reference.');
  end if;
  loop
    v_run := millrace.last_of_chain(v_run);
    select * into v_live from millrace.live l where l.run_id = v_run and l.task = 0 for update;
    exit when found or millrace.last_of_chain(v_run) = v_run;
  end loop;
  v_now := millrace.clock();
  if v_live.state = 'p' and '$resume' = any (v_live.wait_names) then
    return millrace.resume_workflow(millrace.run_uuid(v_run), options);
  elsif v_live.state = 'w' then
    v_step := ltrim(v_live.wait_keys[1], '~?');
    v_kind := case when v_live.wait_keys[1] like '~%' then null
                   when v_live.wait_names[1] is not null or '?' || v_step = any (v_live.wait_keys) then 'g' else 't' end;
    v_text := case when v_kind = 'g' then coalesce(data, '{}')::text end;
    if v_live.wait_names[1] like '$child:%' then
      v_text := format('{"status":"c","output":%s}', v_text);
    end if;
    if v_kind = 'g' and (select count(*) from unnest(v_live.wait_keys) k where k = v_step) > 1 then  -- of several messages the first
      v_text := format('[%s,%s]', to_json(v_live.wait_names[1]), v_text);
    end if;
    insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
    select v_run, v_now, v_live.seq, v_tenant, v_kind, v_step, v_text
    where v_kind is not null;
    delete from millrace.approvals a where a.run_id = v_run and a.step = v_step;
    perform millrace.wake(v_run, 0, v_live.seq + case when v_kind is null then 0 else 1 end, array[v_step, '~' || v_step, '?' || v_step]);
    perform millrace.tell(array[v_run], array[v_live.seq]);
    perform millrace.hint();
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.fast_forward_workflow(uuid, jsonb, jsonb) is 'Ends the wait that a run is in.';
revoke execute on function millrace.fast_forward_workflow(uuid, jsonb, jsonb) from public;
