-- startable_machine: which version of a machine an entity starts on: the tenant's own that was registered last, else the installation's, of
-- which the tenant gets its copy then, with states and transitions.
-- Returns: id, null if there is none, or the name is that of another kind of workflow; table, that of entities that are started without
-- one; stopped, if none may be started: d deleted, else deactivated. Locks: the version's row, for key share, so that it is not deleted
-- meanwhile; where the copy is made, as share_workflow.
create or replace function millrace.startable_machine(p_tenant int, p_name text, p_version text,
  out id int, out "table" text, out stopped text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
#variable_conflict use_column
declare
  v_machine millrace.workflows;
begin
  select * into v_machine from millrace.workflows w
  where w.tenant_id = p_tenant and w.name = p_name and w.version = coalesce(p_version, w.version) and w.deleted_at is null
  order by w.shared_id is null desc, w.registered_at desc, w.id desc limit 1;
  if v_machine.shared_id is not null or v_machine.id is null then
    v_machine := millrace.shared_workflow(p_tenant, p_name, p_version, v_machine);
    if v_machine.definition ->> 'kind' = 'machine'
      and not exists (select from millrace.machine_states s where s.workflow_id = v_machine.id) then
      insert into millrace.machine_states
      select v_machine.id, p_tenant, s.ordinal, s.id, s.name, s.initial, s.final, s.acts, s.metadata, s.on_enter, s.on_leave, s.sla_ms
      from millrace.machine_states s where s.workflow_id = v_machine.shared_id on conflict do nothing;
      insert into millrace.machine_transitions
      select v_machine.id, p_tenant, t.from_state, t.rank, t.ordinal, t.id, t.wildcard, t.name, t.to_state, t.conditions, t.guards,
        t.context, t.metadata, t.actions, t.after_ms, t.acts, t.ends, t.next_ms
      from millrace.machine_transitions t where t.workflow_id = v_machine.shared_id on conflict do nothing;
    end if;
  end if;
  if v_machine.definition ->> 'kind' is distinct from 'machine' then
    return;
  end if;
  "table" := coalesce(v_machine.definition ->> 'table', p_name);
  -- who deletes it waits for us, or we for them; what was deleted meanwhile is not found
  select w.id into id from millrace.workflows w where w.id = v_machine.id and w.deleted_at is null order by w.id for key share;
  stopped := (select s.why from millrace.stopped_workflows s where s.tenant_id = p_tenant and s.name = p_name);
  if startable_machine.id is null then
    stopped := 'd';
  end if;
end $$;

comment on function millrace.startable_machine(int, text, text) is 'Which version of a machine an entity starts on.';
revoke execute on function millrace.startable_machine(int, text, text) from public;
