-- attribute_type: the letter of the type that a rule of an attribute names; v (as it comes) where it names none.
create or replace function millrace.attribute_type(p_rule jsonb) returns "char"
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case p_rule ->> 'type' when 'text' then 't' when 'number' then 'n' when 'boolean' then 'b' when 'instant' then 'i'
         else 'v' end::"char"
$$;

comment on function millrace.attribute_type(jsonb) is 'The letter of the type of an attribute.';
revoke execute on function millrace.attribute_type(jsonb) from public;
