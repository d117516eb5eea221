-- find_runs: the runs that a filter matches (as get_runs takes it, checked), on one side of a bound: from there downwards, newest
-- first, or upwards, oldest first.
-- At most 100,000 runs are looked at in one call (5,000 where there are 2,000 routes: there each costs more).
-- Returns: runs, at most p_limit; bound, from which to go on, or null if there are no more.
-- A run that the filter names and that there is not matches nothing.
create or replace function millrace.find_runs(
  p_tenant int, p_filter jsonb, p_bound bigint, p_newer boolean, p_limit int, out runs bigint[], out bound bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set join_collapse_limit = 16 set from_collapse_limit = 16 as $$
declare
  v_print    text := p_filter ->> 'fingerprint';
  v_statuses text[] := case when jsonb_typeof(p_filter -> 'statuses') = 'array'
                            then array(select jsonb_array_elements_text(p_filter -> 'statuses'))
                            when v_print is not null then '{failed}' end;
  v_tags     text[] := case when jsonb_typeof(p_filter -> 'tags') = 'array'
                            then array(select jsonb_array_elements_text(p_filter -> 'tags')) else '{}' end;
  v_ids      bigint[] := case when jsonb_typeof(p_filter -> 'run_ids') = 'array'
                              then array(select millrace.known_run(p_tenant, i::uuid)
                                         from jsonb_array_elements_text(p_filter -> 'run_ids') i) end;
  v_resource text := p_filter ->> 'resource_id';
  v_schedule text := p_filter ->> 'schedule_id';
  v_parent   bigint := case when p_filter ->> 'parent_id' is not null
                            then coalesce(millrace.known_run(p_tenant, (p_filter ->> 'parent_id')::uuid), -1) end;
  v_routes   int[] := array(
    select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
    where r.tenant_id = p_tenant and w.name = coalesce(p_filter ->> 'workflow_id', w.name)
      and w.version = coalesce(p_filter ->> 'version', w.version) and r.queue = coalesce(p_filter ->> 'queue', r.queue));
  v_source   text := case when v_ids is not null then 'ids'
                          when v_resource is not null or v_schedule is not null or v_tags <> '{}' then 'label'
                          when v_statuses in ('{failed}', '{cancelled}') then 'unhappy'
                          when v_statuses <@ '{pending,running,waiting,paused}' then 'live' else 'routes' end;
  v_ended    timestamptz := (p_filter ->> 'ended_before')::timestamptz;
  v_window   bigint[];
  v_size     int := greatest(p_limit, 50);  -- a page without a filter needs no more
  v_seen     int := 0;
  v_most     int;
  v_more     boolean := true;
begin
  if v_parent is not null and v_ids is null then  -- its journal names its children
    v_ids := array(select (c.data::json ->> 'run')::bigint from millrace.get_journal(v_parent) c where c.kind = 'c');
    v_source := 'ids';
  end if;
  runs := '{}';
  bound := p_bound;
  v_most := case when v_source = 'routes' then 10000000 / greatest(cardinality(v_routes), 100) else 100000 end;
  while v_seen < v_most loop
    v_window := case when v_source <> 'ids' then millrace.run_window(
        p_tenant, v_source, case when v_resource is not null then 'r' when v_schedule is not null then 's' else 't' end::"char",
        case when v_source <> 'unhappy' then coalesce(v_resource, v_schedule, v_tags[1])
             when v_statuses[1] = 'failed' then 'f' else 'x' end,
        v_routes, bound, p_newer, v_size)
      when p_newer then array(select x from unnest(v_ids) x where x > bound group by x order by x limit v_size)
      else array(select x from unnest(v_ids) x where x < bound group by x order by x desc limit v_size) end;
    v_more := cardinality(v_window) = v_size;
    v_seen := v_seen + cardinality(v_window);
    v_size := least(v_size * 3, 500, greatest(v_most - v_seen, 1));
    exit when v_window = '{}';
    bound := v_window[cardinality(v_window)];
    runs := runs || array(
      -- offset 0: each run is looked up by itself, whatever the statistics say; else all runs were read for a page
      select r.id from unnest(v_window) with ordinality u (id, i)
      cross join lateral (select r.* from millrace.runs r where r.id = u.id offset 0) r
      cross join lateral (select d.status, d.meta, d.failure, d.completed_at from millrace.run_details d where d.run_id = u.id offset 0) d
      where r.route_id = any (v_routes) and (v_statuses is null or d.status = any (v_statuses))
        and (v_parent is null or d.meta ->> 'parent' = v_parent::text)
        and (v_print is null or d.failure::json ->> 'fingerprint' = v_print)
        and (v_resource is null or d.meta ->> 'resource' = v_resource)
        and (v_schedule is null or d.meta ->> 'schedule' = v_schedule)
        and (v_ended is null or d.completed_at < v_ended)
        and r.created_at >= coalesce((p_filter ->> 'created_after')::timestamptz, '-infinity')
        and r.created_at < coalesce((p_filter ->> 'created_before')::timestamptz, 'infinity')
        and r.created_at <= coalesce((p_filter ->> 'until')::timestamptz, 'infinity')  -- of a bulk operation: when it began
        and not exists (select from unnest(v_tags) t (tag) where not exists (
          select from millrace.run_labels b where b.tenant_id = p_tenant and b.kind = 't' and b.value = t.tag and b.run_id = r.id))
      order by u.i limit p_limit - cardinality(runs));
    exit when cardinality(runs) >= p_limit or not v_more;
  end loop;
  bound := case when cardinality(runs) >= p_limit then runs[p_limit] when v_more then bound end;
end $$;

comment on function millrace.find_runs(int, jsonb, bigint, boolean, int) is 'The runs that a filter matches, on one side of a bound.';
revoke execute on function millrace.find_runs(int, jsonb, bigint, boolean, int) from public;
