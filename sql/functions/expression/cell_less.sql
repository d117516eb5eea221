-- cell_less: whether a cell is less than another: numbers, texts by their characters, lists by their first item that differs.
-- Raises: MR030 for what has no order, or is not there, or is nested too deep.
create or replace function millrace.cell_less(a jsonb, b jsonb, p_level int default 0) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_a text := a ->> 0;
  v_b text := b ->> 0;
  v_one jsonb;
  v_other jsonb;
  v_n  int := 0;
begin
  if v_a in ('i', 'f', 'b') and v_b in ('i', 'f', 'b') then
    return coalesce(millrace.compare_numbers(a, b) < 0, false);
  elsif v_a = 's' and v_b = 's' then
    return (a ->> 1) collate "C" < (b ->> 1) collate "C";
  elsif v_a not in ('l', 'm') or v_b not in ('l', 'm') then
    perform millrace.known_cell(a), millrace.known_cell(b);
    perform millrace.expression_problem(format('%s and %s have no order. Compare like with like.', millrace.kind_name(a),
      millrace.kind_name(b)));
  elsif p_level > 64 then
    perform millrace.expression_problem('The value is nested more than 64 levels deep (limit "depth"). Make it flatter.');
  end if;
  for v_one in select x.one from jsonb_array_elements(a -> 1) x (one) loop
    exit when v_n >= jsonb_array_length(b -> 1);
    v_one := case v_a when 'l' then millrace.lift_value(v_one) else v_one end;
    v_other := millrace.cell_item(b, to_jsonb(v_n));
    if not millrace.cells_equal(v_one, v_other, p_level + 1) then
      return millrace.cell_less(v_one, v_other, p_level + 1);
    end if;
    v_n := v_n + 1;
  end loop;
  return jsonb_array_length(a -> 1) < jsonb_array_length(b -> 1);
end $$;

comment on function millrace.cell_less(jsonb, jsonb, int) is 'Whether a cell is less than another.';
revoke execute on function millrace.cell_less(jsonb, jsonb, int) from public;
