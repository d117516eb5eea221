-- calculate: +, -, *, /, // or % of two cells, by Python's rules: integers are exact, / gives a float; texts and lists are joined by + and
-- repeated by *.
-- Raises: MR030 for what has no meaning, is not there, divides by zero, or is too large.
create or replace function millrace.calculate(p_op text, a jsonb, b jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  x numeric; y numeric;
  u float8;  v float8;
  v_result jsonb;
begin
  if a ->> 0 in ('i', 'b') and b ->> 0 in ('i', 'b') then
    x := case a ->> 0 when 'b' then (a ->> 1)::boolean::int else (a ->> 1)::numeric end;
    y := case b ->> 0 when 'b' then (b ->> 1)::boolean::int else (b ->> 1)::numeric end;
    if y = 0 and p_op in ('/', '//', '%') then
      perform millrace.expression_problem('A number is divided by zero.');
    elsif p_op = '/' then
      return jsonb_build_array('f', millrace.divide_integers(x, y)::text);
    end if;
    x := case p_op when '+' then x + y when '-' then x - y when '*' then x * y
                   when '//' then div(x, y) - case when x % y <> 0 and (x < 0) <> (y < 0) then 1 else 0 end
                   else x % y + case when x % y <> 0 and (x < 0) <> (y < 0) then y else 0 end end;
    if abs(x) > 1e1200 and abs(x) >= trunc(2::numeric ^ 4096) then
      perform millrace.expression_problem('An integer has more than 4,096 bits (limit "number"). Use floats.');
    end if;
    return jsonb_build_array('i', x);
  elsif a ->> 0 in ('i', 'b', 'f') and b ->> 0 in ('i', 'b', 'f') then
    if p_op in ('/', '//', '%') and b -> 1 in ('0', '"0"', '"-0"', 'false') then
      perform millrace.expression_problem('A number is divided by zero.');
    end if;
    u := millrace.float_number(a);
    v := millrace.float_number(b);
    return jsonb_build_array('f', case when p_op in ('//', '%') then millrace.divide_floats(p_op, u, v)
                                       else millrace.calculate_floats(p_op, u, v) end::text);
  elsif a ->> 0 = 'u' or b ->> 0 = 'u' then
    perform millrace.known_cell(a), millrace.known_cell(b);
  elsif p_op = '+' and a ->> 0 = 's' and b ->> 0 = 's' then
    v_result := jsonb_build_array('s', (a ->> 1) || (b ->> 1));
  elsif p_op = '+' and a ->> 0 in ('l', 'm') and b ->> 0 in ('l', 'm') then
    v_result := case when a ->> 0 = 'l' and b ->> 0 = 'l' then jsonb_build_array('l', (a -> 1) || (b -> 1))
                     else jsonb_build_array('m', millrace.cell_items(a) || millrace.cell_items(b)) end;
  elsif p_op = '*' then
    v_result := coalesce(millrace.repeat_cell(a, b), millrace.repeat_cell(b, a));
  elsif p_op = '%' and a ->> 0 = 's' then
    perform millrace.expression_problem('A text is formatted by %, which machines do not evaluate. Join with ~.');
  end if;
  if v_result is null then
    perform millrace.expression_problem(format('%s %s %s has no meaning. Convert first: | int, | float, | string.', millrace.kind_name(a),
      p_op, millrace.kind_name(b)));
  elsif v_result ->> 0 = 's' and octet_length(v_result ->> 1) > 1048576 then
    perform millrace.expression_problem('The result has more than 1,048,576 bytes (limit "bytes"). Make less of it.');
  end if;
  return v_result;
end $$;

comment on function millrace.calculate(text, jsonb, jsonb) is '+, -, *, /, // or % of two cells.';
revoke execute on function millrace.calculate(text, jsonb, jsonb) from public;
