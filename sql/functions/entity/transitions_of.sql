-- transitions_of: the transitions of the states that instances are in, and whether they are allowed now for who asks. Nothing is locked:
-- what is true now may be another when it is asked for.
--   p_by, p_extra  who asks, and what would be given with it: roles, notes, context, metadata
-- Returns: a row for each transition of each instance of the tenant, in the order in which they are tried; reason, why it is not allowed;
-- not_enforced, the keys of its conditions that are free-form.
create or replace function millrace.transitions_of(p_tenant int, p_ids uuid[], p_by text, p_extra jsonb)
returns table (instance_id uuid, transition_id uuid, transition_name text, to_state_name text, to_state_metadata jsonb,
  transition_context jsonb, transition_conditions jsonb, allowed boolean, reason text, not_enforced text[])
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select e.id, t.id, t.name, t.to_state, s.metadata, t.context, t.conditions, g.why is null, g.why, f.free
  from unnest(p_ids) with ordinality u (id, n)
  join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant
  join millrace.machine_transitions t on t.workflow_id = e.workflow_id and t.from_state = e.state
  join millrace.machine_states s on s.workflow_id = e.workflow_id and s.name = t.to_state
  cross join lateral (select case
    when e.completed_at is not null and not s.final and exists (
      select from millrace.entities o where o.tenant_id = p_tenant and o.machine = e.machine and o.entity_table = e.entity_table
        and o.entity_id = e.entity_id and o.completed_at is null)
      then format('"%s" of "%s" has another live instance of "%s".', e.entity_id, e.entity_table, e.machine)
    when t.guards is not null then millrace.guard_problem(t.guards, millrace.transition_scope(e, t.to_state, t.name, p_by, p_extra),
      e.id) end as why offset 0) g
  cross join lateral (select x.free from millrace.transition_guards(jsonb_build_object('conditions',
    case jsonb_typeof(t.conditions) when 'object' then t.conditions - 'expression' else '{}' end)) x offset 0) f
  order by u.n, t.rank
$$;

comment on function millrace.transitions_of(int, uuid[], text, jsonb) is 'The transitions of the states that instances are in.';
revoke execute on function millrace.transitions_of(int, uuid[], text, jsonb) from public;
