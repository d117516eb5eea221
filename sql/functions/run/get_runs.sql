-- get_runs: runs as JSON, newest first.
--   options  tenant, workflow_id, version, queue, statuses, resource_id, tags (all of them), parent_id, created_after,
--            created_before, limit (20, at most 101), after (a run's id: older ones follow), before (newer ones precede)
-- At most 100,000 runs are looked at in one call (5,000 where there are 2,000 routes: there each costs more), so a page
-- under a rare filter may be short, or a single row without a run: go on from its last_seen, until that is null.
-- Raises: MR001 for an option it does not know.
-- Example: select run ->> 'id' from millrace.get_runs('{"workflow_id": "order", "statuses": ["failed"]}');
create or replace function millrace.get_runs(options jsonb default '{}') returns table (run json, last_seen uuid)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set join_collapse_limit = 16 set from_collapse_limit = 16 as $$
declare
  v_tenant   int := millrace.check_options('get_runs', options,
    '{"workflow_id": "text", "version": "text", "queue": "text", "statuses": "texts", "resource_id": "text", "tags": "texts",
      "parent_id": "uuid", "created_after": "time", "created_before": "time", "limit": "whole", "after": "uuid", "before": "uuid"}');
  v_statuses text[] := case when jsonb_typeof(options -> 'statuses') = 'array'
                            then array(select jsonb_array_elements_text(options -> 'statuses')) end;
  v_tags     text[] := case when jsonb_typeof(options -> 'tags') = 'array'
                            then array(select jsonb_array_elements_text(options -> 'tags')) else '{}' end;
  v_resource text := options ->> 'resource_id';
  v_limit    int := greatest(least(coalesce((options ->> 'limit')::int, 20), 101), 1);
  v_newer    boolean := options ->> 'before' is not null;
  v_bound    bigint := case when coalesce(options ->> 'before', options ->> 'after') is null then 9223372036854775807
                          else millrace.find_run(v_tenant, coalesce(options ->> 'before', options ->> 'after')::uuid) end;
  v_parent   text := case when options ->> 'parent_id' is not null
                          then millrace.find_run(v_tenant, (options ->> 'parent_id')::uuid)::text end;
  v_routes   int[] := array(
    select r.id from millrace.routes r join millrace.workflows w on w.id = r.workflow_id
    where r.tenant_id = v_tenant and w.name = coalesce(options ->> 'workflow_id', w.name)
      and w.version = coalesce(options ->> 'version', w.version) and r.queue = coalesce(options ->> 'queue', r.queue));
  v_source   text := case when v_resource is not null or v_tags <> '{}' then 'label'
                          when v_statuses in ('{failed}', '{cancelled}') then 'unhappy'
                          when v_statuses <@ '{pending,running,waiting,paused}' then 'live' else 'routes' end;
  v_found    bigint[] := '{}';
  v_window   bigint[];
  v_size     int := greatest(v_limit, 50);  -- a page without a filter needs no more
  v_seen     int := 0;
  v_most     int;
  v_more     boolean := true;
begin
  v_most := case when v_source = 'routes' then 10000000 / greatest(cardinality(v_routes), 100) else 100000 end;
  while v_seen < v_most loop
    v_window := millrace.run_window(v_tenant, v_source, case when v_resource is not null then 'r' else 't' end::"char",
      case v_source when 'unhappy' then case v_statuses[1] when 'failed' then 'f' else 'x' end else coalesce(v_resource, v_tags[1]) end,
      v_routes, v_bound, v_newer, v_size);
    v_more := cardinality(v_window) = v_size;
    v_seen := v_seen + cardinality(v_window);
    v_size := least(v_size * 3, 500, greatest(v_most - v_seen, 1));
    exit when v_window = '{}';
    v_bound := v_window[cardinality(v_window)];
    v_found := v_found || array(
      -- offset 0: each run is looked up by itself, whatever the statistics say; else all runs were read for a page
      select r.id from unnest(v_window) with ordinality u (id, i)
      cross join lateral (select r.* from millrace.runs r where r.id = u.id offset 0) r
      cross join lateral (select d.status, d.meta from millrace.run_details d where d.run_id = u.id offset 0) d
      where r.route_id = any (v_routes) and (v_statuses is null or d.status = any (v_statuses))
        and (v_parent is null or d.meta ->> 'parent' = v_parent)
        and r.created_at >= coalesce((options ->> 'created_after')::timestamptz, '-infinity')
        and r.created_at < coalesce((options ->> 'created_before')::timestamptz, 'infinity')
        and not exists (select from unnest(v_tags) t (tag) where not exists (
          select from millrace.run_labels b where b.tenant_id = v_tenant and b.kind = 't' and b.value = t.tag and b.run_id = r.id))
      order by u.i limit v_limit - cardinality(v_found));
    exit when cardinality(v_found) >= v_limit or not v_more;
  end loop;
  v_bound := case when cardinality(v_found) >= v_limit then v_found[v_limit] when v_more then v_bound end;
  return query
  select j.run, millrace.run_uuid(v_bound)
  from millrace.run_json(v_tenant, array(select x from unnest(v_found) x order by x desc)) j;
  if not found and v_more then
    return query select null::json, millrace.run_uuid(v_bound);
  end if;
end $$;

comment on function millrace.get_runs(jsonb) is 'Runs as JSON, newest first, with filters and a cursor.';
revoke execute on function millrace.get_runs(jsonb) from public;
