-- migration_count: how many live instances of a version of a machine are in each of its states, and where a migration would take them.
--   p_plan  {state: target or null}
-- Returns: {states: [{from, to, count}], migrated: 0, cursor: null, remaining: all of them}.
create or replace function millrace.migration_count(p_tenant int, p_machine text, p_old int, p_plan jsonb) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select jsonb_build_object('states', coalesce(jsonb_agg(jsonb_build_object('from', x.name, 'to', p_plan ->> x.name, 'count', x.count)
      order by x.ordinal), '[]'), 'migrated', 0, 'cursor', null, 'remaining', coalesce(sum(x.count), 0))
  from (select s.name, s.ordinal, (
          select count(*) from millrace.entities e where e.tenant_id = p_tenant and e.machine = p_machine and e.state = s.name
            and e.workflow_id = p_old and e.completed_at is null) as count
        from millrace.machine_states s where s.workflow_id = p_old and not s.final) x
$$;

comment on function millrace.migration_count(int, text, int, jsonb) is 'How many instances a migration would move, and where to.';
revoke execute on function millrace.migration_count(int, text, int, jsonb) from public;
