-- check_templates: refuses a value of an action if one of its texts has an expression that cannot be read, or reads what is not there.
-- Raises: MR030.
create or replace function millrace.check_templates(p_value jsonb) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_text text;
begin
  if strpos(p_value::text, '{{') > 0 then
    for v_text in
      select v #>> '{}' from jsonb_path_query(p_value, 'strict $.** ? (@.type() == "string")') v where v #>> '{}' like '%{{%'
    loop
      perform millrace.check_names(x.one) from jsonb_array_elements(millrace.parse_template(v_text)) x (one)
      where jsonb_typeof(x.one) = 'object';
    end loop;
  end if;
end $$;

comment on function millrace.check_templates(jsonb) is 'Refuses a value whose texts have expressions that cannot be read.';
revoke execute on function millrace.check_templates(jsonb) from public;
