-- type_words: what people call the type of an attribute with this letter.
create or replace function millrace.type_words(p_type "char") returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case p_type when 't' then 'text' when 'n' then 'number' when 'b' then 'boolean' when 'i' then 'instant'
         else 'text, number or boolean' end
$$;

comment on function millrace.type_words("char") is 'What people call the type of an attribute.';
revoke execute on function millrace.type_words("char") from public;
