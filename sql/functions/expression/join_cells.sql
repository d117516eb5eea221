-- join_cells: the items of a cell as one text.
--   p_attribute  n: the items themselves; else what is read of each: an index, or a path such as "address.lines.0"
-- Raises: MR030 for what is not there, has no items, or is too long.
create or replace function millrace.join_cells(p_cell jsonb, p_between jsonb, p_attribute jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_keys  jsonb := '[]';
  v_parts text[] := '{}';
  v_size  bigint := 0;
  v_item  jsonb;
  v_key   jsonb;
  v_next  jsonb;
begin
  if p_attribute ->> 0 = 's' then
    v_keys := (select jsonb_agg(case when k ~ '^[0-9]{1,15}$' then to_jsonb(k::numeric) else to_jsonb(k) end order by n)
               from unnest(string_to_array(p_attribute ->> 1, '.')) with ordinality x (k, n));
    v_keys := coalesce(v_keys, '[""]');
  elsif p_attribute ->> 0 <> 'n' then
    v_keys := jsonb_build_array(case p_attribute ->> 0 when 'i' then p_attribute -> 1
      when 'b' then to_jsonb((p_attribute ->> 1)::boolean::int) else 'null' end);
    perform millrace.known_cell(p_attribute);
  end if;
  for v_item in select x.one from jsonb_array_elements(millrace.cell_items(p_cell)) x (one) loop
    for v_key in select k from jsonb_array_elements(v_keys) k loop
      perform millrace.known_cell(v_item);
      v_next := case when jsonb_typeof(v_key) <> 'null' then millrace.cell_item(v_item, v_key) end;
      v_item := coalesce(v_next, millrace.missing_cell(format('%s of the item', v_key), 'the item', v_item));
    end loop;
    v_parts := v_parts || millrace.cell_text(v_item);
    v_size := v_size + octet_length(v_parts[cardinality(v_parts)]);
    if v_size > 1048576 then
      perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
    end if;
  end loop;
  if v_size + octet_length(millrace.cell_text(p_between))::bigint * greatest(cardinality(v_parts) - 1, 0) > 1048576 then
    perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
  end if;
  return array_to_string(v_parts, millrace.cell_text(p_between));
end $$;

comment on function millrace.join_cells(jsonb, jsonb, jsonb) is 'The items of a cell as one text.';
revoke execute on function millrace.join_cells(jsonb, jsonb, jsonb) from public;
