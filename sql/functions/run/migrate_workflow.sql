-- migrate_workflow: moves a run that is not at work to another version of its workflow, which replays what the run has behind it. A
-- history that the other version does not fit pauses the run there (history_mismatch); it can be moved back.
-- This is the one change that a row of runs ever sees; the journal says who moved it, and from where. Of a run that continued as new the
-- last is meant.
--   options  tenant, resource_id, to_version, by
-- Returns: the run. Raises: MR011 while a worker has the run, or if it has ended; MR040 for a version that is not registered, MR041.
-- Locks: the live row.
create or replace function millrace.migrate_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('migrate_workflow', options, '{"resource_id": "text", "to_version": "text", "by": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, migrate_workflow.run_id, options ->> 'resource_id');
  v_live   millrace.live;
  v_old    record;
  v_route  int;
  v_now    timestamptz;
  v_turn   bigint;
begin
  if options ->> 'to_version' is null then
    perform millrace.fail('MR001', 'to_version is missing.', 'Name the version to which the run shall be moved.');
  end if;
  loop
    v_run := millrace.last_of_chain(v_run);
    select * into v_live from millrace.live l where l.run_id = v_run and l.task = 0 for update;
    exit when found or millrace.last_of_chain(v_run) = v_run;
  end loop;
  if v_live.run_id is null or v_live.state = 'l' then
    perform millrace.refuse_move(v_tenant, v_run, 'only a run that no worker has can be moved; pause it first, or wait for its next wait');
  end if;
  select w.name, w.version, o.queue, o.priority into v_old
  from millrace.routes o join millrace.workflows w on w.id = o.workflow_id where o.id = v_live.route_id;
  if v_old.version = options ->> 'to_version' then
    return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
  end if;
  select x.route_id into v_route from millrace.resolve_route(v_tenant, v_old.name, options ->> 'to_version', v_old.queue, v_old.priority) x;
  v_now := millrace.clock();
  v_turn := nextval('millrace.numbers') * 1024;  -- in the other queue it is the last: claims look from where they ended
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, data)
  values (v_run, v_now, v_live.seq, v_tenant, 'v',
          json_build_object('by', options ->> 'by', 'from', v_old.version, 'to', options ->> 'to_version')::text);
  update millrace.live l set route_id = v_route, turn = v_turn, seq = v_live.seq + 1 where l.run_id = v_run and l.task = 0;
  update millrace.runs r set route_id = v_route where r.id = v_run;
  perform millrace.tell(array[v_run], array[v_live.seq]);
  perform millrace.hint();
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.migrate_workflow(uuid, jsonb) is 'Moves a run that is not at work to another version of its workflow.';
revoke execute on function millrace.migrate_workflow(uuid, jsonb) from public;
