-- find_ordered: the runs that a filter matches (as get_runs takes it, checked), in the order of an attribute, from a place on. Runs
-- without that attribute are none of them; those with the same value are in the order of their start.
-- Where the rest of the filter leaves at most 1,000 runs, these are sorted; else the index is walked in its order. At most 100,000 runs
-- are looked at in one call.
--   p_up   upwards, else downwards    p_key, p_run  the place (order_cursor), not included; null: from the end
-- Returns: runs, at most p_limit, and their keys; from_key and from_run, from which to go on, or null if there are no more.
-- Raises: MR001 for an attribute that is not declared, or a value of another type.
create or replace function millrace.find_ordered(
  p_tenant int, p_filter jsonb, p_name text, p_up boolean, p_key text, p_run bigint, p_limit int,
  out runs bigint[], out keys text[], out from_key text, out from_run bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  v_by     record;
  v_from   record;
  v_ranges jsonb := millrace.attribute_ranges(p_tenant, p_filter);
  v_order  jsonb;
  v_few    bigint[];
  v_window record;
  v_found  bigint[];
  v_size   int := greatest(p_limit, 50);
  v_seen   int := 0;
  v_more   boolean := true;
begin
  select * into v_by from millrace.find_attribute(p_tenant, p_filter, p_name) a;
  v_order := (select jsonb_agg(r) from jsonb_array_elements(v_ranges) r where r ->> 'name' = p_name);
  if v_order is null then  -- all of it: the letters of types are from b to t
    v_order := (select jsonb_agg(jsonb_build_object('attribute', i.id, 'lo', 'a', 'hi', 'z')) from unnest(v_by.ids) i (id));
  end if;
  select * into v_from from millrace.list_source(p_tenant, p_filter, v_ranges) s;
  v_few := millrace.few_runs(p_tenant, v_from.source, v_from.label, v_from.value, v_from.ids, v_ranges, 1000);
  v_few := case when v_few is not null then v_few || v_from.also end;
  v_size := case when v_few is null then v_size else 1001 end;
  runs := '{}';
  keys := '{}';
  from_key := coalesce(p_key, case when p_up then 'a' else 'z' end);
  from_run := coalesce(p_run, 0);
  while v_more and v_seen < 100000 and cardinality(runs) < p_limit loop
    select coalesce(array_agg(w.run_id), '{}') as ids, coalesce(array_agg(w.key), '{}') as keys into v_window
    from millrace.ordered_window(v_order, v_few, from_key, from_run, p_up, v_size) w;
    v_more := cardinality(v_window.ids) = v_size;
    v_seen := v_seen + cardinality(v_window.ids);
    v_size := least(v_size * 3, 500);
    v_found := millrace.match_runs(
      p_tenant, p_filter, v_from.statuses, v_from.routes, v_ranges, v_window.ids, p_limit - cardinality(runs));
    runs := runs || v_found;
    keys := keys || array(select v_window.keys[array_position(v_window.ids, f.id)] from unnest(v_found) with ordinality f (id, i)
                          order by f.i);
    from_key := coalesce(v_window.keys[cardinality(v_window.keys)], from_key);
    from_run := coalesce(v_window.ids[cardinality(v_window.ids)], from_run);
  end loop;
  if cardinality(runs) >= p_limit then
    from_key := keys[p_limit];
    from_run := runs[p_limit];
  elsif not v_more then
    from_key := null;
    from_run := null;
  end if;
end $$;

comment on function millrace.find_ordered(int, jsonb, text, boolean, text, bigint, int) is 'The runs that a filter matches, in the order of an attribute.';
revoke execute on function millrace.find_ordered(int, jsonb, text, boolean, text, bigint, int) from public;
