-- round_cell: a number to so many digits after the point: halves to even (common), up (ceil) or down (floor).
-- Raises: MR030 for what cannot be rounded, or not so.
create or replace function millrace.round_cell(p_cell jsonb, p_digits jsonb, p_method jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_digits numeric := case p_digits ->> 0 when 'i' then (p_digits ->> 1)::numeric when 'b' then (p_digits ->> 1)::boolean::int end;
  v_unit   numeric;
  v_exact  numeric;
  v_scaled jsonb;
  v_float  float8;
begin
  perform millrace.known_cell(p_cell);
  if p_method ->> 0 <> 's' or p_method ->> 1 not in ('common', 'ceil', 'floor') then
    perform millrace.expression_problem('The method of round must be "common", "ceil" or "floor".');
  elsif p_cell ->> 0 not in ('i', 'f', 'b') then
    perform millrace.expression_problem(format('%s cannot be rounded.', millrace.kind_name(p_cell)));
  elsif v_digits is null and (p_digits ->> 0 <> 'n' or p_method ->> 1 <> 'common') then
    perform millrace.known_cell(p_digits);
    perform millrace.expression_problem(format('The precision of round is %s.', millrace.kind_name(p_digits)));
  elsif p_method ->> 1 <> 'common' then
    if abs(v_digits) > 300 then
      perform millrace.expression_problem('The precision of round is beyond 300 digits (limit "number").');
    end if;
    v_scaled := case when v_digits >= 0 then jsonb_build_array('i', trunc(10::numeric ^ v_digits))
                     else jsonb_build_array('f', ('1e' || v_digits)::float8::text) end;
    p_cell := millrace.calculate('*', p_cell, v_scaled);
    if p_cell ->> 1 in ('NaN', 'Infinity', '-Infinity') then
      perform millrace.expression_problem('What is rounded is no finite number.');
    elsif p_cell ->> 0 = 'f' then
      v_exact := millrace.exact_number((p_cell ->> 1)::float8);
      p_cell := jsonb_build_array('i', case p_method ->> 1 when 'ceil' then ceil(v_exact) else floor(v_exact) end);
    end if;
    return millrace.calculate('/', p_cell, v_scaled);
  elsif p_cell ->> 0 in ('i', 'b') then
    v_exact := case p_cell ->> 0 when 'b' then (p_cell ->> 1)::boolean::int else (p_cell ->> 1)::numeric end;
    if coalesce(v_digits, 0) >= 0 then
      return jsonb_build_array('i', v_exact);
    elsif v_digits < -1300 then
      return '["i", 0]';
    end if;
    v_unit := trunc(10::numeric ^ (- v_digits));
    return jsonb_build_array('i', millrace.nearest_even(v_exact, v_unit) * v_unit);
  end if;
  v_float := (p_cell ->> 1)::float8;
  if v_digits is null and abs(v_float) in ('NaN', 'infinity') then
    perform millrace.expression_problem('What is rounded is no finite number.');
  elsif v_digits is null then
    return jsonb_build_array('i', millrace.nearest_even(millrace.exact_number(v_float), 1));
  elsif abs(v_float) in ('NaN', 'infinity') or v_digits > 323 then
    return p_cell;
  elsif v_digits < -308 then
    return jsonb_build_array('f', (v_float * 0)::text);
  end if;
  v_exact := millrace.nearest_even(millrace.exact_number(v_float) * ('1e' || v_digits)::numeric, 1);
  v_float := millrace.read_float(trunc(abs(v_exact))::text || 'e' || (- v_digits)) * case when p_cell ->> 1 like '-%' then -1 else 1 end;
  if abs(v_float) = 'infinity' then
    perform millrace.expression_problem('The rounded number is too large for a float.');
  end if;
  return jsonb_build_array('f', v_float::text);
end $$;

comment on function millrace.round_cell(jsonb, jsonb, jsonb) is 'A number to so many digits after the point.';
revoke execute on function millrace.round_cell(jsonb, jsonb, jsonb) from public;
