-- match_entities: those of a window of instances that a filter matches, in its order, at most p_limit.
--   p_filter  as find_entities has it    p_versions  workflows of the version; null: any
create or replace function millrace.match_entities(
  p_tenant int, p_filter jsonb, p_versions int[], p_window uuid[], p_now timestamptz, p_limit int) returns uuid[]
language sql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
  select array(
    select e.id
    from unnest(p_window) with ordinality u (id, n)
    -- by their ids, whatever else might seem narrow
    cross join lateral (select x.* from millrace.entities x where x.id = u.id offset 0) e
    where e.tenant_id = p_tenant
      and (p_versions is null or e.workflow_id = any (p_versions))
      and e.machine = coalesce(p_filter ->> 'machine', e.machine)
      and e.entity_table = coalesce(p_filter ->> 'entity_table', e.entity_table)
      and e.entity_id = coalesce(p_filter ->> 'entity_id', e.entity_id)
      and e.state = coalesce(p_filter ->> 'state', e.state)
      and case p_filter ->> 'status' when 'live' then e.completed_at is null when 'completed' then e.completed_at is not null else true end
      and e.updated_at >= coalesce((p_filter ->> 'updated_after')::timestamptz, e.updated_at)
      and (p_filter -> 'late' is null or e.completed_at is null and e.entered_at < p_now - interval '1 ms' * (
        select s.sla_ms from millrace.machine_states s where s.workflow_id = e.workflow_id and s.name = e.state))
    order by u.n limit p_limit)
$$;

comment on function millrace.match_entities(int, jsonb, int[], uuid[], timestamptz, int) is 'Those of a window of instances that a filter matches.';
revoke execute on function millrace.match_entities(int, jsonb, int[], uuid[], timestamptz, int) from public;
