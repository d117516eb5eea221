-- cancel_workflow: ends a run, whatever it does; cancelling a cancelled run changes nothing. Of one that continued as new, the last. One
-- whose completed steps have undos stays alive until these have ended (status running, phase undoing); cancelling it meanwhile changes
-- nothing either.
--   options  tenant, resource_id, reason, by, not_begun (true: only a run that is pending)
-- Returns: the run. Raises: MR011 if it completed or failed, or has begun and must not have; MR041 if there is none.
-- Locks: its live row, and its parent's (with not_begun the rows of both at once, ascending).
create or replace function millrace.cancel_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('cancel_workflow', options,
    '{"resource_id": "text", "reason": "text", "by": "text", "not_begun": "any"}');
  v_run    bigint := millrace.find_run(v_tenant, cancel_workflow.run_id, options ->> 'resource_id');
begin
  if options -> 'not_begun' = 'true' then
    perform from millrace.live l
    where l.run_id in (v_run, (select millrace.parent_of(r.meta) from millrace.runs r where r.id = v_run))
    order by l.run_id, l.task for update;
    if not exists (select from millrace.live l where l.run_id = v_run and l.task = 0 and l.seq = 0
                     and (l.state in ('q', 's') or l.state = 'w' and l.wait_keys = '{~start}')) then
      perform millrace.refuse_move(v_tenant, v_run, 'it has begun');
    end if;
  end if;
  loop
    v_run := millrace.last_of_chain(v_run);
    perform millrace.cancel_runs(v_tenant, array[v_run], json_build_object('reason', options ->> 'reason', 'by', options ->> 'by'));
    exit when millrace.last_of_chain(v_run) = v_run;
  end loop;
  if not exists (select from millrace.outcomes o where o.run_id = v_run and o.status = 'x')
     and not exists (select from millrace.live l where l.run_id = v_run and l.undo = 'b') then
    perform millrace.refuse_move(v_tenant, v_run, 'it cannot be cancelled any more');
  end if;
  return (select j.run from millrace.run_json(v_tenant, array[v_run]) j);
end $$;

comment on function millrace.cancel_workflow(uuid, jsonb) is 'Ends a run, whatever it does.';
revoke execute on function millrace.cancel_workflow(uuid, jsonb) from public;
