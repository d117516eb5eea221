-- fill_attributes: the attributes of a start: what is at the paths of its workflow's attributes in the input, and what the caller gave,
-- which wins. What is not there, or null, is no value. Whether values are of their types attribute_rows says.
create or replace function millrace.fill_attributes(p_rules jsonb, p_given jsonb, p_input jsonb) returns jsonb
language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(x.name, x.value) filter (where jsonb_typeof(x.value) <> 'null'), '{}') || coalesce(p_given, '{}')
  from (select r.name, p_input #> string_to_array(r.rule ->> 'path', '.') as value from jsonb_each(p_rules) r (name, rule)
        where r.rule ? 'path') x
$$;

comment on function millrace.fill_attributes(jsonb, jsonb, jsonb) is 'The attributes of a start: from its input, and as given.';
revoke execute on function millrace.fill_attributes(jsonb, jsonb, jsonb) from public;
