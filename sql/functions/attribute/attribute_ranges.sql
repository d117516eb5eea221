-- attribute_ranges: the conditions of a filter by attributes, as ranges of keys: [{name, attribute, lo, hi, point}], for each name those of
-- which one must hold; point: of one key only. Null for a filter without any.
-- Raises: MR001 for an attribute that is not declared, or a value of another type.
create or replace function millrace.attribute_ranges(p_tenant int, p_filter jsonb) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select jsonb_agg(jsonb_build_object('name', c.name, 'attribute', i.id, 'lo', b.lo, 'hi', b.hi, 'point', b.hi = b.lo || chr(1)))
  from jsonb_each(case jsonb_typeof(p_filter -> 'attributes') when 'object' then p_filter -> 'attributes' end) c (name, condition)
  cross join lateral millrace.find_attribute(p_tenant, p_filter, c.name) a
  cross join lateral millrace.attribute_bounds(c.name, a.type, c.condition) b
  cross join lateral unnest(a.ids) i (id)
$$;

comment on function millrace.attribute_ranges(int, jsonb) is 'The conditions of a filter by attributes, as ranges of keys.';
revoke execute on function millrace.attribute_ranges(int, jsonb) from public;
