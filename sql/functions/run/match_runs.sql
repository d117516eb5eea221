-- match_runs: of some runs those that a filter matches (as get_runs takes it, checked), in their order, at most so many.
--   p_statuses, p_routes  what the filter says of these (null: any status)    p_ranges  attribute_ranges
create or replace function millrace.match_runs(
  p_tenant int, p_filter jsonb, p_statuses text[], p_routes int[], p_ranges jsonb, p_runs bigint[], p_most int) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off
set join_collapse_limit = 16 set from_collapse_limit = 16 as $$
declare
  v_tags     text[] := case when jsonb_typeof(p_filter -> 'tags') = 'array'
                            then array(select jsonb_array_elements_text(p_filter -> 'tags')) else '{}' end;
  v_resource text := p_filter ->> 'resource_id';
  v_print    text := p_filter ->> 'fingerprint';
  v_parent   bigint := case when p_filter ->> 'parent_id' is not null
                            then coalesce(millrace.known_run(p_tenant, (p_filter ->> 'parent_id')::uuid), -1) end;
  v_ended    timestamptz := (p_filter ->> 'ended_before')::timestamptz;
  v_names    int := (select count(distinct c.name) from jsonb_to_recordset(p_ranges) c (name text));
begin
  return array(
    -- offset 0: each run is looked up by itself, whatever the statistics say; else all runs were read for a page
    select r.id
    from (select n.id, n.i from unnest(p_runs) with ordinality n (id, i)
          cross join lateral (
            select count(distinct c.name) as held from jsonb_to_recordset(p_ranges) c (name text, attribute int, lo text, hi text)
            cross join lateral (select a.key from millrace.run_attributes a where a.run_id = n.id and a.attribute = c.attribute offset 0) k
            where k.key >= c.lo and k.key < c.hi offset 0) q
          where q.held = v_names order by n.i offset 0) u
    cross join lateral (select r.* from millrace.runs r where r.id = u.id offset 0) r
    cross join lateral (select d.status, d.meta, d.failure, d.completed_at from millrace.run_details d where d.run_id = u.id offset 0) d
    where r.tenant_id = p_tenant and r.route_id = any (p_routes)
      and (p_statuses is null or d.status = any (p_statuses))
      and (v_parent is null or d.meta ->> 'parent' = v_parent::text)
      and (v_print is null or d.failure::json ->> 'fingerprint' = v_print)
      and (v_resource is null or d.meta ->> 'resource' = v_resource)
      and (p_filter ->> 'schedule_id' is null or d.meta ->> 'schedule' = p_filter ->> 'schedule_id')
      and (v_ended is null or d.completed_at < v_ended)
      and r.created_at >= coalesce((p_filter ->> 'created_after')::timestamptz, '-infinity')
      and r.created_at < coalesce((p_filter ->> 'created_before')::timestamptz, 'infinity')
      and r.created_at <= coalesce((p_filter ->> 'until')::timestamptz, 'infinity')  -- of a bulk operation: when it began
      and not exists (select from unnest(v_tags) t (tag) where not exists (
        select from millrace.run_labels b where b.tenant_id = p_tenant and b.kind = 't' and b.value = t.tag and b.run_id = r.id))
    order by u.i limit p_most);
end $$;

comment on function millrace.match_runs(int, jsonb, text[], int[], jsonb, bigint[], int) is 'Of some runs those that a filter matches.';
revoke execute on function millrace.match_runs(int, jsonb, text[], int[], jsonb, bigint[], int) from public;
