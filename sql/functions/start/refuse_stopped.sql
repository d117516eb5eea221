-- refuse_stopped: refuses starts of workflows that were deactivated or deleted, where some of the tenant's are. A start that has its run
-- already, by its id or key, is none. Children are not refused: their parents have them in their journals; see fail_stopped.
-- Returns: the children that must not be, null if there are none. Raises: MR016 for a workflow that is not active, MR040 for one that was
-- deleted.
create or replace function millrace.refuse_stopped(p_tenant int, p_ids bigint[], p_routes int[], p_metas text[]) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  v_one      record;
  v_children bigint[];
begin
  for v_one in
    select u.id, s.name, s.why, s.reason, u.meta::json ->> 'parent' is not null as child
    from unnest(p_ids, p_routes, p_metas) u (id, route, meta)
    join millrace.routes r on r.id = u.route join millrace.workflows w on w.id = r.workflow_id
    join millrace.stopped_workflows s on s.tenant_id = p_tenant and s.name = w.name
    where not exists (select from millrace.runs x where x.id = u.id)
      and not exists (select from millrace.run_keys k
                      where k.tenant_id = p_tenant and k.workflow = w.name and k.key = u.meta::json ->> 'key')
    order by u.id
  loop
    if v_one.child then
      v_children := v_children || v_one.id;
    elsif v_one.why = 'd' then
      perform millrace.fail('MR040', format('Workflow "%s" is not registered: it was deleted.', v_one.name),
        'Put or register it again.', json_build_object('workflow_id', v_one.name));
    else
      perform millrace.fail('MR016', format('Workflow "%s" is not active%s: no run of it can be started.', v_one.name,
          case when v_one.reason <> '' then format(' (%s)', v_one.reason) when v_one.why = 'c' then ' (is_active: false)' else '' end),
        'Activate it: millrace.activate_workflow, or "millrace workflows activate".',
        json_build_object('workflow_id', v_one.name, 'reason', 'WORKFLOW_INACTIVE'));
    end if;
  end loop;
  return v_children;
end $$;

comment on function millrace.refuse_stopped(int, bigint[], int[], text[]) is 'Refuses starts of workflows that were deactivated or deleted.';
revoke execute on function millrace.refuse_stopped(int, bigint[], int[], text[]) from public;
