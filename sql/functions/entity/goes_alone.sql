-- goes_alone: whether among transitions that are asked for is one that acts, or that leaves a final state, and is thus done alone.
create or replace function millrace.goes_alone(p_tenant int, p_ids uuid[], p_names text[], p_states text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select count(*) > 0
  from unnest(p_ids, p_names, p_states) u (id, name, target)
  join millrace.entities e on e.id = u.id and e.tenant_id = p_tenant
  join millrace.machine_transitions t on t.workflow_id = e.workflow_id and t.from_state = e.state
  where t.name = coalesce(u.name, t.name) and t.to_state = coalesce(u.target, t.to_state)
    and (t.acts or e.completed_at is not null and not t.ends)
$$;

comment on function millrace.goes_alone(int, uuid[], text[], text[]) is 'Whether one of these transitions has to be done alone.';
revoke execute on function millrace.goes_alone(int, uuid[], text[], text[]) from public;
