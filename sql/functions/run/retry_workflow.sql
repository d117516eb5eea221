-- retry_workflow: a new run of a failed one: same workflow, version and input, with the journal up to the failure, so that
-- no completed step runs again. Outcomes are final: the old run stays as it is, and the new one names it (retried_from).
-- The retry of a run is one run: who asks again, or at the same time, gets that one, whatever has become of it; if it has
-- failed too, it is that one which can be retried. It is kept in run_keys, under a name that no workflow can have.
--   options  tenant, resource_id, by. Returns: the new run. Raises: MR011 if the run has not failed, MR041 if there is none.
-- Locks: a row of run_keys.
-- The rows of the step that failed are left out (its attempts count anew); what a handler caught stays. The end of a child
-- was told to the old run: the new one gets it in its buffer. While such a child is alive, MR011: nobody would be told.
create or replace function millrace.retry_workflow(run_id uuid, options jsonb default '{}') returns json
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_tenant int := millrace.check_options('retry_workflow', options, '{"resource_id": "text", "by": "text"}');
  v_run    bigint := millrace.find_run(v_tenant, retry_workflow.run_id, options ->> 'resource_id');
  v_new    bigint;
  v_one    bigint;
  v_end    millrace.outcomes;
  v_step   text;
  v_open   bigint[];
  v_n      int;
begin
  select k.run_id into v_one from millrace.run_keys k where k.tenant_id = v_tenant and k.workflow = '$retry' and k.key = v_run::text;
  if found then
    return (select j.run from millrace.run_json(v_tenant, array[v_one]) j);
  end if;
  select * into v_end from millrace.outcomes o where o.run_id = v_run;
  if v_end.status is distinct from 'f' then
    perform millrace.refuse_move(v_tenant, v_run, 'only a failed run can be retried');
  end if;
  v_step := v_end.output::json ->> 'stepId';
  v_open := array(select (c.data::json ->> 'run')::bigint from millrace.get_journal(v_run) c
                  where c.kind = 'c' and c.name is distinct from v_step and c.data::json ->> 'detached' is null
                    and not exists (select from millrace.get_journal(v_run) g where g.kind = 'g' and g.name = c.name));
  if exists (select from millrace.live l where l.run_id = any (v_open)) then
    perform millrace.refuse_move(v_tenant, v_run, 'a child that it waited for is still alive; cancel that, or wait for its end');
  end if;
  v_new := millrace.take_ids();
  insert into millrace.run_keys (tenant_id, workflow, key, run_id) values (v_tenant, '$retry', v_run::text, v_new)
  on conflict on constraint run_keys_pkey do nothing;
  if not found then
    select k.run_id into v_one from millrace.run_keys k where k.tenant_id = v_tenant and k.workflow = '$retry' and k.key = v_run::text;
    return (select j.run from millrace.run_json(v_tenant, array[v_one]) j);
  end if;
  perform millrace.start_runs(v_tenant, array[v_new], array[r.route_id], null, array[r.input],
    array[((coalesce(r.meta, '{}')::jsonb - 'id' - 'key' - 'parent')
           || jsonb_build_object('retried_from', v_run::text, 'actor', options ->> 'by'))::text])
  from millrace.runs r where r.id = v_run;
  insert into millrace.checkpoints (run_id, at, seq, tenant_id, kind, name, data)
  select v_new, x.at, (row_number() over (order by x.seq))::int - 1, v_tenant, x.kind, x.name, x.data
  from millrace.get_journal(v_run) x
  where x.kind in ('r', 'e', 'f', 'g', 't', 'o', 'c') and x.name is distinct from v_step;
  get diagnostics v_n = row_count;
  insert into millrace.signals (run_id, at, tenant_id, nth, id, name, data)
  select v_new, o.at, v_tenant, nextval('millrace.arrivals'), '$child:' || o.run_id, '$child:' || o.run_id,
         format('{"status":"%s"%s}', o.status, ',"output":' || o.output)
  from millrace.outcomes o where o.run_id = any (v_open);
  update millrace.live l set seq = v_n, buffered = case when exists (select from millrace.signals g where g.run_id = v_new) then 0 end
  where l.run_id = v_new and l.task = 0;
  return (select j.run from millrace.run_json(v_tenant, array[v_new]) j);
end $$;

comment on function millrace.retry_workflow(uuid, jsonb) is 'Starts a new run of a failed one that goes on from its failure.';
revoke execute on function millrace.retry_workflow(uuid, jsonb) from public;
