-- fill_value: a part of what fill_template fills.
--   p_fuel  units of work that are left
-- Returns: it, and the fuel that is left behind it. Raises: MR030.
create or replace function millrace.fill_value(p_value jsonb, p_scope jsonb, p_fuel int, out value jsonb, out fuel int)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_keys  text[] := '{}';
  v_items jsonb[] := '{}';
  v_parts jsonb;
  v_text  text := '';
  v_item  jsonb;
  v_key   text;
begin
  fuel := p_fuel;
  value := p_value;
  if strpos(p_value::text, '{{') = 0 then
    return;
  elsif jsonb_typeof(p_value) = 'object' then
    for v_key, v_item in select x.key, x.value from jsonb_each(p_value) x loop
      select f.value, f.fuel into v_item, fuel from millrace.fill_value(v_item, p_scope, fuel) f;
      v_keys := v_keys || v_key;
      v_items := v_items || v_item;
    end loop;
    value := (select jsonb_object_agg(u.key, u.item) from unnest(v_keys, v_items) u (key, item));
    return;
  elsif jsonb_typeof(p_value) = 'array' then
    for v_item in select x.one from jsonb_array_elements(p_value) with ordinality x (one, n) order by x.n loop
      select f.value, f.fuel into v_item, fuel from millrace.fill_value(v_item, p_scope, fuel) f;
      v_items := v_items || v_item;
    end loop;
    value := to_jsonb(v_items);
    return;
  end if;
  v_parts := millrace.parse_template(p_value #>> '{}');
  for v_item in select x.one from jsonb_array_elements(v_parts) with ordinality x (one, n) order by x.n loop
    if jsonb_typeof(v_item) = 'string' then
      v_text := v_text || (v_item #>> '{}');
      continue;
    end if;
    select r.cell, r.fuel into v_item, fuel from millrace.run_expression(v_item, p_scope, fuel) r;
    if jsonb_array_length(v_parts) = 1 then
      value := millrace.cell_result(v_item);
      exit when octet_length(value::text) <= 1048576;
    else
      v_text := v_text || millrace.cell_text(v_item);
    end if;
    if octet_length(v_text) > 1048576 or jsonb_array_length(v_parts) = 1 then
      perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
    end if;
  end loop;
  if jsonb_array_length(v_parts) <> 1 or jsonb_typeof(v_parts -> 0) = 'string' then
    value := to_jsonb(v_text);
  end if;
end $$;

comment on function millrace.fill_value(jsonb, jsonb, int) is 'A part of what fill_template fills.';
revoke execute on function millrace.fill_value(jsonb, jsonb, int) from public;
