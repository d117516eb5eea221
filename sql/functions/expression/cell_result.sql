-- cell_result: a cell as JSON.
-- Raises: MR030 if it is not there, is a number that JSON cannot hold, or is too large.
create or replace function millrace.cell_result(p_cell jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_number numeric;
begin
  case p_cell ->> 0
    when 'n' then return 'null';
    when 'i' then
      v_number := (p_cell ->> 1)::numeric;
      if abs(v_number) > 9007199254740991 and (abs(v_number) >= 1e21 or v_number::float8::text::numeric <> v_number) then
        perform millrace.expression_problem(format(
          'The integer %s has more digits than a number of JSON keeps. Give it as a text: | string.', left(p_cell ->> 1, 40)));
      end if;
      return p_cell -> 1;
    when 'f' then
      if p_cell ->> 1 in ('NaN', 'Infinity', '-Infinity') then
        perform millrace.expression_problem(format('%s is no number of JSON. Give it as a text: | string.',
                                                   millrace.float_text((p_cell ->> 1)::float8)));
      end if;
      return to_jsonb((p_cell ->> 1)::numeric);
    when 'u' then perform millrace.known_cell(p_cell);
    when 'm' then
      return coalesce((select jsonb_agg(millrace.cell_result(x.one) order by x.n)
                       from jsonb_array_elements(p_cell -> 1) with ordinality x (one, n)), '[]');
    else return p_cell -> 1;
  end case;
  return null;
end $$;

comment on function millrace.cell_result(jsonb) is 'A cell as JSON.';
revoke execute on function millrace.cell_result(jsonb) from public;
