-- cell_text: a cell as Jinja prints it: texts as they are, the others as Python writes them.
--   p_level  0: the outermost; within others texts are in quotes
-- Raises: MR030 for what is not there, is nested more than 64 levels deep, or is too long.
create or replace function millrace.cell_text(p_cell jsonb, p_level int default 0) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_kind text := p_cell ->> 0;
  v_text text;
  v_one  record;
begin
  if v_kind = 's' then
    return case p_level when 0 then p_cell ->> 1 else millrace.quote_text(p_cell ->> 1) end;
  elsif v_kind = 'i' then
    return p_cell ->> 1;
  elsif v_kind = 'n' then
    return 'None';
  elsif v_kind = 'b' then
    return case p_cell -> 1 when 'true' then 'True' else 'False' end;
  elsif v_kind = 'f' then
    return millrace.float_text((p_cell ->> 1)::float8);
  elsif v_kind = 'u' then
    perform millrace.known_cell(p_cell);
  elsif p_level >= 64 then
    perform millrace.expression_problem('The value is nested more than 64 levels deep (limit "depth"). Make it flatter.');
  end if;
  if v_kind = 'd' then
    v_text := '{' || coalesce((
      select string_agg(millrace.quote_text(x.key) || ': ' || millrace.cell_text(millrace.lift_value(x.value), p_level + 1), ', '
                        order by x.n)
      from jsonb_each(p_cell -> 1) with ordinality x (key, value, n)), '') || '}';
  else
    v_text := '[' || coalesce((select string_agg(millrace.cell_text(x.one, p_level + 1), ', ' order by x.n)
                               from jsonb_array_elements(millrace.cell_items(p_cell)) with ordinality x (one, n)), '') || ']';
  end if;
  if octet_length(v_text) > 1048576 then
    perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
  end if;
  return v_text;
end $$;

comment on function millrace.cell_text(jsonb, int) is 'A cell as Jinja prints it.';
revoke execute on function millrace.cell_text(jsonb, int) from public;
