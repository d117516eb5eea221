-- fail_stopped: ends children that were just made of workflows that take no starts (refuse_stopped): their parents are told by the
-- message that they wait for. The caller holds the parents' live rows.
--   p_runs  null: none; those that are not alive, for the rules of starts may have made none of them, are passed over
-- Transitions: queued, waiting -> ended.
create or replace function millrace.fail_stopped(p_tenant int, p_runs bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_end record;
begin
  with gone as (delete from millrace.live l where l.run_id = any (p_runs) returning l.run_id as id)
  select array_agg(g.id) as runs, array_agg('f'::"char") as ops, array_agg(millrace.parent_of(x.meta)) as parents,
         array_agg(json_build_object('code', 'MR016', 'name', 'ConflictError', 'message', format('Workflow "%s" %s: no run of it can be '
             'started.', w.name, case s.why when 'd' then 'was deleted' else 'is not active' end),
           'stack', null, 'stepId', null, 'attempt', 1, 'fingerprint', 'stopped')::text) as failures
  into v_end
  from gone g join millrace.runs x on x.id = g.id join millrace.routes r on r.id = x.route_id
  join millrace.workflows w on w.id = r.workflow_id
  left join millrace.stopped_workflows s on s.tenant_id = p_tenant and s.name = w.name;
  perform millrace.end_runs(p_tenant, null, v_end.runs, v_end.ops, null, v_end.failures, v_end.parents, null, millrace.clock())
  where v_end.runs is not null;
end $$;

comment on function millrace.fail_stopped(int, bigint[]) is 'Ends children that were just made of workflows that take no starts.';
revoke execute on function millrace.fail_stopped(int, bigint[]) from public;
