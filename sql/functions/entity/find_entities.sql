-- find_entities: the instances that a filter matches (machine, version, entity_table, entity_id, state, status, updated_after; late: only
-- live ones beyond the sla of their state), on one side of a bound: from there downwards, newest first, or upwards, oldest first.
-- At most 20,000 are looked at in one call. Ids come from the narrowest index: that of entities, else those that were moved since
-- updated_after where these are few, else the states of the machines that the filter allows.
-- Returns: ids, at most p_limit; bound, from which to go on, or null if there are no more.
create or replace function millrace.find_entities(
  p_tenant int, p_filter jsonb, p_bound uuid, p_newer boolean, p_limit int, out ids uuid[], out bound uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_now      timestamptz := millrace.clock();
  v_entity   text := p_filter ->> 'entity_id';
  v_versions int[];
  v_tables   text[];
  v_given    uuid[];
  v_pairs    record;
  v_window   uuid[];
  v_size     int := greatest(p_limit, 50);
  v_seen     int := 0;
begin
  ids := '{}';
  bound := coalesce(p_bound, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  if p_filter ->> 'version' is not null then
    v_versions := array(select w.id from millrace.workflows w where w.tenant_id = p_tenant and w.version = p_filter ->> 'version'
                          and w.name = coalesce(p_filter ->> 'machine', w.name));
  end if;
  if v_entity is not null then
    v_tables := case when p_filter ->> 'entity_table' is null then millrace.entity_tables(p_tenant)
                     else array[p_filter ->> 'entity_table'] end;
  elsif p_filter ->> 'updated_after' is not null then
    v_given := millrace.changed_entities(p_tenant, (p_filter ->> 'updated_after')::timestamptz);
    v_given := case when v_given is null then null
                    when p_newer then array(select g from unnest(v_given) g where g > bound order by g)
                    else array(select g from unnest(v_given) g where g < bound order by g desc) end;
  end if;
  select array_agg(x.machine) as machines, array_agg(x.state) as states into v_pairs from (
    select distinct w.name as machine, s.name as state
    from millrace.workflows w join millrace.machine_states s on s.workflow_id = w.id
    where w.tenant_id = p_tenant and v_entity is null and w.name = coalesce(p_filter ->> 'machine', w.name)
      and s.name = coalesce(p_filter ->> 'state', s.name) and (v_versions is null or w.id = any (v_versions))
      and s.final = coalesce(p_filter ->> 'status' = 'completed', s.final) and (p_filter -> 'late' is null or s.sla_ms is not null)) x;
  loop
    v_window := case when v_given is not null then v_given[v_seen + 1 : v_seen + v_size]
      else millrace.entity_window(p_tenant, v_tables, v_entity, v_pairs.machines, v_pairs.states, bound, p_newer, v_size) end;
    exit when v_window = '{}';
    v_seen := v_seen + cardinality(v_window);
    bound := v_window[cardinality(v_window)];
    ids := ids || millrace.match_entities(p_tenant, p_filter, v_versions, v_window, v_now, p_limit - cardinality(ids));
    exit when cardinality(ids) >= p_limit or cardinality(v_window) < v_size or v_seen >= 20000;
    v_size := least(v_size * 3, 1000);
  end loop;
  bound := case when cardinality(ids) >= p_limit then ids[p_limit] when v_seen >= 20000 then bound end;
end $$;

comment on function millrace.find_entities(int, jsonb, uuid, boolean, int) is 'The instances that a filter matches, on one side of a bound.';
revoke execute on function millrace.find_entities(int, jsonb, uuid, boolean, int) from public;
