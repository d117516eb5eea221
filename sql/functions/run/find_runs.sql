-- find_runs: the runs that a filter matches (as get_runs takes it, checked), on one side of a bound: from there downwards, newest
-- first, or upwards, oldest first.
-- At most 100,000 runs are looked at in one call (5,000 where there are 2,000 routes: there each costs more). Where a condition on an
-- attribute has not filled the page after 1,000 of all runs, those that it leaves are looked at instead.
-- Returns: runs, at most p_limit; bound, from which to go on, or null if there are no more.
-- A run that the filter names and that there is not matches nothing.
-- Raises: MR001 for an attribute that is not declared, or a value of another type.
create or replace function millrace.find_runs(
  p_tenant int, p_filter jsonb, p_bound bigint, p_newer boolean, p_limit int, out runs bigint[], out bound bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_from   record;
  v_by     record;
  v_ranges jsonb := millrace.attribute_ranges(p_tenant, p_filter);
  v_points jsonb;
  v_window bigint[];
  v_size   int := greatest(p_limit, 50);  -- a page without a filter needs no more
  v_seen   int := 0;
  v_at     int := 0;         -- how far in the ids
  v_tried  boolean;          -- a range may be worth a look
  v_most   int;
  v_more   boolean := true;
begin
  select * into v_from from millrace.list_source(p_tenant, p_filter, v_ranges) s;
  if v_ranges is not null and v_from.source <> 'ids' then
    select * into v_by from millrace.attribute_source(v_ranges, v_from.source) a;
    v_points := v_by.points;
    v_from.ids := v_by.runs;
    v_from.source := case when v_by.runs is not null then 'ids' when v_points is not null then 'attribute' else v_from.source end;
  end if;
  runs := '{}';
  bound := p_bound;
  v_from.ids := millrace.ids_beyond(v_from.ids, bound, p_newer);
  v_tried := v_ranges is null or v_from.source <> 'routes';
  v_most := case when v_from.source = 'routes' then 10000000 / greatest(cardinality(v_from.routes), 100) else 100000 end;
  while v_seen < v_most loop
    if not v_tried and v_seen >= 1000 then
      v_tried := true;
      v_from.ids := millrace.ids_beyond(millrace.range_runs(v_ranges), bound, p_newer);
      v_from.source := case when v_from.ids is not null then 'ids' else v_from.source end;
    end if;
    v_window := case v_from.source
      when 'ids' then v_from.ids[v_at + 1 : v_at + v_size]
      when 'attribute' then millrace.attribute_window(v_points, bound, p_newer, v_size)
      else millrace.run_window(p_tenant, v_from.source, v_from.label, v_from.value, v_from.routes, bound, p_newer, v_size) end;
    if v_from.also <> '{}' then
      v_window := (millrace.ids_beyond(v_window || v_from.also, bound, p_newer))[1 : v_size];
    end if;
    v_more := cardinality(v_window) = v_size;
    v_seen := v_seen + cardinality(v_window);
    v_at := v_at + case v_from.source when 'ids' then cardinality(v_window) else 0 end;
    v_size := least(v_size * 3, 500, greatest(v_most - v_seen, 1));
    exit when v_window = '{}';
    bound := v_window[cardinality(v_window)];
    runs := runs || millrace.match_runs(
      p_tenant, p_filter, v_from.statuses, v_from.routes, v_ranges, v_window, p_limit - cardinality(runs));
    exit when cardinality(runs) >= p_limit or not v_more;
  end loop;
  bound := case when cardinality(runs) >= p_limit then runs[p_limit] when v_more then bound end;
end $$;

comment on function millrace.find_runs(int, jsonb, bigint, boolean, int) is 'The runs that a filter matches, on one side of a bound.';
revoke execute on function millrace.find_runs(int, jsonb, bigint, boolean, int) from public;
