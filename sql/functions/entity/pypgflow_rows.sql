-- pypgflow_rows: rows of a relation of pypgflow as the schema api serves them, for readers who come over HTTP.
--   p_relation  workflows, workflow_states, workflow_transitions, entity_workflows, workflow_history
--   p_equal     {column: value}: conditions by which it looks, where they are of an index; whoever calls checks all of them
--   p_moved     of entity_workflows: those first that were moved last
--   p_from, p_to  of workflow_history, and of what was moved: only of this time, ends included
--   p_most      rows at most
-- Returns: each row as an object, in the order that the relation has by itself: history the newest first, instances that began last first.
drop function if exists millrace.pypgflow_rows(int, text, jsonb, int);
create or replace function millrace.pypgflow_rows(
  p_tenant int, p_relation text, p_equal jsonb, p_moved boolean, p_from timestamptz, p_to timestamptz, p_most int) returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off set timezone = 'UTC'
set plan_cache_mode = force_custom_plan as $$
declare
  v_name     text := p_equal ->> 'workflow_name';
  v_table    text := p_equal ->> 'entity_table';
  v_entity   text := p_equal ->> 'entity_id';
  v_state    text := p_equal ->> 'current_state';
  v_instance uuid := coalesce(p_equal ->> 'entity_workflow_instance_id', p_equal ->> 'instance_id');
  v_id       uuid := case when p_relation = 'entity_workflows' then p_equal ->> 'id' end;
  v_from     timestamptz := coalesce(p_from, '-infinity');
  v_to       timestamptz := coalesce(p_to, 'infinity');
begin
  if p_relation = 'workflows' then
    return query select to_jsonb(x) - 'tenant_id' from millrace.workflow_details x
      where x.tenant_id = p_tenant and (p_equal ->> 'name' is null or x.name = p_equal ->> 'name') order by x.name limit p_most;
  elsif p_relation = 'workflow_states' then
    return query select to_jsonb(x) - 'tenant_id' from millrace.machine_state_details x
      where x.tenant_id = p_tenant and (v_name is null or x.workflow_name = v_name) order by x.workflow_name, x.ordinal limit p_most;
  elsif p_relation = 'workflow_transitions' then
    return query select to_jsonb(x) - 'tenant_id' from millrace.machine_transition_details x
      where x.tenant_id = p_tenant and (v_name is null or x.workflow_name = v_name)
      order by x.workflow_name, x.from_state, x.rank limit p_most;
  elsif p_relation = 'entity_workflows' and p_moved then  -- when it was moved last, the index of its trail knows
    return query select to_jsonb(x) - 'tenant_id'
      from millrace.entity_history h join millrace.entity_details x on x.id = h.instance_id and x.seq = h.seq
      where h.tenant_id = p_tenant and h.executed_at between v_from and v_to and x.tenant_id = p_tenant
        and (v_id is null or x.id = v_id) and (v_name is null or x.workflow_name = v_name)
        and (v_table is null or x.entity_table = v_table) and (v_entity is null or x.entity_id = v_entity)
        and (v_state is null or x.current_state = v_state)
      order by h.executed_at desc, h.instance_id desc limit p_most;
  elsif p_relation = 'entity_workflows' then
    return query select to_jsonb(x) - 'tenant_id' from millrace.entity_details x
      where x.tenant_id = p_tenant and (v_id is null or x.id = v_id) and (v_name is null or x.workflow_name = v_name)
        and (v_table is null or x.entity_table = v_table) and (v_entity is null or x.entity_id = v_entity)
        and (v_state is null or x.current_state = v_state)
      order by x.id desc limit p_most;
  elsif p_relation = 'workflow_history' then
    return query select to_jsonb(x) - 'tenant_id' from millrace.entity_trail x
      where x.tenant_id = p_tenant and (v_instance is null or x.instance_id = v_instance)
        and (p_equal ->> 'instance_id' is null or x.instance_id = (p_equal ->> 'instance_id')::uuid)
        and (v_name is null or x.workflow_name = v_name) and (v_table is null or x.entity_table = v_table)
        and (v_entity is null or x.entity_id = v_entity) and x.executed_at between v_from and v_to
      order by x.executed_at desc, x.instance_id desc, x.seq desc limit p_most;
  end if;
end $$;

comment on function millrace.pypgflow_rows(int, text, jsonb, boolean, timestamptz, timestamptz, int) is
  'Rows of a relation of pypgflow, as the schema api serves them.';
revoke execute on function millrace.pypgflow_rows(int, text, jsonb, boolean, timestamptz, timestamptz, int) from public;
