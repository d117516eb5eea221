-- cell_items: the items of a list, the characters of a text, the keys of a mapping, as a JSON array of cells.
-- Raises: MR030 for what has none.
create or replace function millrace.cell_items(p_cell jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  case p_cell ->> 0
    when 'm' then return p_cell -> 1;
    when 'l' then return coalesce((select jsonb_agg(millrace.lift_value(x.one) order by x.n)
                                   from jsonb_array_elements(p_cell -> 1) with ordinality x (one, n)), '[]');
    when 'd' then return coalesce((select jsonb_agg(jsonb_build_array('s', x.key) order by x.n)
                                   from jsonb_object_keys(p_cell -> 1) with ordinality x (key, n)), '[]');
    when 's' then return coalesce((select jsonb_agg(jsonb_build_array('s', x.one) order by x.n)
                                   from regexp_split_to_table(p_cell ->> 1, '') with ordinality x (one, n) where p_cell ->> 1 <> ''), '[]');
    else
      perform millrace.known_cell(p_cell);
      perform millrace.expression_problem(format('%s has no items to go through. Give a list, a text or a mapping.',
                                                 millrace.kind_name(p_cell)));
  end case;
  return null;
end $$;

comment on function millrace.cell_items(jsonb) is 'The items of a list, the characters of a text, the keys of a mapping.';
revoke execute on function millrace.cell_items(jsonb) from public;
