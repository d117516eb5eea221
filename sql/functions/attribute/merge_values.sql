-- merge_values: values by name, and later ones over them; what is null then is no value.
create or replace function millrace.merge_values(p_first jsonb, p_later jsonb) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(v.name, v.value) filter (where jsonb_typeof(v.value) <> 'null'), '{}')
  from jsonb_each(coalesce(p_first, '{}') || coalesce(p_later, '{}')) v (name, value)
$$;

comment on function millrace.merge_values(jsonb, jsonb) is 'Values by name, and later ones over them.';
revoke execute on function millrace.merge_values(jsonb, jsonb) from public;
