-- divide_floats: // or % of two floats, the second of which is not zero: rounded down, and the rest with the sign of the divisor.
create or replace function millrace.divide_floats(p_op text, a float8, b float8) returns float8
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_rest  float8;
  v_whole float8;
  v_minus boolean := (a::text like '-%') <> (b::text like '-%');
begin
  if a = 'NaN' or b = 'NaN' or abs(a) = 'infinity' then
    return 'NaN';
  end if;
  -- the rest of a division is a float: nothing of it is rounded
  v_rest := case when abs(b) = 'infinity' then a else (millrace.exact_number(a) % millrace.exact_number(b))::float8 end;
  if p_op = '%' then
    return case when v_rest = 0 then case when b < 0 then '-0'::float8 else 0 end
                when (v_rest < 0) <> (b < 0) then millrace.calculate_floats('+', v_rest, b) else v_rest end;
  end if;
  v_whole := millrace.calculate_floats('/', a - v_rest, b);
  v_whole := case when v_rest <> 0 and (b < 0) <> (v_rest < 0) then v_whole - 1 else v_whole end;
  return case when v_whole = 0 then case when v_minus then '-0'::float8 else 0 end
              when abs(v_whole) <> 'infinity' and v_whole - floor(v_whole) > 0.5 then floor(v_whole) + 1 else floor(v_whole) end;
end $$;

comment on function millrace.divide_floats(text, float8, float8) is '// or % of two floats.';
revoke execute on function millrace.divide_floats(text, float8, float8) from public;
