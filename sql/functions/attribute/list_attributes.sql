-- list_attributes: declared attributes, {name: {type}}, as an error names them.
create or replace function millrace.list_attributes(p_rules jsonb) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select coalesce(string_agg(format('%s (%s)', r.name, millrace.type_words(millrace.attribute_type(r.rule))), ', ' order by r.name), 'none')
  from jsonb_each(p_rules) r (name, rule)
$$;

comment on function millrace.list_attributes(jsonb) is 'Declared attributes, as an error names them.';
revoke execute on function millrace.list_attributes(jsonb) from public;
