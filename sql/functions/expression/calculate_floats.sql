-- calculate_floats: +, -, * or / of two floats, as IEEE 754 has it: what is too large is infinite, and what is too small is zero.
create or replace function millrace.calculate_floats(p_op text, a float8, b float8) returns float8
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_sign float8 := case when (a::text like '-%') = (b::text like '-%') then 1 else -1 end;
begin
  return case p_op when '+' then a + b when '-' then a - b when '*' then a * b else a / b end;
exception when numeric_value_out_of_range then
  if p_op in ('+', '-') then
    return sign(a) * 'infinity'::float8;
  end if;
  return v_sign * case when log(abs(a)) + case p_op when '*' then 1 else -1 end * log(abs(b)) > 0 then 'infinity'::float8 else 0 end;
end $$;

comment on function millrace.calculate_floats(text, float8, float8) is '+, -, * or / of two floats.';
revoke execute on function millrace.calculate_floats(text, float8, float8) from public;
