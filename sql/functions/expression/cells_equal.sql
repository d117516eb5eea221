-- cells_equal: whether two cells are equal: true is 1, and 1 is 1.0; lists and mappings by what they hold.
-- Raises: MR030 for what is not there, and for values that are nested more than 64 levels deep.
create or replace function millrace.cells_equal(a jsonb, b jsonb, p_level int default 0) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_a text := a ->> 0;
  v_b text := b ->> 0;
  v_one jsonb;
  v_n  int := 0;
begin
  if v_a = 'u' or v_b = 'u' then
    perform millrace.known_cell(a), millrace.known_cell(b);
  elsif v_a in ('i', 'f', 'b') and v_b in ('i', 'f', 'b') then
    return coalesce(millrace.compare_numbers(a, b) = 0, false);
  elsif v_a = 's' and v_b = 's' or v_a = 'n' and v_b = 'n' then
    return a = b;
  elsif not (v_a = 'd' and v_b = 'd' or v_a in ('l', 'm') and v_b in ('l', 'm')) then
    return false;
  elsif p_level > 64 then
    perform millrace.expression_problem('The value is nested more than 64 levels deep (limit "depth"). Make it flatter.');
  elsif v_a = v_b and a = b and v_a <> 'm' then
    return true;
  elsif v_a = 'd' then
    if (select count(*) from jsonb_object_keys(a -> 1)) <> (select count(*) from jsonb_object_keys(b -> 1)) then
      return false;
    end if;
    for v_a, v_one in select x.key, x.value from jsonb_each(a -> 1) x loop
      if not (b -> 1) ? v_a then
        return false;
      elsif not millrace.cells_equal(millrace.lift_value(v_one), millrace.lift_value((b -> 1) -> v_a), p_level + 1) then
        return false;
      end if;
    end loop;
    return true;
  end if;
  if jsonb_array_length(a -> 1) <> jsonb_array_length(b -> 1) then
    return false;
  end if;
  for v_one in select x.one from jsonb_array_elements(a -> 1) x (one) loop
    if not millrace.cells_equal(case v_a when 'l' then millrace.lift_value(v_one) else v_one end, millrace.cell_item(b, to_jsonb(v_n)),
                                p_level + 1) then
      return false;
    end if;
    v_n := v_n + 1;
  end loop;
  return true;
end $$;

comment on function millrace.cells_equal(jsonb, jsonb, int) is 'Whether two cells are equal.';
revoke execute on function millrace.cells_equal(jsonb, jsonb, int) from public;
